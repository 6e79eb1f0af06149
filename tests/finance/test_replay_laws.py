"""Laws of servicing that hold for every loan and every history, drawn at random."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import permutations
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.ageing import arrears
from finance.allocation import PARTS, Hierarchy
from finance.interest import from_units, to_units
from finance.money import ROUNDINGS, cents
from finance.payoff import payoff, per_diem
from finance.replay import Effect, Event, Journal, State, accrue, apply, in_order, journal, replay
from finance.terms import DAILY_DAY_COUNTS, PREPAYMENTS, RESIDUES, Instalment, LateFeeRule, LoanTerms
from tests.finance.shorthand import ARRIVAL, Amounts, dollars, one_of_each, some_of

START = date(2023, 11, 20)
HORIZON = 500
END = START + timedelta(HORIZON)
CALENDAR = [START + timedelta(k) for k in range(HORIZON + 1)]
DAYS = st.sampled_from(CALENDAR)
AMOUNTS, MONEY = Amounts(1, 200_000), st.integers(1, 200_000).map(dollars)
RATES = (D("0"), D("4.5"), D("7.125"), D("10"), D("12"), D("29.99"), D("36.5"))
KINDS = ("payment", "payment", "payment", "principal_only", "payoff", "fee", "fee_waiver", "rate_change", "disburse")

laws = settings(max_examples=60, deadline=None)


some_loan = one_of_each(
    range(1, 9),
    RATES,
    DAILY_DAY_COUNTS,
    tuple(permutations(PARTS)),
    ROUNDINGS,
    RESIDUES,
    (D("0.00"), D("5.00")),
    [LateFeeRule(grace_days=days, percent=D("5"), flat=D("15.00")) for days in range(16)],
    ({}, {"ordinary": Hierarchy(by="instalment")}),
    PREPAYMENTS,
    *[AMOUNTS] * 8,
)


@st.composite
def loans(draw: st.DrawFn) -> LoanTerms:
    count, rate, day_count, order, rounding, residue, tolerance, late_fee, hierarchies, prepayments, *amounts = (
        some_loan(draw)
    )
    rows = tuple(
        Instalment(due_date=START + timedelta(30 * (k + 1)), amount=amount, interest=(amount / 4).quantize(D("0.01")))
        for k, amount in enumerate(amounts[:count])
    )
    return LoanTerms(
        rate=rate,
        day_count=day_count,
        schedule=rows,
        allocation_order=order,
        rounding=rounding,
        residue=residue,
        past_due_tolerance=tolerance,
        late_fee=late_fee,
        hierarchies=hierarchies,
        prepayments=prepayments,
    )


MOST = 10
an_event = (KINDS, CALENDAR, AMOUNTS, RATES, ("ordinary", "clear_dues"))
some_history = one_of_each(
    range(MOST + 1), range(65_536), (False, True), AMOUNTS, CALENDAR, CALENDAR, AMOUNTS, *an_event * MOST
)


@st.composite
def histories(draw: st.DrawFn, *, charge_offs: bool = True) -> list[Event]:
    """Up to a dozen events in no order, the loan's first disbursement among them."""
    count, arrival, ends, lent, off, back, recovered, *happened = some_history(draw)
    events = [Event(id="start", kind="disburse", on=START, amount=lent)]
    width = len(an_event)
    events += [_event(f"E{k}", *happened[width * k : width * (k + 1)]) for k in range(count)]
    if charge_offs and ends:
        # Nothing may be lent or charged after it, so it comes last but for the cash.
        events = [e for e in events if e.on <= off or e.kind not in ("disburse", "fee")]
        events += [Event(id="off", kind="charge_off", on=off)]
        events += [Event(id="back", kind="recovery", on=back, amount=recovered)]
    return Random(arrival).sample(events, len(events))


def _event(name: str, kind: str, on: date, amount: D, rate: D, purpose: str) -> Event:
    if kind == "rate_change":
        return Event(id=name, kind=kind, on=on, rate=rate)
    if kind == "principal_only":
        return Event(id=name, kind="payment", on=on, amount=amount, principal_only=True)
    return Event(id=name, kind=kind, on=on, amount=amount, purpose=purpose if kind == "payment" else "ordinary")


def balances(state: State) -> dict[str, Any]:
    names = ("principal", "interest", "fees", "unapplied", "written_off", "recovered")
    return {name: getattr(state, name) for name in names}


def added(effects: Iterable[Effect]) -> dict[str, Any]:
    sums = {name: D("0.00") for name in balances(State(rate=D("0")))}
    for effect in effects:
        for name in sums:
            sums[name] += getattr(effect, name)
    return sums


def the_effects_add_up_to_the_state_and_each_reconciles(played: Journal) -> None:
    assert added(played.effects) == balances(played.state)
    for effect in played.effects:
        owed = effect.principal + effect.interest + effect.fees
        if effect.cash:
            assert effect.cash == effect.unapplied + effect.recovered + effect.income - owed
        elif effect.kind == "accrual":
            assert owed == effect.interest == effect.income > 0
        elif effect.kind == "charge_off":
            assert effect.written_off == -owed


