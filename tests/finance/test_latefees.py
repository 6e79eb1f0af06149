"""Late fees: once per instalment, after its grace, and never one because of another."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from finance.latefees import fee_amount, late_fees
from finance.replay import Event, Journal, journal
from finance.terms import Instalment, LateFeeRule, LoanTerms

DISBURSED = Event(id="E1", kind="disburse", on=date(2024, 1, 15), amount=D("300.00"))
END = date(2024, 6, 30)


def terms(**rule: Any) -> LoanTerms:
    rows = tuple(Instalment(due_date=date(2024, month, 15), amount=D("100.00")) for month in (2, 3, 4))
    late_fee = LateFeeRule(**{"grace_days": 10, "flat": D("25.00"), **rule})
    return LoanTerms(rate=D("0"), day_count="ACT/365F", schedule=rows, late_fee=late_fee)


def paid(amount: str, on: date) -> Event:
    return Event(id=f"P{on}", kind="payment", on=on, amount=D(amount))


def played(*events: Event, through: date = END, late_fees_through: date | None = END, **rule: Any) -> Journal:
    return journal(terms(**rule), [DISBURSED, *events], through=through, late_fees_through=late_fees_through)


def assessed(*events: Event, **changes: Any) -> list[tuple[str, date]]:
    return [(fee.id, fee.on) for fee in played(*events, **changes).late_fees]


def test_an_instalment_still_unmet_at_the_end_of_its_grace_bears_one_fee() -> None:
    assert assessed() == [
        ("late-fee-1", date(2024, 2, 25)),
        ("late-fee-2", date(2024, 3, 25)),
        ("late-fee-3", date(2024, 4, 25)),
    ]


def test_a_payment_on_the_last_day_of_grace_is_in_time() -> None:
    on_time = [paid("100.00", date(2024, 2, 25)), paid("200.00", date(2024, 3, 25))]
    assert assessed(*on_time) == []
    assert assessed(paid("300.00", date(2024, 2, 26))) == [("late-fee-1", date(2024, 2, 25))]


def test_a_fee_enters_the_books_at_the_end_of_its_day() -> None:
    fee = next(effect for effect in played().effects if effect.kind == "late_fee")
    assert (fee.on, fee.event, fee.fees) == (date(2024, 2, 25), "late-fee-1", D("25.00"))
    totals = played().state.totals
    assert (totals.fees_assessed, totals.late_fees) == (D("75.00"), D("75.00"))


def test_late_fees_do_not_breed_late_fees() -> None:
    # The first instalment is late by a month; $25.00 of each full payment goes to fees first, as the note says.
    payments = [paid("100.00", date(2024, month, 14)) for month in (3, 4)]
    first = paid("100.00", date(2024, 3, 1))
    assert assessed(first, *payments) == [("late-fee-1", date(2024, 2, 25))]


def test_an_undercharged_instalment_still_bears_its_fee_beside_another_fee() -> None:
    # A fee that is not a late fee does not count for the borrower.
    fee = Event(id="F", kind="fee", on=date(2024, 2, 1), amount=D("10.00"))
    assert assessed(fee, paid("100.00", date(2024, 2, 15)), through=date(2024, 3, 1)) == [
        ("late-fee-1", date(2024, 2, 25))
    ]


def test_fees_are_derived_only_up_to_the_date_asked_for() -> None:
    assert assessed(late_fees_through=date(2024, 3, 24)) == [("late-fee-1", date(2024, 2, 25))]
    assert assessed(through=date(2024, 2, 24)) == []
    assert assessed(late_fees_through=None) == []


def test_a_rule_does_not_reach_behind_the_date_it_starts_from() -> None:
    assert assessed(assessed_from=date(2024, 3, 15)) == [
        ("late-fee-2", date(2024, 3, 25)),
        ("late-fee-3", date(2024, 4, 25)),
    ]


def test_recorded_late_fees_give_way_to_derived_ones() -> None:
    recorded = Event(id="L", kind="late_fee", on=date(2024, 2, 25), amount=D("40.00"))
    assert played(recorded).state.fees == D("75.00")
    assert played(recorded, late_fees_through=None).state.fees == D("40.00")


def test_a_reversed_late_fee_is_not_assessed_again() -> None:
    reversal = Event(id="R", kind="reversal", on=date(2024, 3, 1), target="late-fee-1")
    assert assessed(reversal) == [("late-fee-2", date(2024, 3, 25)), ("late-fee-3", date(2024, 4, 25))]


def test_no_late_fee_before_the_loan_is_paid_out_nor_after_it_is_charged_off() -> None:
    charge_off = Event(id="C", kind="charge_off", on=date(2024, 3, 1))
    assert assessed(charge_off) == [("late-fee-1", date(2024, 2, 25))]
    undisbursed = journal(terms(), [], through=END, late_fees_through=END)
    assert undisbursed.late_fees == []


def test_the_nightly_way_finds_what_the_replay_finds() -> None:
    note = terms()
    state = journal(note, [DISBURSED], through=date(2024, 2, 25)).state
    assert late_fees(note, state, date(2024, 2, 25)) == [
        Event(id="late-fee-1", kind="late_fee", on=date(2024, 2, 25), amount=D("25.00"))
    ]
    assert late_fees(note, state, date(2024, 2, 26)) == []


@pytest.mark.parametrize(
    ("rule", "fee"),
    [
        ({"flat": D("25.00")}, "25.00"),
        ({"percent": D("5")}, "53.31"),
        ({"percent": D("5"), "flat": D("25.00")}, "53.31"),
        ({"percent": D("5"), "flat": D("25.00"), "combine": "lesser"}, "25.00"),
        ({"percent": D("5"), "flat": D("25.00"), "combine": "sum"}, "78.31"),
    ],
)
def test_the_amount_of_a_late_fee(rule: dict[str, Any], fee: str) -> None:
    assert fee_amount(LateFeeRule(grace_days=10, **rule), D("1066.22")) == D(fee)
