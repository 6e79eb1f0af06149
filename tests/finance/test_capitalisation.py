"""Interest and fees that become principal, on one date or by a pay-in-kind note."""

from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.pay_in_kind import PayInKind, pay_in_kind
from finance.replay import Event, journal, replay
from finance.terms import LoanTerms
from tests.finance.test_replay_laws import DAYS, END, START, histories, loans

JANUARY, APRIL, JULY = date(2023, 1, 1), date(2023, 4, 1), date(2023, 7, 1)
TERMS = LoanTerms(rate=D("12"), day_count="ACT/365F", schedule=())
LENT = Event(id="A", kind="disburse", on=JANUARY, amount=D("100000.00"))


def test_capitalised_interest_bears_interest_from_its_day() -> None:
    capitalised = Event(id="B", kind="capitalise_interest", on=APRIL)
    state = journal(TERMS, [LENT, capitalised], through=APRIL).state
    # 90 days of 32.8767...; the sub-cent rest is dropped as when it is paid.
    assert (state.principal, state.accrued, state.credit) == (D("102958.90"), 0, D("0.00"))
    assert state.totals.capitalised_interest == D("2958.90")
    day_after = replay(TERMS, [LENT, capitalised], as_of=APRIL + timedelta(1)).state
    assert day_after.accrued == F(10295890, 100) * F(12, 36500)


def test_a_residue_that_is_carried_stays_as_interest() -> None:
    terms = LoanTerms(rate=D("12"), day_count="ACT/365F", schedule=(), residue="carry")
    state = journal(terms, [LENT, Event(id="B", kind="capitalise_interest", on=APRIL)], through=APRIL).state
    assert (state.interest, state.accrued) == (D("0.00"), F(1080000, 365) - F(295890, 100))


def test_fees_and_a_part_of_the_interest_can_be_capitalised() -> None:
    events = [
        LENT,
        Event(id="B", kind="fee", on=APRIL, amount=D("250.00")),
        Event(id="C", kind="capitalise_fees", on=APRIL),
        Event(id="D", kind="capitalise_interest", on=APRIL, amount=D("1000.00")),
    ]
    state = replay(TERMS, events, as_of=APRIL).state
    assert (state.principal, state.interest, state.fees) == (D("101250.00"), D("1958.90"), D("0.00"))
    assert (state.totals.capitalised_fees, state.totals.capitalised_interest) == (D("250.00"), D("1000.00"))


def test_payments_of_the_day_come_first_and_no_more_is_capitalised_than_is_owed() -> None:
    events = [
        LENT,
        Event(id="B", kind="capitalise_interest", on=APRIL, amount=D("5000.00")),
        Event(id="C", kind="payment", on=APRIL, amount=D("2900.00")),
    ]
    assert replay(TERMS, events, as_of=APRIL).state.principal == D("100058.90")
    off = Event(id="D", kind="charge_off", on=APRIL)
    assert replay(TERMS, [*events, off], as_of=APRIL).state.written_off == D("100058.90")
    late = Event(id="E", kind="capitalise_interest", on=JULY)
    assert replay(TERMS, [*events, off, late], as_of=JULY).state.principal == D("0.00")


def test_a_note_pays_some_points_in_kind_and_the_rest_in_cash() -> None:
    rule = PayInKind(dates=(APRIL, JULY), rate=D("2"))
    cash = Event(id="B", kind="payment", on=APRIL, amount=D("2465.75"))
    made = pay_in_kind(TERMS, [LENT, cash], rule, through=date(2023, 12, 31))
    # 90 days at 2 % on 100,000.00, then 91 days on 100,493.15.
    assert [(event.id, event.amount) for event in made] == [
        ("in-kind-2023-04-01", D("493.15")),
        ("in-kind-2023-07-01", D("501.09")),
    ]
    state = replay(TERMS, [LENT, cash, *made], as_of=APRIL).state
    assert (state.principal, state.interest) == (D("100493.15"), D("0.00"))


def test_all_interest_in_kind_compounds() -> None:
    made = pay_in_kind(TERMS, [LENT], PayInKind(dates=(APRIL, JULY), share=D("100")), through=JULY)
    assert [event.amount for event in made] == [D("2958.90"), D("3080.30")]
    assert replay(TERMS, [LENT, *made], as_of=JULY).payoff == D("106039.20")


def test_a_payment_known_later_derives_the_capitalisations_anew_and_a_reversal_stops_one() -> None:
    rule = PayInKind(dates=(APRIL, JULY), share=D("100"))
    late = Event(id="B", kind="payment", on=date(2023, 3, 1), booked=date(2023, 8, 1), amount=D("10000.00"))
    events = [LENT, late]
    assert [event.amount for event in pay_in_kind(TERMS, events, rule, through=JULY, known_on=JULY)] == [
        D("2958.90"),
        D("3080.30"),
    ]
    made = pay_in_kind(TERMS, events, rule, through=JULY)
    assert made[0].amount == D("937.03")
    stopped = Event(id="C", kind="reversal", on=APRIL, target="in-kind-2023-04-01")
    rest = pay_in_kind(TERMS, [*events, stopped], rule, through=JULY)
    assert [event.id for event in rest] == ["in-kind-2023-07-01"]


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ({"dates": ()}, "dates cannot be 0: it must be at least one date, each after the one before."),
        ({"dates": (JULY, APRIL)}, "dates cannot be 2: it must be at least one date, each after the one before."),
        ({"rate": D(1)}, "share cannot be 100: it must be given where rate is not, and left out with it."),
        ({"share": D(101)}, 'share cannot be "101": it must be above zero, at most 100.'),
        ({"share": None, "rate": D(0)}, 'rate cannot be "0": it must be above zero.'),
    ],
)
def test_a_note_that_makes_no_sense_is_refused(given_: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        PayInKind(**{"dates": (APRIL,), "share": D("100"), **given_})
    assert str(refusal.value) == sentence


@settings(max_examples=25, deadline=None)
@given(loans(), histories(charge_offs=False), DAYS, st.sampled_from(["capitalise_interest", "capitalise_fees"]))
def test_what_is_owed_changes_its_name_and_not_its_amount(
    terms: LoanTerms, events: list[Event], on: date, kind: str
) -> None:
    before = replay(terms, events, as_of=on)
    after = replay(terms, [*events, Event(id="zz", kind=kind, on=on)], as_of=on)
    assert after.payoff == before.payoff
    totals = replay(terms, [*events, Event(id="zz", kind=kind, on=on)], as_of=END).state.totals
    final = replay(terms, [*events, Event(id="zz", kind=kind, on=on)], as_of=END).state
    capitalised = totals.capitalised_interest + totals.capitalised_fees
    assert totals.disbursed + capitalised == final.principal + totals.paid_principal
    assert final.fees == totals.fees_assessed - totals.fees_waived - totals.paid_fees - totals.capitalised_fees


@settings(max_examples=25, deadline=None)
@given(loans(), histories(), st.sampled_from([D("50"), D("100")]))
def test_capitalisations_follow_from_the_set_of_events(terms: LoanTerms, events: list[Event], share: D) -> None:
    rule = PayInKind(dates=tuple(START + timedelta(90 * k) for k in range(1, 5)), share=share)
    made = pay_in_kind(terms, events, rule, through=END)
    assert made == pay_in_kind(terms, events[::-1], rule, through=END)
    # Derived from a history that holds them already, they are the same.
    assert made == pay_in_kind(terms, [*events, *made], rule, through=END)
    state = journal(terms, [*events, *made], through=END).state
    assert state.totals.capitalised_interest == sum(event.amount or 0 for event in made)