def every_cent_is_placed_once(played: Journal, events: list[Event]) -> None:
    state, totals = played.state, played.state.totals
    assert totals.cash_in == sum(e.amount or 0 for e in events if e.kind in ("payment", "payoff", "recovery"))
    paid = totals.paid_principal + totals.paid_interest + totals.paid_fees
    assert totals.cash_in == paid + state.unapplied + state.recovered
    off = [effect for effect in played.effects if effect.kind == "charge_off"]
    assert totals.disbursed == state.principal + totals.paid_principal - sum(e.principal for e in off)
    assert totals.fees_assessed - totals.fees_waived - totals.paid_fees + sum(e.fees for e in off) == state.fees
    income = sum(effect.income for effect in played.effects)
    assert income == state.interest + totals.paid_interest - sum(e.interest for e in off)


def the_order_of_arrival_does_not_matter(played: Journal, terms: LoanTerms, events: list[Event]) -> None:
    for shuffled in (events[::-1], sorted(events, key=lambda event: event.id[::-1])):
        assert journal(terms, shuffled, through=END, late_fees_through=END) == played


def derived_late_fees_recorded_as_events_replay_the_same(
    played: Journal, terms: LoanTerms, events: list[Event]
) -> None:
    recorded = journal(terms, [*played.late_fees, *events], through=END)
    assert recorded.state == played.state
    assert recorded.effects == played.effects


@laws
@given(loans(), histories())
def test_laws_of_every_history(terms: LoanTerms, events: list[Event]) -> None:
    played = journal(terms, events, through=END, late_fees_through=END)
    the_effects_add_up_to_the_state_and_each_reconciles(played)
    every_cent_is_placed_once(played, events)
    the_order_of_arrival_does_not_matter(played, terms, events)
    derived_late_fees_recorded_as_events_replay_the_same(played, terms, events)


@laws
@given(loans(), histories(), DAYS, DAYS, MONEY, ARRIVAL)
def test_a_reversal_restores_exactly(
    terms: LoanTerms, events: list[Event], on: date, paid: date, amount: D, chance: Any
) -> None:
    kinds = ("payment", "payoff", "fee", "fee_waiver")
    late = Event(id="late", kind="payment", on=paid, amount=amount)
    target = chance.choice([late, *(event for event in events if event.kind in kinds)])
    reversal = Event(id="undo", kind="reversal", on=on, target=target.id)
    without = [event for event in events if event is not target]
    undone = journal(terms, [reversal, *without, target], through=END, late_fees_through=END)
    assert undone == journal(terms, without, through=END, late_fees_through=END)


@laws
@given(loans(), histories(charge_offs=False), DAYS)
def test_a_payoff_paid_on_its_date_leaves_nothing(terms: LoanTerms, events: list[Event], on: date) -> None:
    events = [event for event in events if event.on <= on]
    owed = replay(terms, events, as_of=on).payoff
    paid = [Event(id="zz", kind="payoff", on=on, amount=owed)] if owed else []
    for as_of in (on, END):
        state = replay(terms, [*events, *paid], as_of=as_of).state
        assert (state.principal, state.accrued, state.fees) == (0, 0, 0)
        # Money held for the borrower was there before and stays.
        assert state.unapplied == replay(terms, events, as_of=on).state.unapplied
    final = replay(terms, [*events, *paid], as_of=END).arrears
    assert (final.dpd, final.instalments_satisfied) == (0, len(terms.schedule))


@laws
@given(loans(), histories(), some_of(CALENDAR, 6))
def test_event_by_event_journal_and_replay_agree(terms: LoanTerms, events: list[Event], stops: list[date]) -> None:
    played = journal(terms, events, through=END, accrue_on=stops)
    loan, effects = State.opening(terms), []
    steps: list[tuple[date, Event | None]] = [(event.on, event) for event in in_order(events)]
    steps = sorted(steps + [(day, None) for day in (*stops, END)], key=lambda step: step[0])
    for day, event in steps:
        if accrual := accrue(terms, loan, day):
            effects.append(accrual)
        if event is not None:
            effects.append(apply(terms, loan, event))
        # Loaded from a row at every step, the exact interest as units.
        loan = replace(loan, accrued=from_units(to_units(loan.accrued)))
    assert effects == played.effects
    assert loan == played.state
    position = replay(terms, events, as_of=END)
    assert position.state == loan
    assert position.arrears == arrears(terms, loan, END)
    assert position.payoff == payoff(loan)


@laws
@given(loans(), histories(), some_of(CALENDAR, 20), some_of(CALENDAR, 3))
def test_where_interest_is_posted_changes_nothing_but_the_posting_dates(
    terms: LoanTerms, events: list[Event], often: list[date], seldom: list[date]
) -> None:
    one = journal(terms, events, through=END, accrue_on=often, late_fees_through=END)
    other = journal(terms, events, through=END, accrue_on=seldom, late_fees_through=END)
    assert one.state == other.state
    assert one.late_fees == other.late_fees
    happened = [effect for effect in one.effects if effect.kind != "accrual"]
    assert happened == [effect for effect in other.effects if effect.kind != "accrual"]
    assert sum(e.income for e in one.effects) == sum(e.income for e in other.effects)


@laws
@given(loans(), histories(), DAYS)
def test_per_diem_times_days_is_the_interest(terms: LoanTerms, events: list[Event], on: date) -> None:
    state = journal(terms, [event for event in events if event.on <= on], through=on).state
    days = 90
    daily = sum(per_diem(terms, state, on + timedelta(k)) for k in range(days))
    expected = state.accrued + daily
    if terms.day_count != "ACT/ACT":
        assert daily == days * per_diem(terms, state, on)
    accrue(terms, state, on + timedelta(days))
    assert state.accrued == expected
    assert state.interest == max(0, cents(expected, terms.rounding))
