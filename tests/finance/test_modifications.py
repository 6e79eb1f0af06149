"""Modifications: new terms and what changes, while what is owed stays what it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import assume, given, settings

from finance.ageing import arrears
from finance.errors import BadInput
from finance.level_payment import PaymentRule, Spacing, level_payment
from finance.modification_limits import ReAgePolicy, check_re_age
from finance.modifications import (
    CannotModify,
    Modification,
    change_due_day,
    defer,
    extend,
    re_age,
    re_amortise,
    recast,
    transfer,
)
from finance.projection import project
from finance.replay import Event, State, journal, replay
from finance.schedule import ScheduleTerms, build_schedule
from finance.terms import Instalment, LoanTerms
from tests.finance.shorthand import Amounts, lists_of

START = date(2023, 1, 15)
NOTE = ScheduleTerms(
    principal=D("12000.00"),
    rate=D("12"),
    n=12,
    frequency="monthly",
    method="level",
    start_date=START,
    interest_mode="daily",
    day_count="ACT/365F",
)
SCHEDULE = build_schedule(NOTE)
TERMS = LoanTerms(
    rate=D("12"),
    day_count="ACT/365F",
    schedule=tuple(Instalment(due_date=row.due_date, amount=row.payment) for row in SCHEDULE.rows),
)
LENT = Event(id="lent", kind="disburse", on=START, amount=D("12000.00"))
PAID = [Event(id=f"p{row.k}", kind="payment", on=row.due_date, amount=row.payment) for row in SCHEDULE.rows]
EXTRA = Event(id="x", kind="payment", on=date(2023, 5, 20), amount=D("3000.00"))
MAY, AUGUST = date(2023, 5, 22), date(2023, 8, 20)
MONTHLY = Spacing(months=1)


def loan(on: date, *events: Event) -> State:
    return journal(TERMS, [LENT, *events], through=on).state


def prepaid() -> State:
    """Four instalments paid on their days, and 3,000.00 on top."""
    return loan(MAY, *PAID[:4], EXTRA)


def late() -> State:
    """Three instalments paid of the seven that were due."""
    return loan(AUGUST, *PAID[:3])


def changed(found: Modification) -> dict[str, tuple[Any, Any]]:
    return {change.name: (change.before, change.after) for change in found.changes}


def amounts(found: Modification) -> list[tuple[str, str]]:
    return [(row.due_date.isoformat(), str(row.amount)) for row in found.terms.schedule]


def test_the_level_payment_of_a_new_loan_is_that_of_its_schedule() -> None:
    dates = [row.due_date for row in SCHEDULE.rows]
    assert level_payment(TERMS, loan(START), START, dates) == SCHEDULE.regular_payment == D("1065.91")
    assert level_payment(TERMS, loan(START), START, dates, PaymentRule(rounding="up", unit=D("5.00"))) == D("1070.00")


def test_a_recast_lowers_the_payment_to_fit_the_principal() -> None:
    found = recast(TERMS, prepaid(), MAY)
    assert changed(found) == {
        "payment": (D("1065.91"), D("674.36")),
        "final_payment": (D("1007.45"), D("674.37")),
        "interest_to_come": (D("302.08"), D("228.15")),
    }
    # What was paid ahead is an instalment of its day, so that the new ones ask for money of their own.
    assert amounts(found)[3:6] == [("2023-05-15", "1065.91"), ("2023-05-22", "3000.00"), ("2023-06-15", "674.36")]
    assert found.terms.schedule[-1].due_date == TERMS.schedule[-1].due_date


def test_a_recast_loan_pays_out_as_it_foretold() -> None:
    found = recast(TERMS, prepaid(), MAY)
    to_come = [
        Event(id=f"q{k}", kind="payment", on=row.due_date, amount=row.payment) for k, row in enumerate(found.after.rows)
    ]
    end = found.terms.schedule[-1].due_date
    position = replay(found.terms, [LENT, *PAID[:4], EXTRA, *to_come], as_of=end)
    assert (position.payoff, position.arrears.dpd) == (D("0.00"), 0)
    for row in found.after.rows[:-1]:
        there = replay(found.terms, [LENT, *PAID[:4], EXTRA, *to_come], as_of=row.due_date)
        assert (there.arrears.dpd, there.state.principal) == (0, row.closing)


def test_an_extension_adds_instalments_and_solves_the_payment_anew() -> None:
    found = extend(TERMS, prepaid(), MAY, count=6, spacing=MONTHLY)
    assert changed(found) == {
        "payment": (D("1065.91"), D("396.83")),
        "instalments_to_come": (8, 14),
        "maturity": (date(2024, 1, 15), date(2024, 7, 15)),
        "final_payment": (D("1007.45"), D("396.84")),
        "interest_to_come": (D("302.08"), D("388.89")),
    }


def test_a_deferral_moves_what_is_to_come_and_keeps_what_is_past_due() -> None:
    found = defer(TERMS, late(), AUGUST, count=2, spacing=MONTHLY)
    assert changed(found)["next_due_date"] == (date(2023, 9, 15), date(2023, 11, 15))
    assert changed(found)["maturity"] == (date(2024, 1, 15), date(2024, 3, 15))
    assert "days_past_due" not in changed(found)
    # The amounts stay; the last instalment, which takes what is owed by then, bears two months more of interest.
    assert [row.amount for row in found.terms.schedule[:-1]] == [row.amount for row in TERMS.schedule[:-1]]
    assert found.terms.schedule[-1].amount == D("1532.25")
    assert changed(found)["interest_to_come"] == (D("741.31"), D("930.32"))


def test_a_re_age_brings_a_loan_back_to_current_without_money() -> None:
    found = re_age(TERMS, late(), AUGUST, spacing=MONTHLY)
    assert changed(found)["days_past_due"] == (97, 0)
    assert changed(found)["past_due_amount"] == (D("4263.64"), D("0.00"))
    # Four instalments were unmet and follow the last one.
    assert changed(found)["maturity"] == (date(2024, 1, 15), date(2024, 5, 15))
    assert amounts(found)[2:5] == [("2023-04-15", "1065.91"), ("2023-05-15", "0.00"), ("2023-06-15", "0.00")]
    at_the_end = re_age(TERMS, late(), AUGUST, spacing=MONTHLY, extra=0)
    assert set(changed(at_the_end)) == {"days_past_due", "past_due_amount"}
    assert at_the_end.after.final_payment == D("5606.88")


def test_re_amortising_folds_in_what_is_past_due_at_a_new_rate_with_interest_capitalised() -> None:
    state = late()
    found = re_amortise(TERMS, state, AUGUST, rate=D("6"), interest="capitalise")
    assert (found.event.kind, found.event.rate, found.new_terms.interest) == ("modification", D("6"), "capitalise")
    assert changed(found)["principal"] == (state.principal, state.principal + state.interest)
    assert changed(found)["days_past_due"] == (97, 0)
    recorded = replay(TERMS, [LENT, *PAID[:3], found.event], as_of=AUGUST)
    assert (recorded.state.principal, recorded.state.rate) == (state.principal + state.interest, D("6"))
    assert recorded.payoff == replay(TERMS, [LENT, *PAID[:3]], as_of=AUGUST).payoff


def test_re_amortising_over_new_dates_reaches_a_loan_past_its_last_one() -> None:
    on = date(2024, 6, 1)
    state = loan(on, *PAID[:6])
    with pytest.raises(CannotModify) as refusal:
        re_amortise(TERMS, state, on)
    assert str(refusal.value) == (
        "The re-amortisation of 2024-06-01 cannot be made: no instalment is due after that day. "
        "A loan past its last due date can be re-amortised over new dates."
    )
    found = re_amortise(TERMS, state, on, dates=[date(2024, 7, 1), date(2024, 8, 1)])
    assert len(found.after.rows) == 2
    assert abs(found.after.rows[0].payment - found.after.rows[1].payment) <= D("0.02")


def test_a_due_day_moves_later_never_earlier() -> None:
    found = change_due_day(TERMS, prepaid(), MAY, day=5)
    assert [row.due_date for row in found.terms.schedule[4:6]] == [date(2023, 7, 5), date(2023, 8, 5)]
    same_month = change_due_day(TERMS, prepaid(), MAY, day=31)
    assert [row.due_date for row in same_month.terms.schedule[4:6]] == [date(2023, 6, 30), date(2023, 7, 31)]


def test_only_a_loan_with_monthly_instalments_has_a_due_day() -> None:
    rows = tuple(Instalment(due_date=START + timedelta(7 * k), amount=D("100.00")) for k in range(1, 9))
    weekly = LoanTerms(rate=D("12"), day_count="ACT/365F", schedule=rows)
    with pytest.raises(CannotModify) as refusal:
        change_due_day(weekly, loan(START), START, day=1)
    assert "two instalments fall within one month" in str(refusal.value)
    assert extend(weekly, loan(START), START, count=1, spacing=Spacing(days=7)).terms.schedule[-1].due_date == (
        START + timedelta(63)
    )


@pytest.mark.parametrize("change", [recast, lambda *given_: extend(*given_, count=1, spacing=MONTHLY)])
def test_a_loan_that_is_late_is_not_recast_or_extended(change: Callable[..., Modification]) -> None:
    with pytest.raises(CannotModify) as refusal:
        change(TERMS, late(), AUGUST)
    assert str(refusal.value).endswith(
        " of 2023-08-20 cannot be made: $4,263.64 has been past due for 97 days. "
        "It can once that is paid, or re-aged; or re-amortise all that is owed."
    )


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: defer(TERMS, prepaid(), MAY, count=8, spacing=MONTHLY),
         "count cannot be 8: it must be less than the 8 to come, so 7 at most."),
        (lambda: extend(TERMS, prepaid(), MAY, count=0, spacing=MONTHLY),
         "count cannot be 0: it must be a whole number from 1 to 600."),
        (lambda: change_due_day(TERMS, prepaid(), MAY, day=32),
         "day cannot be 32: it must be a whole number from 1 to 31."),
        (lambda: re_amortise(TERMS, prepaid(), MAY, rate=D("-1")),
         'rate cannot be "-1": it must be a percentage, zero or more.'),
        (lambda: re_amortise(TERMS, prepaid(), MAY, dates=[MAY]),
         'dates[0] cannot be "2023-05-22": it must be after 2023-05-22.'),
        (lambda: re_age(TERMS, late(), AUGUST, spacing=MONTHLY, extra=-1),
         "extra cannot be -1: it must be a whole number from 0 to 600."),
        (lambda: Spacing(months=1, days=7),
         "months cannot be 1: it must be above zero where days is zero, and zero with days."),
        (lambda: PaymentRule(unit=D("0.001")), 'unit cannot be "0.001": it must be 0.01 or more.'),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        make()
    assert str(refusal.value) == sentence


def test_a_loan_that_is_over_has_no_terms_to_change() -> None:
    gone = loan(MAY, *PAID[:4], Event(id="off", kind="charge_off", on=MAY))
    with pytest.raises(CannotModify, match="the loan is charged off"):
        recast(TERMS, gone, MAY)
    with pytest.raises(CannotModify, match="no principal is owed"):
        re_amortise(TERMS, loan(date(2024, 1, 15), *PAID), date(2024, 1, 15))
    with pytest.raises(CannotModify, match="the loan is not past due"):
        re_age(TERMS, prepaid(), MAY, spacing=MONTHLY)


def test_a_re_age_policy_has_its_limits() -> None:
    def reason(**changes: Any) -> str:
        allowed = {"opened": date(2022, 1, 1), "payments_in_a_row": 3, "earlier": ()}
        try:
            check_re_age(ReAgePolicy(), AUGUST, **{**allowed, **changes})
        except CannotModify as refusal:
            return str(refusal.facts["because"])
        return ""

    assert reason() == ""
    assert reason(opened=date(2023, 1, 1)) == "the loan was opened on 2023-01-01, less than 9 months ago"
    assert reason(payments_in_a_row=2) == "2 payments were made in a row and the policy asks for 3"
    assert reason(earlier=[date(2022, 9, 1)]) == "it was re-aged on 2022-09-01, less than 12 months ago"
    assert reason(earlier=[date(2022, 8, 20)]) == ""
    twice = [date(2019, 1, 1), date(2021, 1, 1)]
    assert reason(earlier=twice) == "it was re-aged 2 times in the last 60 months"
    assert reason(earlier=[date(2018, 8, 20), date(2021, 1, 1)]) == ""


def test_a_projection_leaves_the_state_alone_and_sets_fees_aside() -> None:
    state = loan(MAY, *PAID[:4], Event(id="f", kind="fee", on=MAY, amount=D("50.00")))
    before = state.principal, state.accrued, state.fees, state.totals.cash_in
    seen = project(TERMS, state, MAY)
    assert (state.principal, state.accrued, state.fees, state.totals.cash_in) == before
    assert [row.payment for row in seen.rows] == [row.payment for row in SCHEDULE.rows[4:]]
    assert seen.rows[-1].closing == D("0.00")


CHANGES: list[Callable[[State, date], Modification]] = [
    lambda state, on: recast(TERMS, state, on),
    lambda state, on: recast(TERMS, state, on, rate=D("7.5")),
    lambda state, on: transfer(TERMS, state, on, to=replace(TERMS, day_count="ACT/360", residue="carry")),
    lambda state, on: extend(TERMS, state, on, count=5, spacing=MONTHLY),
    lambda state, on: defer(TERMS, state, on, count=1, spacing=MONTHLY),
    lambda state, on: re_age(TERMS, state, on, spacing=MONTHLY),
    lambda state, on: re_amortise(TERMS, state, on),
    lambda state, on: change_due_day(TERMS, state, on, day=3),
]


CALENDAR = [START + timedelta(k) for k in range(331)]


@settings(max_examples=40, deadline=None)
@given(lists_of(CHANGES, CALENDAR, range(7), *[CALENDAR] * 6, *[Amounts(1, 300_000)] * 6))
def test_a_modification_keeps_principal_and_pays_out(drawn: list[Any]) -> None:
    change, on, count, *paid = drawn
    events = [LENT]
    for k in range(count):
        events.append(Event(id=str(k), kind="payment", on=paid[k], amount=paid[6 + k]))
    events = [event for event in events if event.on <= on]
    state = journal(TERMS, events, through=on).state
    try:
        found = change(state, on)
    except CannotModify:
        assume(False)
    owed = replay(TERMS, events, as_of=on)
    under_new = replay(TERMS, [*events, found.event], as_of=on)
    assert under_new.terms == found.terms
    assert (under_new.state.principal, under_new.payoff) == (owed.state.principal, owed.payoff)
    assert found.after.rows[-1].closing == 0
    assert sum(row.principal for row in found.after.rows) == state.principal
    if found.kind in ("recast", "extension", "re-age", "re-amortisation"):
        assert arrears(found.terms, under_new.state, on).dpd == 0
    else:
        assert arrears(found.terms, under_new.state, on).dpd == owed.arrears.dpd
