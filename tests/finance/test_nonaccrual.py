"""Non-accrual: what the books recognise, and that it always adds up to what the borrower owes."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.ageing import Arrears
from finance.errors import BadInput, Refused
from finance.nonaccrual import (
    CASH_METHODS,
    RESTORATIONS,
    CannotRestore,
    NonAccrual,
    Recognised,
    check_restorable,
    must_stop,
    recognise,
)
from finance.replay import Event, journal
from finance.terms import LoanTerms
from tests.finance.test_replay_laws import END, START, histories, loans

TERMS = LoanTerms(rate=D("12"), day_count="ACT/365F", schedule=())
LENT = Event(id="A", kind="disburse", on=date(2023, 1, 1), amount=D("10000.00"))
STOPPED, RESTORED = date(2023, 4, 1), date(2023, 8, 1)


def paid(on: date, amount: str) -> Event:
    return Event(id=f"p-{on}", kind="payment", on=on, amount=D(amount))


PAID = [paid(date(2023, 6, 1), "300.00"), paid(date(2023, 9, 1), "300.00")]


def lines(found: Recognised) -> list[tuple[Any, ...]]:
    return [(str(x.on)[5:], x.kind, x.income, x.receivable, x.suspense, x.applied) for x in found.lines]


def recognised(events: list[Event], through: date = RESTORED, **choices: Any) -> Recognised:
    time = NonAccrual(start=STOPPED, **choices)
    return recognise(TERMS, [LENT, *events], [time], through=through)


def test_interest_uncollected_leaves_income_and_later_interest_stands_in_suspense() -> None:
    found = recognised([])
    assert lines(found) == [
        ("04-01", "accrual", D("295.89"), D("295.89"), D("0.00"), D("0.00")),
        ("04-01", "nonaccrual", D("-295.89"), D("-295.89"), D("295.89"), D("0.00")),
        ("08-01", "accrual", D("0.00"), D("0.00"), D("401.10"), D("0.00")),
    ]
    assert (found.books.income, found.books.suspense) == (D("0.00"), D("696.99"))


def test_on_a_cash_basis_interest_is_income_when_it_is_paid() -> None:
    found = recognised(PAID[:1])
    assert (found.books.income, found.books.suspense, found.book_principal) == (D("300.00"), D("396.99"), D("10000.00"))


def test_under_cost_recovery_it_lowers_book_principal_and_is_income_once_all_is_collected() -> None:
    found = recognised(PAID[:1], cash="cost_recovery")
    assert (found.books.income, found.books.applied, found.book_principal) == (D("0.00"), D("300.00"), D("9700.00"))
    owed = found.journal.state.principal + found.journal.state.interest
    whole = recognised([*PAID[:1], paid(RESTORED, str(owed))], cash="cost_recovery")
    assert (whole.books.income, whole.books.applied, whole.book_principal) == (D("696.99"), D("0.00"), D("0.00"))


def test_restored_interest_is_income_as_it_is_collected_or_at_once() -> None:
    later = recognised(PAID, date(2023, 9, 1), end=RESTORED)
    assert lines(later)[-2:] == [
        ("09-01", "accrual", D("101.91"), D("101.91"), D("0.00"), D("0.00")),
        ("09-01", "payment", D("300.00"), D("0.00"), D("-300.00"), D("0.00")),
    ]
    assert later.books.income == D("701.91")
    at_once = recognised(PAID, date(2023, 9, 1), end=RESTORED, restoration="at_once")
    assert lines(at_once)[-3:] == [
        ("08-01", "restoration", D("396.99"), D("396.99"), D("-396.99"), D("0.00")),
        ("09-01", "accrual", D("101.91"), D("101.91"), D("0.00"), D("0.00")),
        ("09-01", "payment", D("0.00"), D("-300.00"), D("0.00"), D("0.00")),
    ]
    assert at_once.books.income == D("798.90")


def test_a_charge_off_ends_suspense_without_touching_income() -> None:
    off = Event(id="off", kind="charge_off", on=RESTORED)
    found = recognised([*PAID[:1], off], cash="cost_recovery")
    assert (found.books.income, found.books.suspense, found.books.applied) == (D("0.00"), D("0.00"), D("0.00"))
    assert found.journal.state.written_off == D("10396.99")


def test_suspended_interest_that_is_capitalised_does_not_raise_book_principal() -> None:
    found = recognised([Event(id="c", kind="capitalise_interest", on=RESTORED)])
    assert found.journal.state.principal == D("10696.99")
    assert (found.book_principal, found.books.income, found.books.suspense) == (D("10000.00"), D("0.00"), D("0.00"))


def standing(dpd: int) -> Arrears:
    return Arrears(
        dpd=dpd,
        bucket="",
        past_due_amount=D(dpd),
        instalments_satisfied=0,
        next_due_date=None,
        next_due_amount=D(0),
    )


def test_ninety_days_stop_accrual_unless_well_secured() -> None:
    assert [must_stop(standing(dpd)) for dpd in (89, 90)] == [False, True]
    assert not must_stop(standing(120), well_secured=True)
    assert must_stop(standing(0), full_payment_doubtful=True)


def test_restoration_waits_for_a_sustained_period() -> None:
    check_restorable(standing(0), payments_in_a_row=6)
    with pytest.raises(CannotRestore) as refusal:
        check_restorable(standing(0), payments_in_a_row=5)
    assert str(refusal.value) == (
        "The loan cannot return to accrual: it is 0 days past due with 5 payments made in a row. "
        "It can once it is current and has made 6."
    )
    with pytest.raises(CannotRestore):
        check_restorable(standing(1), payments_in_a_row=9)


def test_times_that_overlap_or_end_before_they_start_are_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        NonAccrual(start=RESTORED, end=STOPPED)
    assert str(refusal.value) == 'end cannot be "2023-04-01": it must be after start, which is 2023-08-01.'
    with pytest.raises(BadInput) as refusal:
        recognise(TERMS, [LENT], [NonAccrual(start=STOPPED), NonAccrual(start=RESTORED)], through=END)
    assert refusal.value.field == "times[1].start"
    with pytest.raises(BadInput) as refusal:
        NonAccrual(start=STOPPED, cash="hope")
    assert str(refusal.value) == 'cash cannot be "hope": it must be one of cash_basis, cost_recovery.'


@settings(max_examples=30, deadline=None)
@given(
    loans(),
    histories(),
    st.lists(st.integers(0, 490), min_size=1, max_size=4, unique=True),
    st.sampled_from(CASH_METHODS),
    st.sampled_from(RESTORATIONS),
)
def test_the_books_add_up_to_what_the_borrower_owes(
    terms: LoanTerms, events: list[Event], turns: list[int], cash: str, restoration: str
) -> None:
    days: list[date | None] = [START + timedelta(turn) for turn in sorted(turns)]
    times = [
        NonAccrual(start=start or START, end=end, cash=cash, restoration=restoration)
        for start, end in zip(days[::2], [*days[1::2], None], strict=False)
    ]
    try:
        plain = journal(terms, events, through=END)
    except Refused:
        return
    found = recognise(terms, events, times, through=END)
    books, state = found.books, found.journal.state
    assert state == plain.state
    assert books.receivable + books.suspense == state.interest
    assert books.receivable >= 0
    assert books.suspense >= 0
    assert books.applied >= 0
    # All interest of the contract is income, or waits, or lowered book principal; a charge-off ends what waited.
    ended = sum(line.suspense + line.applied for line in found.lines if line.kind == "charge_off")
    earned = sum(effect.income for effect in found.journal.effects)
    assert books.income == earned - books.suspense - books.applied + ended
