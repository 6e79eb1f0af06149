"""Worked examples: $100.00 at 7 % in six months, $17.01 a month, unless an example says otherwise.

Those marked Fineract stand, figure by figure, in Apache Fineract's own tests of progressive loans.
"""

from typing import Any

import pytest

from finance.errors import BadInput
from finance.instalment_terms import InstalmentTerms
from finance.instalments import InstalmentPosition, replay_instalments
from finance.loan_state import Event
from finance.schedule_terms import Grace, ScheduleTerms
from tests.finance.shorthand import D, day


def agreed(**chosen: Any) -> ScheduleTerms:
    usual: dict[str, Any] = {
        "principal": D("100.00"), "rate": D("7"), "n": 6, "frequency": "monthly", "method": "level",
        "start_date": day("2024-01-01"),
    }  # fmt: skip
    return ScheduleTerms(**usual | chosen)


def recalculated(**chosen: Any) -> InstalmentTerms:
    return InstalmentTerms(**{"schedule": agreed(), "interest": "recalculated", **chosen})


def scheduled(**chosen: Any) -> InstalmentTerms:
    return InstalmentTerms(**{"schedule": agreed(), "interest": "scheduled", **chosen})


def paid(on: str, amount: str, name: str = "", **chosen: Any) -> Event:
    return Event(id=name or f"P{on}", kind="payment", on=day(on), amount=D(amount), **chosen)


def fee(on: str, amount: str, kind: str = "fee") -> Event:
    return Event(id=f"{kind}{on}", kind=kind, on=day(on), amount=D(amount))


def stood(terms: InstalmentTerms, as_of: str, *events: Event) -> InstalmentPosition:
    return replay_instalments(terms, events, as_of=day(as_of))


def lines(position: InstalmentPosition) -> list[str]:
    """Of each instalment: interest, principal, prepayment, outstanding."""
    return [f"{row.interest} {row.principal} {row.prepayment} {row.outstanding}" for row in position.rows]


def owed(position: InstalmentPosition) -> str:
    """Principal, accrued interest, fees and the payoff."""
    return f"{position.principal} {position.accrued_interest} {position.fees} {position.payoff}"


def parts(position: InstalmentPosition) -> list[str]:
    return [f"{each.fees} {each.interest} {each.principal} {each.unapplied}" for each in position.allocations]


# Recalculated interest


def test_a_period_s_interest_is_spread_over_its_calendar_days() -> None:
    first = paid("2024-02-01", "17.01")
    # 83.57 x 7 % / 12 = 0.4875 for February's 29 days.
    for as_of, accrued in (
        ("2024-02-01", "0.00"),
        ("2024-02-02", "0.02"),
        ("2024-02-15", "0.24"),
        ("2024-03-01", "0.49"),
    ):
        assert str(stood(recalculated(), as_of, first).accrued_interest) == accrued


def test_paid_ahead_an_instalment_is_met_and_the_interest_of_its_days_falls_to_the_next() -> None:
    # Fineract: 0.26 to 15 January; then 0.22 + 0.39 + 0.39 on the lower balance, all in the third instalment.
    position = stood(recalculated(), "2024-01-15", paid("2024-01-15", "34.02"))
    assert lines(position) == [
        "0.26 16.75 0.00 0.00",
        "0.00 17.01 0.00 0.00",
        "1.00 16.01 0.00 17.01",
        "0.29 16.72 0.00 17.01",
        "0.20 16.81 0.00 17.01",
        "0.10 16.70 0.00 16.80",
    ]
    assert (position.instalments_satisfied, position.next_due_date) == (2, day("2024-04-01"))


def test_paid_in_part_ahead_an_instalment_takes_the_interest_of_all_its_days() -> None:
    position = stood(recalculated(), "2024-02-01", paid("2024-01-15", "10.00"))
    assert parts(position) == ["0.00 0.26 9.74 0.00"]
    assert lines(position)[0] == "0.55 16.46 0.00 7.01"


def test_excess_shortens_the_loan_from_its_end() -> None:
    # Fineract, LAST_INSTALLMENT: the same is owed by each instalment.
    position = stood(recalculated(excess="shorten"), "2024-02-01", paid("2024-02-01", "34.02"))
    assert lines(position) == [
        "0.58 16.43 17.01 0.00",
        "0.39 16.62 0.00 17.01",
        "0.29 16.72 0.00 17.01",
        "0.19 16.82 0.00 17.01",
        "0.10 16.40 0.00 16.50",
        "0.00 0.00 0.00 0.00",
    ]
    position = stood(recalculated(excess="shorten"), "2024-02-01", paid("2024-02-01", "25.00"))
    assert [str(row.outstanding) for row in position.rows] == ["0.00", "17.01", "17.01", "17.01", "17.01", "8.77"]


