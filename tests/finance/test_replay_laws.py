"""Laws of servicing that hold for every loan and every history, drawn at random."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.ageing import arrears
from finance.allocation import PARTS, Hierarchy
from finance.interest import from_units, to_units
from finance.money import cents
from finance.payoff import payoff, per_diem
from finance.replay import Effect, Event, Journal, State, accrue, apply, in_order, journal, replay
from finance.terms import PREPAYMENTS, Instalment, LateFeeRule, LoanTerms

START = date(2023, 11, 20)
HORIZON = 500
END = START + timedelta(HORIZON)
DAYS = st.integers(0, HORIZON).map(lambda k: START + timedelta(k))
MONEY = st.integers(1, 200_000).map(lambda count: D(count).scaleb(-2))
RATES = st.sampled_from([D("0"), D("4.5"), D("7.125"), D("10"), D("12"), D("29.99"), D("36.5")])
KINDS = ("payment", "payment", "payment", "principal_only", "payoff", "fee", "fee_waiver", "rate_change", "disburse")

laws = settings(max_examples=60, deadline=None)


@st.composite
def loans(draw: st.DrawFn) -> LoanTerms:
    count = draw(st.integers(1, 8))
    amounts = [draw(MONEY) for _ in range(count)]
    rows = tuple(
        Instalment(due_date=START + timedelta(30 * (k + 1)), amount=amount, interest=(amount / 4).quantize(D("0.01")))
        for k, amount in enumerate(amounts)
    )
    return LoanTerms(
        rate=draw(RATES),
        day_count=draw(st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT"])),
        schedule=rows,
        allocation_order=tuple(draw(st.permutations(PARTS))),
        rounding=draw(st.sampled_from(["HALF_UP", "HALF_EVEN"])),
        residue=draw(st.sampled_from(["drop", "carry"])),
        past_due_tolerance=draw(st.sampled_from([D("0.00"), D("5.00")])),
        late_fee=LateFeeRule(grace_days=draw(st.integers(0, 15)), percent=D("5"), flat=D("15.00")),
        hierarchies=draw(st.sampled_from([{}, {"ordinary": Hierarchy(by="instalment")}])),
        prepayments=draw(st.sampled_from(PREPAYMENTS)),
    )


@st.composite
def histories(draw: st.DrawFn, *, charge_offs: bool = True) -> list[Event]:
    """Up to a dozen events in no order, the loan's first disbursement among them."""
    events = [Event(id="start", kind="disburse", on=START, amount=draw(MONEY))]
    for k in range(draw(st.integers(0, 10))):
        events.append(_event(draw, f"E{k}"))
    if charge_offs and draw(st.booleans()):
        # Nothing may be lent or charged after it, so it comes last but for the cash.
        off = draw(DAYS)
        events = [e for e in events if e.on <= off or e.kind not in ("disburse", "fee")]
        events += [Event(id="off", kind="charge_off", on=off)]
        events += [Event(id="back", kind="recovery", on=draw(DAYS), amount=draw(MONEY))]
    return draw(st.permutations(events))


def _event(draw: st.DrawFn, name: str) -> Event:
    kind, on = draw(st.sampled_from(KINDS)), draw(DAYS)
    if kind == "rate_change":
        return Event(id=name, kind=kind, on=on, rate=draw(RATES))
    if kind == "principal_only":
        return Event(id=name, kind="payment", on=on, amount=draw(MONEY), principal_only=True)
    purpose = draw(st.sampled_from(["ordinary", "clear_dues"])) if kind == "payment" else "ordinary"
    return Event(id=name, kind=kind, on=on, amount=draw(MONEY), purpose=purpose)


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
@given(loans(), histories(), DAYS, st.data())
def test_a_reversal_restores_exactly(terms: LoanTerms, events: list[Event], on: date, data: st.DataObject) -> None:
    kinds = ("payment", "payoff", "fee", "fee_waiver")
    late = Event(id="late", kind="payment", on=data.draw(DAYS), amount=data.draw(MONEY))
    target = data.draw(st.sampled_from([late, *(event for event in events if event.kind in kinds)]))
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
@given(loans(), histories(), st.lists(DAYS, max_size=6))
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
@given(loans(), histories(), st.lists(DAYS, max_size=20), st.lists(DAYS, max_size=3))
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
