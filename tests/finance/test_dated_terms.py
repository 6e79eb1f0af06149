"""Terms that hold from a day on: which are in force when, what a modification does, and what it does not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.dated_terms import terms_after
from finance.latefees import fee_id, parse_fee_id
from finance.level_payment import Spacing
from finance.modifications import change_due_day, defer, re_age, re_amortise, recast, transfer
from finance.replay import Event, State, accrue, apply, journal, replay
from finance.terms import Instalment, LateFeeRule, LoanTerms, NewTerms
from tests.finance.shorthand import ARRIVAL, Amounts, one_of_each, some_of

START, END = date(2023, 1, 1), date(2023, 12, 31)
DUE = [date(2023, month, 1) for month in range(2, 13)]
RULE = LateFeeRule(grace_days=10, flat=D("25.00"))
TERMS = LoanTerms(
    rate=D("7.3"),
    day_count="ACT/365F",
    schedule=tuple(Instalment(due_date=due, amount=D("1000.00")) for due in DUE),
    late_fee=RULE,
)
LENT = Event(id="0", kind="disburse", on=START, amount=D("10000.00"))


def cash(name: str, on: date, amount: str = "1000.00") -> Event:
    return Event(id=name, kind="payment", on=on, amount=D(amount))


def state_on(on: date, *events: Event) -> State:
    return journal(TERMS, [LENT, *events], through=on).state


def modified(on: date, rows: list[tuple[date, str]], **agreed: Any) -> Event:
    rate, servicing = agreed.pop("rate", None), agreed.pop("servicing", {})
    schedule = tuple(Instalment(due_date=due, amount=D(amount)) for due, amount in rows)
    terms = replace(TERMS, schedule=schedule, version=2, **servicing)
    return Event(id=f"m{on}", kind="modification", on=on, rate=rate, new_terms=NewTerms(terms=terms, **agreed))


def reversal(target: Event, booked: date = END) -> Event:
    return Event(id=f"undo-{target.id}", kind="reversal", on=target.on, booked=booked, target=target.id)


def test_new_terms_hold_from_their_day_and_the_old_ones_before_it() -> None:
    march = date(2023, 3, 15)
    found = defer(
        TERMS, state_on(march, cash("a", DUE[0]), cash("b", DUE[1])), march, count=2, spacing=Spacing(months=1)
    )
    events = [LENT, cash("a", DUE[0]), cash("b", DUE[1]), replace(found.event, booked=date(2023, 3, 20))]
    assert replay(TERMS, events, as_of=date(2023, 3, 14)).arrears.next_due_date == date(2023, 4, 1)
    assert replay(TERMS, events, as_of=march).arrears.next_due_date == date(2023, 6, 1)
    assert replay(TERMS, events, as_of=date(2023, 5, 20)).arrears.dpd == 0
    # As it was known before the deferral was recorded, and once it is reversed, April and May are missed.
    known = replay(TERMS, events, as_of=march, known_on=date(2023, 3, 19))
    assert (known.arrears.next_due_date, known.terms) == (date(2023, 4, 1), TERMS)
    undone = replay(TERMS, [*events, reversal(found.event)], as_of=date(2023, 5, 20))
    assert undone == replay(TERMS, events[:3], as_of=date(2023, 5, 20))
    assert (undone.arrears.dpd, undone.arrears.past_due_amount) == (49, D("2000.00"))


def test_the_rate_changes_on_the_day_and_the_interest_before_it_does_not() -> None:
    # $10,000.00 at 7.3 % is $2.00 a day, at 3.65 % $1.00.
    found = recast(TERMS, state_on(date(2023, 1, 11)), date(2023, 1, 11), rate=D("3.65"))
    events = [LENT, found.event]
    assert replay(TERMS, events, as_of=date(2023, 1, 11)).state.interest == D("20.00")
    assert replay(TERMS, events, as_of=date(2023, 1, 21)).state.interest == D("30.00")
    assert replay(TERMS, events, as_of=date(2023, 1, 21)).state.rate == D("3.65")


def test_what_is_capitalised_is_what_is_owed_then_and_nobody_is_forgiven_more_than_was_agreed() -> None:
    on = date(2023, 3, 12)  # 70 days: $140.00 of interest
    fee = Event(id="f", kind="fee", on=date(2023, 3, 1), amount=D("40.00"))
    found = re_amortise(TERMS, state_on(on, fee), on, interest="capitalise", fees="waive")
    assert found.new_terms.fees_waived == D("40.00")
    state = replay(TERMS, [LENT, fee, found.event], as_of=on).state
    assert (state.principal, state.interest, state.fees) == (D("10140.00"), D("0.00"), D("0.00"))
    assert (state.totals.capitalised_interest, state.totals.fees_waived) == (D("140.00"), D("40.00"))
    # A payment turns up from before it: there was less to capitalise. Another fee does: it stays owed.
    late, second = cash("late", date(2023, 3, 1), "158.00"), replace(fee, id="g", amount=D("15.00"))
    state = replay(TERMS, [LENT, fee, second, late, found.event], as_of=on).state
    # Fees first: 55.00; then 103.00 of the 118.00 of interest owed on 1 March, and 22.00 more accrue.
    assert (state.principal, state.fees, state.interest) == (D("10037.00"), D("0.00"), D("0.00"))
    state = replay(TERMS, [LENT, fee, second, found.event], as_of=on).state
    assert (state.principal, state.fees) == (D("10140.00"), D("15.00"))


def test_interest_that_is_waived_is_never_more_than_was_agreed() -> None:
    on, paid = date(2023, 3, 12), cash("p", DUE[1], "118.00")
    found = re_amortise(TERMS, state_on(on, paid), on, interest="waive")
    assert found.new_terms.interest_waived == D("22.00")
    events = [LENT, paid, found.event]
    effect = journal(TERMS, events, through=on).effects[-1]
    assert (effect.interest, effect.interest_waived, effect.income) == (D("-22.00"), D("22.00"), D("0.00"))
    # The payment comes back: 140.00 was owed, 22.00 of it is forgiven and the rest is owed and asked for.
    without = replay(TERMS, [*events, reversal(paid)], as_of=on)
    assert (without.state.interest, without.state.totals.interest_waived) == (D("118.00"), D("22.00"))
    assert without.arrears.past_due_amount == D("118.00")
    assert without.arrears.next_due_date == DUE[0]


def test_a_payment_of_before_that_comes_back_leaves_what_it_had_settled_past_due() -> None:
    march, first = date(2023, 3, 15), cash("a", DUE[0])
    found = recast(TERMS, state_on(march, first, cash("b", DUE[1])), march)
    events = [LENT, first, cash("b", DUE[1]), found.event]
    assert replay(TERMS, events, as_of=march).arrears.dpd == 0
    back = replay(TERMS, [*events, reversal(first)], as_of=march)
    # The agreed payment stays; the last instalment, which is all that is owed, takes the difference.
    assert back.terms == found.terms
    assert (back.arrears.dpd, back.arrears.past_due_amount) == ((march - DUE[1]).days, D("1000.00"))
    assert back.state.principal > replay(TERMS, events, as_of=march).state.principal


def test_an_instalment_is_looked_at_once_for_a_late_fee() -> None:
    # Due on 1 February, 10 days of grace: charged on the 11th. New terms from the 12th give 20 days to what falls due.
    on = date(2023, 2, 12)
    found = transfer(TERMS, state_on(on), on, to=replace(TERMS, late_fee=replace(RULE, grace_days=20)))
    fees = journal(TERMS, [LENT, found.event], through=date(2023, 4, 1), late_fees_through=date(2023, 4, 1)).late_fees
    assert [(fee.id, fee.on) for fee in fees] == [
        ("late-fee-1", date(2023, 2, 11)),
        ("late-fee-2", date(2023, 3, 21)),
    ]


def test_a_re_age_within_the_days_of_grace_spares_the_fee() -> None:
    on = date(2023, 2, 5)
    found = re_age(TERMS, state_on(on), on, spacing=Spacing(months=1))
    second = replace(found.event, new_terms=replace(found.new_terms, terms=replace(found.terms, version=2)))
    fees = journal(TERMS, [LENT, second], through=date(2023, 3, 31), late_fees_through=date(2023, 3, 31)).late_fees
    assert [(fee.id, fee.on) for fee in fees] == [("late-fee-2.2", date(2023, 3, 11))]


def test_a_rule_that_comes_with_new_terms_begins_with_them() -> None:
    free = replace(TERMS, late_fee=None)
    later = Event(id="m", kind="modification", on=DUE[2], new_terms=NewTerms(terms=replace(TERMS, version=2)))
    played = journal(free, [LENT, later], through=DUE[4], late_fees_through=DUE[4])
    assert [fee.id for fee in played.late_fees] == ["late-fee-2.3", "late-fee-2.4"]
    # And with the terms that bear none, what was recorded as charged under the old ones is derived, not doubled.
    freed = modified(DUE[2], [(due, "1000.00") for due in DUE], servicing={"late_fee": None})
    recorded = Event(id="late-fee-1", kind="late_fee", on=date(2023, 2, 11), amount=D("25.00"))
    played = journal(TERMS, [LENT, freed, recorded], through=DUE[4], late_fees_through=DUE[4])
    assert [fee.id for fee in played.late_fees] == ["late-fee-1", "late-fee-2"]
    assert played.state.fees == D("50.00")


def test_half_a_cent_that_rounds_the_other_way_under_new_terms_is_income() -> None:
    terms = replace(TERMS, rate=D("1"))
    lent = replace(LENT, amount=D("182.50"))  # half a cent a day at 1 %
    event = modified(date(2023, 1, 2), [(END, "182.50")], servicing={"rounding": "HALF_EVEN"})
    played = journal(terms, [lent, event], through=date(2023, 1, 2))
    assert [(effect.kind, effect.interest, effect.income) for effect in played.effects[1:]] == [
        ("accrual", D("0.01"), D("0.01")),
        ("modification", D("-0.01"), D("-0.01")),
    ]
    assert played.state.interest == D("0.00")


def test_the_last_modification_of_a_day_governs() -> None:
    one = modified(DUE[0], [(END, "1.00")])
    other = replace(one, id=f"{one.id}-2", new_terms=replace(one.new_terms, terms=replace(TERMS, version=3)))
    for events in ([LENT, one, other], [other, LENT, one]):
        assert replay(TERMS, events, as_of=DUE[0]).terms.version == 3


def test_a_charge_off_before_it_leaves_a_modification_nothing_to_do() -> None:
    event = modified(DUE[2], [(END, "1.00")], rate=D("5"), interest="capitalise", fees="capitalise")
    off = Event(id="off", kind="charge_off", on=DUE[1])
    state = replay(TERMS, [LENT, off, event], as_of=DUE[3]).state
    assert (state.principal, state.interest, state.fees, state.written_off) == (0, 0, 0, D("10118.00"))


def test_the_id_of_a_late_fee_names_its_schedule() -> None:
    assert [fee_id(1, 12), fee_id(3, 4)] == ["late-fee-12", "late-fee-3.4"]
    assert [parse_fee_id("late-fee-12"), parse_fee_id("late-fee-3.4")] == [(1, 12), (3, 4)]


CALENDAR, AMOUNTS = [START + timedelta(k) for k in range(365)], Amounts(1, 300_000)
SOME = ("carry", "capitalise", "waive")
MOST, ROWS = 6, 5
an_event = (["payment", "fee", "modification", "modification", "rate_change"], CALENDAR, AMOUNTS)
some_events = one_of_each(range(MOST + 1), *an_event * MOST)
some_terms = one_of_each(
    range(1, ROWS + 1),
    ["ACT/365F", "ACT/360"],
    ["HALF_UP", "HALF_EVEN"],
    [None, RULE, replace(RULE, grace_days=30)],
    SOME,
    SOME,
    AMOUNTS,
    AMOUNTS,
    [None, D("3.65")],
    *[CALENDAR] * ROWS,
    *[AMOUNTS] * ROWS,
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    count, *happened = some_events(draw)
    events = [LENT]
    for number in range(count):
        kind, on, amount = happened[3 * number : 3 * number + 3]
        common: dict[str, Any] = {"id": str(number + 1), "kind": kind, "on": on}
        if kind == "modification":
            events.append(Event(**common, **new_terms(draw, number + 2)))
        elif kind == "rate_change":
            events.append(Event(**common, rate=D("14.6")))
        else:
            events.append(Event(**common, amount=amount))
    return events


def new_terms(draw: st.DrawFn, version: int) -> dict[str, Any]:
    rows, day_count, rounding, late_fee, interest, fees, interest_waived, fees_waived, rate, *due = some_terms(draw)
    terms = replace(
        TERMS,
        schedule=tuple(Instalment(due_date=on, amount=due[ROWS + k]) for k, on in enumerate(sorted(due[:rows]))),
        day_count=day_count,
        rounding=rounding,
        late_fee=late_fee,
        version=version,
    )
    agreed = NewTerms(
        terms=terms, interest=interest, fees=fees, interest_waived=interest_waived, fees_waived=fees_waived
    )
    return {"rate": rate, "new_terms": agreed}


CAPITALISED = modified(DUE[5], [(END, "5.00")], interest="capitalise")
laws = settings(max_examples=150, deadline=None)


@laws
@given(histories(), ARRIVAL)
def test_any_order_of_arrival_and_a_reversal_restores_exactly(events: list[Event], chance: Any) -> None:
    def played(rows: list[Event]) -> Any:
        return journal(TERMS, rows, through=END, late_fees_through=END)

    assert played(chance.sample(events, len(events))) == played(events)
    target = chance.choice([*events[1:], CAPITALISED])
    others = [event for event in events if event is not target]
    assert played([*others, reversal(target), target]) == played(others)


@laws
@given(histories())
def test_every_cent_is_placed_once_and_the_effects_add_up(events: list[Event]) -> None:
    played = journal(TERMS, events, through=END, late_fees_through=END)
    state, totals = played.state, played.state.totals
    for name in ("principal", "interest", "fees", "unapplied"):
        assert sum(getattr(effect, name) for effect in played.effects) == getattr(state, name)
    for effect in played.effects:
        owed = effect.principal + effect.interest + effect.fees
        if effect.kind == "modification":
            assert owed == effect.income - effect.interest_waived - effect.fees_waived
            assert abs(effect.income) <= D("0.01")
    capitalised = totals.capitalised_interest + totals.capitalised_fees
    assert totals.disbursed + capitalised == state.principal + totals.paid_principal
    assert totals.fees_assessed == state.fees + totals.paid_fees + totals.fees_waived + totals.capitalised_fees
    income = sum(effect.income for effect in played.effects)
    assert income == state.interest + totals.paid_interest + totals.capitalised_interest + totals.interest_waived


@laws
@given(histories(), some_of(CALENDAR, 6))
def test_event_by_event_and_replay_agree(events: list[Event], stops: list[date]) -> None:
    played = journal(TERMS, events, through=END, accrue_on=stops)
    terms, state, effects = TERMS, State.opening(TERMS), []
    steps: list[tuple[Any, Event | None]] = [(event.order, event) for event in events]
    for (day, *_), event in sorted(steps + [((day, -1, ""), None) for day in (*stops, END)], key=lambda step: step[0]):
        if accrual := accrue(terms, state, day):
            effects.append(accrual)
        if event is not None:
            effects.append(apply(terms, state, event))
            terms = terms_after(terms, event)
    assert (effects, state, terms) == (played.effects, played.state, played.terms)


@laws
@given(histories())
def test_derived_late_fees_recorded_as_events_replay_the_same(events: list[Event]) -> None:
    derived = journal(TERMS, events, through=END, late_fees_through=END)
    recorded = journal(TERMS, [*derived.late_fees, *events], through=END)
    assert recorded.state == derived.state
    assert recorded.effects == derived.effects
    looked_at = [fee.id for fee in derived.late_fees]
    assert len(looked_at) == len(set(looked_at))


def test_a_due_day_moved_within_the_days_of_grace_is_looked_at_on_its_new_day() -> None:
    on = date(2023, 1, 20)
    found = change_due_day(TERMS, state_on(on), on, day=15)
    assert found.terms.schedule[0].due_date == date(2023, 2, 15)
    fees = journal(TERMS, [LENT, found.event], through=date(2023, 2, 28), late_fees_through=date(2023, 2, 28)).late_fees
    assert [(fee.id, fee.on) for fee in fees] == [("late-fee-1", date(2023, 2, 25))]