def test_excess_shortens_only_beyond_the_instalment_of_the_period_in_progress() -> None:
    position = stood(
        recalculated(excess="shorten"), "2024-02-15", paid("2024-02-01", "17.01"), paid("2024-02-15", "20.00")
    )
    assert lines(position)[1] == "0.24 16.77 2.99 0.00"
    assert position.next_due_date == day("2024-04-01")


def test_excess_lowers_the_instalments_to_come() -> None:
    position = stood(recalculated(excess="reamortise"), "2024-02-01", paid("2024-02-01", "50.00"))
    # 50.58 over five periods at 7 % / 12 is 10.29.
    assert lines(position) == [
        "0.58 16.43 32.99 0.00",
        "0.30 9.99 0.00 10.29",
        "0.24 10.05 0.00 10.29",
        "0.18 10.11 0.00 10.29",
        "0.12 10.17 0.00 10.29",
        "0.06 10.26 0.00 10.32",
    ]


def test_excess_lowers_equal_parts_of_principal_too() -> None:
    terms = recalculated(schedule=agreed(method="equal_principal", n=4), excess="reamortise")
    position = stood(terms, "2024-02-01", paid("2024-02-01", "55.58"))
    assert [str(row.principal) for row in position.rows] == ["25.00", "15.00", "15.00", "15.00"]


def test_excess_is_held_and_never_used_by_itself() -> None:
    terms = recalculated(excess="hold")
    position = stood(terms, "2024-03-01", paid("2024-02-01", "30.00"))
    assert (str(position.unapplied), position.dpd, position.next_due_date) == ("12.99", 0, day("2024-03-01"))
    assert stood(terms, "2024-03-02", paid("2024-02-01", "30.00")).dpd == 1
    assert position.net_payoff == position.payoff - D("12.99")


def test_a_payment_of_principal_only_fills_no_instalment() -> None:
    position = stood(recalculated(), "2024-02-01", paid("2024-01-15", "50.00", principal_only=True))
    assert lines(position)[0] == "0.42 16.59 50.00 17.01"
    assert position.instalments_satisfied == 0


def test_overdue_principal_bears_interest_and_overdue_interest_does_not() -> None:
    position = stood(recalculated(), "2024-07-01")
    assert {str(row.interest) for row in position.rows} == {"0.58"}
    assert owed(position) == "100.00 3.48 0.00 103.48"
    # Nothing is earned after the last due date: the schedule has no rate for it.
    assert owed(stood(recalculated(), "2025-01-01")) == "100.00 3.48 0.00 103.48"


def test_instalments_due_are_paid_one_after_the_other_each_with_its_own_interest() -> None:
    position = stood(recalculated(), "2024-03-05", paid("2024-03-05", "20.00"))
    # The first takes 0.58 + 16.43; the second its 0.58 and then 2.41 of principal.
    assert parts(position) == ["0.00 1.16 18.84 0.00"]
    assert [str(row.outstanding) for row in position.rows[:3]] == ["0.00", "14.02", "17.01"]


def test_the_order_of_parts_holds_within_each_instalment() -> None:
    terms = recalculated(allocation_order=("principal", "interest", "fees"))
    position = stood(terms, "2024-03-05", fee("2024-02-10", "5.00"), paid("2024-03-05", "20.00"))
    assert parts(position) == ["0.00 0.58 19.42 0.00"]
    assert (position.rows[1].fees, position.fees) == (D("5.00"), D("5.00"))


def test_a_payoff_may_owe_the_whole_period_s_interest() -> None:
    terms = recalculated(payoff_interest="to_due_date")
    first = paid("2024-02-01", "17.01")
    assert [str(stood(terms, as_of, first).payoff) for as_of in ("2024-02-01", "2024-02-02", "2024-02-29")] == [
        "83.57",
        "84.06",
        "84.06",
    ]
    closed = stood(terms, "2024-02-15", first, paid("2024-02-15", "84.06"))
    assert (owed(closed), str(closed.totals.paid_interest)) == ("0.00 0.00 0.00 0.00", "1.07")


