"""Histories by hand: $1,200.00 at 12 %, three months from 15 January 2008, Actual/365 (Fixed).

The level payment is 1,200 x 0.01 / (1 - 1.01^-3) = 408.0265, rounded up to 408.03. Interest by hand:
15 January to 15 February, 31 days on 1,200.00: 12.2301. To 15 March, 29 days on 804.20: 7.6674. To 15 April, 31 days on
403.84: 4.1159.
"""

from datetime import date
from decimal import Decimal as D

import pytest

from finance.schedule import ScheduleTerms, build_schedule
from finance.terms import Instalment, LoanTerms
from ledger.tapes.history import History, Story, pays, play

PAID_OUT, FEBRUARY, MARCH, APRIL = (date(2008, month, 15) for month in (1, 2, 3, 4))
YEAR_END = date(2008, 12, 31)


@pytest.fixture
def terms() -> LoanTerms:
    schedule = build_schedule(
        ScheduleTerms(
            principal=D("1200.00"),
            rate=D(12),
            n=3,
            frequency="monthly",
            method="level",
            start_date=PAID_OUT,
            payment_rounding="up",
        )
    )
    assert schedule.regular_payment == D("408.03")
    rows = tuple(Instalment(due_date=row.due_date, amount=row.payment) for row in schedule.rows)
    return LoanTerms(rate=D(12), day_count="ACT/365F", schedule=rows)


def story(charged_off_on: date | None = None, principal: str = "0.00") -> Story:
    return Story(
        disbursed_on=PAID_OUT, amount=D("1200.00"), charged_off_on=charged_off_on, charged_off_principal=D(principal)
    )


def events(history: History) -> list[tuple[str, date, D | None]]:
    return [(event.id, event.on, event.amount) for event in history.events]


def split(history: History) -> list[tuple[str | None, D, D]]:
    """(event, principal, interest) of each effect; what the borrower owes less is negative."""
    return [(effect.event, effect.principal, effect.interest) for effect in history.effects]


def test_a_loan_paid_in_full_ends_with_an_instalment_of_all_that_is_owed(terms: LoanTerms) -> None:
    history = play(story(), terms, through=YEAR_END)
    assert events(history) == [
        ("disbursement", PAID_OUT, D("1200.00")),
        ("payment-1", FEBRUARY, D("408.03")),
        ("payment-2", MARCH, D("408.03")),
        ("payment-3", APRIL, D("407.96")),  # 403.84 + 4.12
    ]
    assert split(history) == [
        ("disbursement", D("1200.00"), D("0.00")),
        ("payment-1", D("-395.80"), D("-12.23")),
        ("payment-2", D("-400.36"), D("-7.67")),
        ("payment-3", D("-403.84"), D("-4.12")),
    ]
    assert (history.state.principal, history.state.interest) == (D("0.00"), D("0.00"))
    assert history.state.accrued_through == APRIL


def test_interest_stands_on_every_month_end_and_event_and_adds_up_to_what_was_paid(terms: LoanTerms) -> None:
    # 16 days on 1,200.00 are 6.3123; 14 days on 804.20 are 3.7015; 16 days on 403.84 are 2.1243.
    assert play(story(), terms, through=YEAR_END).accruals == [
        (date(2008, 1, 31), D("6.31")),
        (FEBRUARY, D("5.92")),
        (date(2008, 2, 29), D("3.70")),
        (MARCH, D("3.97")),
        (date(2008, 3, 31), D("2.12")),
        (APRIL, D("2.00")),
    ]


def test_a_live_loan_is_accrued_through_the_business_date(terms: LoanTerms) -> None:
    history = play(story(), terms, through=date(2008, 3, 20))
    assert [event.id for event in history.events] == ["disbursement", "payment-1", "payment-2"]
    assert history.accruals[-1] == (date(2008, 3, 20), D("0.66"))  # 5 days on 403.84 are 0.6638
    assert history.state.principal == D("403.84")


def test_an_instalment_due_on_the_business_date_is_paid(terms: LoanTerms) -> None:
    assert play(story(), terms, through=MARCH).events[-1].id == "payment-2"


def test_a_borrower_bound_for_a_charge_off_lands_on_its_principal_and_pays_no_more(terms: LoanTerms) -> None:
    # A whole second payment would leave 403.84, so it is 7.67 of interest and 804.20 - 700.00.
    history = play(story(date(2008, 10, 20), "700.00"), terms, through=YEAR_END)
    assert events(history) == [
        ("disbursement", PAID_OUT, D("1200.00")),
        ("payment-1", FEBRUARY, D("408.03")),
        ("payment-2", MARCH, D("111.87")),
        ("charge-off", date(2008, 10, 20), None),
    ]
    # 15 March to 20 October: 219 days on 700.00 are 50.40.
    assert split(history)[-1] == ("charge-off", D("-700.00"), D("-50.40"))
    assert history.state.written_off == D("750.40")
    assert history.state.accrued_through == date(2008, 10, 20)


def test_before_the_charge_off_comes_the_borrower_is_late(terms: LoanTerms) -> None:
    history = play(story(date(2009, 7, 20), "700.00"), terms, through=YEAR_END)
    assert [event.id for event in history.events] == ["disbursement", "payment-1", "payment-2"]
    assert history.state.principal == D("700.00")
    assert history.state.credit == D("519.90")  # of the 816.06 due by 15 March
    assert not history.state.charged_off


def test_who_is_charged_off_for_all_that_was_lent_never_paid(terms: LoanTerms) -> None:
    history = play(story(date(2008, 5, 20), "1200.00"), terms, through=YEAR_END)
    assert events(history) == [
        ("disbursement", PAID_OUT, D("1200.00")),
        ("charge-off", date(2008, 5, 20), None),
    ]
    # 126 days on 1,200.00 are 49.7096.
    assert split(history)[-1] == ("charge-off", D("-1200.00"), D("-49.71"))


def test_where_instalments_did_not_get_that_far_collateral_pays_the_difference(terms: LoanTerms) -> None:
    history = play(story(date(2008, 9, 10), "500.00"), terms, through=YEAR_END)
    assert events(history) == [
        ("disbursement", PAID_OUT, D("1200.00")),
        ("payment-1", FEBRUARY, D("408.03")),
        ("proceeds", date(2008, 9, 10), D("304.20")),
        ("charge-off", date(2008, 9, 10), None),
    ]
    # 208 days on 804.20 are 54.9941: collateral pays principal alone.
    assert split(history)[-2:] == [
        ("proceeds", D("-304.20"), D("0.00")),
        ("charge-off", D("-500.00"), D("-54.99")),
    ]


def test_the_last_six_months_before_the_charge_off_are_missed(terms: LoanTerms) -> None:
    history = play(story(date(2008, 8, 15), "700.00"), terms, through=YEAR_END)
    assert [(event.id, event.amount) for event in history.events[1:]] == [
        ("payment-1", D("408.03")),
        ("proceeds", D("104.20")),
        ("charge-off", None),
    ]


def test_a_charge_off_on_the_business_date_has_happened(terms: LoanTerms) -> None:
    on = date(2008, 7, 20)
    assert play(story(on, "700.00"), terms, through=on).state.charged_off
    assert not play(story(on, "700.00"), terms, through=date(2008, 7, 19)).state.charged_off


def test_a_fee_is_paid_on_top_of_the_instalment(terms: LoanTerms) -> None:
    state = play(story(), terms, through=date(2008, 2, 14)).state
    state.fees = D("25.00")
    assert pays(story(), terms, state, 0) == D("433.03")