def test_a_grace_on_principal_is_kept() -> None:
    terms = recalculated(schedule=agreed(grace=Grace("principal", 2)))
    assert lines(stood(terms, "2024-01-01"))[:3] == [
        "0.58 0.00 0.00 0.58",
        "0.58 0.00 0.00 0.58",
        "0.58 24.79 0.00 25.37",
    ]


def test_where_no_payment_is_agreed_interest_falls_due_on_each_date() -> None:
    terms = recalculated(schedule=agreed(method="interest_only", n=3, rate=D("12")))
    position = stood(terms, "2024-01-17", paid("2024-01-17", "40.00"))
    # 0.52 of interest to the day, 39.48 of the last instalment's principal; the rest of January is still due.
    assert lines(position) == ["0.81 0.00 0.00 0.29", "0.61 0.00 0.00 0.61", "0.61 100.00 0.00 61.13"]


# Scheduled interest


def test_scheduled_interest_is_the_same_early_and_late() -> None:
    for on in ("2024-01-02", "2024-02-01", "2024-06-30"):
        position = stood(scheduled(), on, paid(on, "17.01"))
        assert (parts(position), lines(position)[0]) == (["0.00 0.58 16.43 0.00"], "0.58 16.43 0.00 0.00")


def test_interest_paid_ahead_is_given_back_at_payoff() -> None:
    ahead = paid("2024-01-02", "51.03")
    position = stood(scheduled(), "2024-01-02", ahead)
    # 0.58 + 0.49 + 0.39 is paid; 0.02 is earned.
    assert owed(position) == "50.43 -1.44 0.00 48.99"
    closed = stood(scheduled(), "2024-01-02", ahead, paid("2024-01-02", "48.99", "Z"))
    assert parts(closed) == ["0.00 1.46 49.57 0.00", "0.00 -1.44 50.43 0.00"]
    assert (str(closed.totals.interest_rebated), str(closed.totals.paid_interest)) == ("2.03", "0.02")
    assert [str(row.interest) for row in closed.rows] == ["0.02", "0.00", "0.00", "0.00", "0.00", "0.00"]


def test_a_payment_that_reaches_the_payoff_pays_the_loan_off_and_the_rest_is_held() -> None:
    position = stood(scheduled(), "2024-01-01", paid("2024-01-01", "102.05"))
    assert (owed(position), str(position.unapplied)) == ("0.00 0.00 0.00 0.00", "2.05")
    short = stood(scheduled(), "2024-01-01", paid("2024-01-01", "99.99"))
    assert str(short.payoff) == "0.01"


def test_without_a_rebate_all_interest_is_owed() -> None:
    position = stood(scheduled(payoff_interest="all"), "2024-01-02")
    assert (str(position.payoff), str(position.accrued_interest)) == ("102.05", "0.02")


def test_deferred_interest_is_collected_with_the_first_paying_instalment() -> None:
    terms = scheduled(schedule=agreed(grace=Grace("defer", 2)))
    position = stood(terms, "2024-03-15")
    assert (position.dpd, position.next_due_date, str(position.accrued_interest)) == (0, day("2024-04-01"), "1.42")
    assert lines(position)[:3] == ["0.00 0.00 0.00 0.00", "0.00 0.00 0.00 0.00", "1.74 24.79 0.00 26.53"]


# Both


@pytest.mark.parametrize("terms", [recalculated(), scheduled()], ids=["recalculated", "scheduled"])
def test_arrears_follow_the_oldest_instalment_that_lacks_more_than_the_tolerance(terms: InstalmentTerms) -> None:
    position = stood(terms, "2024-03-31", paid("2024-02-01", "17.00"))
    assert (position.dpd, position.bucket, str(position.past_due_amount)) == (59, "30-59", "17.02")
    tolerant = InstalmentTerms(schedule=agreed(), interest=terms.interest, past_due_tolerance=D("0.01"))
    position = stood(tolerant, "2024-03-31", paid("2024-02-01", "17.00"))
    assert (position.dpd, str(position.past_due_amount), position.instalments_satisfied) == (30, "17.02", 1)


@pytest.mark.parametrize("terms", [recalculated(), scheduled()], ids=["recalculated", "scheduled"])
def test_fees_stand_in_the_instalment_of_their_date_and_never_make_a_loan_late(terms: InstalmentTerms) -> None:
    events = [fee("2024-02-01", "5.00"), fee("2024-02-02", "6.00"), fee("2024-09-01", "7.00")]
    position = stood(terms, "2024-09-01", *events)
    assert [str(row.fees) for row in position.rows] == ["5.00", "6.00", "0.00", "0.00", "0.00", "7.00"]
    waived = stood(terms, "2024-09-01", *events, fee("2024-09-01", "8.00", "fee_waiver"))
    assert [str(row.fees) for row in waived.rows] == ["0.00", "3.00", "0.00", "0.00", "0.00", "7.00"]
    assert (str(waived.fees), str(waived.totals.fees_waived)) == ("10.00", "8.00")
    met = stood(terms, "2024-02-02", fee("2024-01-05", "5.00"), paid("2024-02-01", "22.01"), fee("2024-02-02", "6.00"))
    assert (met.dpd, met.instalments_satisfied, str(met.fees)) == (0, 1, "6.00")


@pytest.mark.parametrize("terms", [recalculated(), scheduled()], ids=["recalculated", "scheduled"])
def test_a_fee_after_the_loan_is_paid_off_is_owed_alone(terms: InstalmentTerms) -> None:
    off = paid("2024-01-01", "100.00")
    position = stood(terms, "2024-02-01", off, fee("2024-01-20", "25.00"))
    assert (owed(position), position.dpd) == ("0.00 0.00 25.00 25.00", 0)
    settled = stood(terms, "2024-02-01", off, fee("2024-01-20", "25.00"), paid("2024-02-01", "30.00"))
    assert (owed(settled), str(settled.unapplied)) == ("0.00 0.00 0.00 0.00", "5.00")


def test_interest_to_adjusted_dates_moves_the_due_dates() -> None:
    terms = recalculated(
        schedule=agreed(interest_mode="daily", day_count="ACT/360", adjust="following", accrual_dates="adjusted")
    )
    assert [row.due_date.isoformat() for row in stood(terms, "2024-01-01").rows][-2:] == ["2024-06-03", "2024-07-01"]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"interest": "simple"}, 'interest cannot be "simple": it must be one of scheduled, recalculated.'),
        ({"excess": "shorten"}, 'excess cannot be "shorten": it must be next or hold where interest is scheduled'),
        (
            {"interest": "recalculated", "schedule": agreed(method="flat")},
            'interest cannot be "recalculated": it must be scheduled for flat interest',
        ),
        (
            {"interest": "recalculated", "schedule": agreed(grace=Grace("defer", 1))},
            'schedule.grace.type cannot be "defer": it must be principal where interest is recalculated.',
        ),
        ({"interest": "recalculated", "payoff_interest": "all"}, 'payoff_interest cannot be "all": it must be to_date'),
        ({"interest": "recalculated", "earning": "actuarial"}, 'earning cannot be "actuarial": it must be schedule'),
        (
            {
                "interest": "recalculated",
                "excess": "reamortise",
                "schedule": agreed(method="balloon", balloon_amount=D("9.00")),
            },
            'excess cannot be "reamortise": it must be next, shorten or hold for a balloon schedule.',
        ),
        ({"allocation_order": ("fees",)}, 'allocation_order cannot be "fees": it must be fees, interest and principal'),
        ({"past_due_tolerance": D("-0.01")}, 'past_due_tolerance cannot be "-0.01": it must be zero or more.'),
        ({"bucket_edges": (30, 30)}, "bucket_edges cannot be [30, 30]: it must be whole days from 1 up"),
    ],
)
def test_choices_that_do_not_go_together_are_refused(chosen: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        scheduled(**chosen)
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (paid("2023-12-31", "1.00"), 'date cannot be "2023-12-31": it must be 2024-01-01 or later'),
        (fee("2024-01-31", "1.00", "disburse"), 'type cannot be "disburse": it must be one of payment, payoff, fee'),
        (paid("2024-01-31", "1.00", principal_only=True), "principal_only cannot be true: it must be left out where"),
    ],
)
def test_an_event_that_such_a_loan_cannot_have_is_refused(event: Event, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        stood(scheduled(), "2024-02-01", event)
    assert str(refusal.value).startswith(sentence)


def test_a_schedule_whose_rows_do_not_cover_their_interest_is_refused() -> None:
    terms = recalculated(schedule=agreed(payment_amount=D("0.50")))
    with pytest.raises(
        BadInput, match=r'^schedule cannot be "a schedule whose row 1 pays 0\.50": it must be one whose'
    ):
        stood(terms, "2024-02-01")


def test_a_date_before_the_advance_is_refused() -> None:
    with pytest.raises(BadInput, match=r'^as_of cannot be "2023-12-31": it must be 2024-01-01 or later'):
        stood(scheduled(), "2023-12-31")
