"""Non-accrual, credit, refunds, escrow, small balances, and sale and buy-back, in one replay with everything else."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.disposal import AlreadySold, NotSold
from finance.errors import Refused
from finance.loan_state import Effect
from finance.nonaccrual import NonAccrual, recognise
from finance.replay import Event, journal
from finance.terms import CASH_METHODS, CHOICES, RESTORATIONS, LateFeeRule, LoanTerms, NewTerms
from finance.terms import Instalment as Due
from tests.finance.shorthand import ARRIVAL, one_of_each
from tests.finance.test_replay_laws import AMOUNTS, CALENDAR, END, RATES, START, histories, loans

TERMS = LoanTerms(rate=D("12"), day_count="ACT/365F", schedule=())
LENT = Event(id="A", kind="disburse", on=date(2023, 1, 1), amount=D("10000.00"))
APRIL, JUNE, AUGUST = date(2023, 4, 1), date(2023, 6, 1), date(2023, 8, 1)
KINDS = ("nonaccrual", "restoration", "capitalise_interest", "capitalise_fees", "write_off")
WITH_AMOUNT = ("refund", "credit_applied", "escrow_deposit", "escrow_disbursement", "sale", "buy_back")

laws = settings(max_examples=80, deadline=None)


def event(kind: str, on: date, amount: str | None = None, **more: Any) -> Event:
    return Event(id=f"{kind}-{on}", kind=kind, on=on, amount=None if amount is None else D(amount), **more)


def effect_of(events: list[Event], kind: str, terms: LoanTerms = TERMS) -> Effect:
    (found,) = [effect for effect in journal(terms, [LENT, *events], through=AUGUST).effects if effect.kind == kind]
    return found


def moved(effect: Effect) -> dict[str, D]:
    names = ("cash", "principal", "interest", "fees", "unapplied", "escrow", "suspense", "applied", "gain")
    return {name: value for name in names if (value := getattr(effect, name))}


def test_a_loan_on_nonaccrual_earns_into_suspense_and_a_payment_of_interest_is_income() -> None:
    events = [event("nonaccrual", APRIL), event("payment", JUNE, "300.00")]
    assert moved(effect_of(events, "nonaccrual")) == {"suspense": D("295.89")}
    paid = effect_of(events, "payment")
    assert moved(paid) == {"cash": D("300.00"), "interest": D("-300.00"), "suspense": D("-300.00")}
    state = journal(TERMS, [LENT, *events], through=AUGUST).state
    assert (state.interest, state.suspense, state.applied) == (D("396.99"), D("396.99"), D("0.00"))


def test_under_cost_recovery_interest_lowers_book_principal_until_all_is_collected() -> None:
    terms = replace(TERMS, nonaccrual_cash="cost_recovery")
    events = [event("nonaccrual", APRIL), event("payment", JUNE, "300.00"), event("payment", AUGUST, "10396.99")]
    first, last = (e for e in journal(terms, [LENT, *events], through=AUGUST).effects if e.kind == "payment")
    assert moved(first) == {
        "cash": D("300.00"), "interest": D("-300.00"), "suspense": D("-300.00"), "applied": D("300.00"),
    }  # fmt: skip
    assert (last.suspense, last.applied) == (D("-396.99"), D("-300.00"))


@pytest.mark.parametrize(
    ("way", "released", "left"), [("as_collected", {}, "696.99"), ("at_once", {"suspense": D("-696.99")}, "0.00")]
)
def test_restoration_releases_suspense_as_the_terms_say(way: str, released: dict[str, D], left: str) -> None:
    terms = replace(TERMS, restoration=way)
    events = [event("nonaccrual", APRIL), event("restoration", AUGUST)]
    assert moved(effect_of(events, "restoration", terms)) == released
    assert journal(terms, [LENT, *events], through=AUGUST).state.suspense == D(left)


@laws
@given(
    loans(),
    histories(),
    st.lists(st.integers(0, 490), min_size=1, max_size=4, unique=True),
    st.sampled_from(CASH_METHODS),
    st.sampled_from(RESTORATIONS),
)
def test_replay_recognises_what_a_reading_of_the_whole_history_recognises(
    terms: LoanTerms, events: list[Event], turns: list[int], cash: str, restoration: str
) -> None:
    terms = replace(terms, nonaccrual_cash=cash, restoration=restoration)
    days = [START + timedelta(turn) for turn in sorted(turns)]
    starts, ends = days[::2], [*days[1::2], None]
    times = [
        NonAccrual(start=on, end=until, cash=cash, restoration=restoration)
        for on, until in zip(starts, ends, strict=False)
    ]
    statuses = [event("nonaccrual" if place % 2 == 0 else "restoration", on) for place, on in enumerate(days)]
    try:
        read = recognise(terms, events, times, through=END, late_fees_through=END)
    except Refused:
        with pytest.raises(Refused):
            journal(terms, [*events, *statuses], through=END, late_fees_through=END)
        return
    played = journal(terms, [*events, *statuses], through=END, late_fees_through=END)
    assert (played.state.suspense, played.state.applied) == (read.books.suspense, read.books.applied)
    income = sum(
        effect.income - effect.suspense - effect.applied for effect in played.effects if effect.kind != "charge_off"
    )
    assert income == read.books.income
    assert played.state.interest == read.journal.state.interest


def test_held_money_pays_as_a_payment_would_and_never_more_than_is_held() -> None:
    events = [
        event("payment", APRIL, "200.00", principal_only=True),
        event("payment", JUNE, "20000.00"),
        event("fee", date(2023, 7, 1), "80.00"),
        event("credit_applied", AUGUST, "500.00"),
    ]
    applied = effect_of(events, "credit_applied")
    assert moved(applied) == {"fees": D("-80.00"), "unapplied": D("-80.00")}
    state = journal(TERMS, [LENT, *events], through=AUGUST).state
    assert (state.fees, state.totals.cash_in, state.totals.paid_fees) == (D("0.00"), D("20200.00"), D("80.00"))


def test_a_refund_of_what_was_not_held_after_all_is_owed_like_a_fee() -> None:
    events = [event("payment", APRIL, "11000.00"), event("refund", JUNE, "704.11")]
    assert moved(effect_of(events, "refund")) == {"cash": D("-704.11"), "unapplied": D("-704.11")}
    smaller = [event("payment", APRIL, "10500.00"), event("refund", JUNE, "704.11")]
    assert moved(effect_of(smaller, "refund")) == {
        "cash": D("-704.11"), "unapplied": D("-204.11"), "fees": D("500.00"),
    }  # fmt: skip


def test_escrow_is_money_held_and_may_be_advanced() -> None:
    events = [event("escrow_deposit", APRIL, "300.00"), event("escrow_disbursement", JUNE, "450.00")]
    assert moved(effect_of(events, "escrow_deposit")) == {"cash": D("300.00"), "escrow": D("300.00")}
    state = journal(TERMS, [LENT, *events], through=AUGUST).state
    assert (state.escrow, state.principal, state.credit) == (D("-150.00"), D("10000.00"), D("0.00"))


def test_a_small_balance_written_off_leaves_nothing_and_is_no_charge_off() -> None:
    terms = replace(TERMS, small_balance=D("5.00"))
    events = [event("payment", APRIL, "10295.00"), event("write_off", APRIL)]
    assert moved(effect_of(events, "write_off", terms)) == {"principal": D("-0.89")}
    state = journal(terms, [LENT, *events], through=AUGUST).state
    assert (state.principal, state.interest, state.charged_off, state.written_off) == (0, 0, False, 0)


def test_a_write_off_of_what_is_no_small_balance_any_more_does_nothing() -> None:
    terms = replace(TERMS, small_balance=D("5.00"))
    events = [event("payment", APRIL, "10290.88"), event("write_off", APRIL)]  # leaves 5.01
    assert moved(effect_of(events, "write_off", terms)) == {}


def test_a_late_fee_of_the_day_comes_before_what_is_settled_at_its_end() -> None:
    terms = replace(
        TERMS,
        small_balance=D("5.00"),
        schedule=(Due(due_date=APRIL, amount=D("10295.89")),),
        late_fee=LateFeeRule(grace_days=0, flat=D("2.00")),
    )
    events = [LENT, event("payment", APRIL, "10295.00"), event("write_off", APRIL)]
    played = journal(terms, events, through=AUGUST, late_fees_through=AUGUST)
    assert [(e.kind, e.fees) for e in played.effects][-2:] == [("late_fee", D("2.00")), ("write_off", D("-2.00"))]


def test_a_sale_compares_the_proceeds_with_what_is_carried() -> None:
    events = [event("nonaccrual", APRIL), event("fee", JUNE, "25.00"), event("sale", JUNE, "9500.00")]
    sold = effect_of(events, "sale")
    # 10,000.00 + 25.00 + 496.44 of interest, all of it in suspense: 10,025.00 is carried.
    assert (sold.principal, sold.interest, sold.fees, sold.suspense) == (
        D("-10000.00"), D("-496.44"), D("-25.00"), D("-496.44"),
    )  # fmt: skip
    assert (sold.cash, sold.gain) == (D("9500.00"), D("-525.00"))
    played = journal(TERMS, [LENT, *events], through=AUGUST)
    state = played.state
    assert (state.principal, state.interest, state.fees, state.suspense, state.nonaccrual) == (0, 0, 0, 0, False)
    assert [effect for effect in played.effects if effect.on > JUNE] == []


def test_what_the_borrower_paid_the_buyer_counts_on_its_day_and_is_no_cash_of_ours() -> None:
    sold, back = event("sale", APRIL, "10295.89"), event("buy_back", AUGUST, "10100.00")
    kept = journal(TERMS, [LENT, event("payment", JUNE, "300.00")], through=AUGUST).state
    played = journal(TERMS, [LENT, sold, event("payment", JUNE, "300.00"), back], through=AUGUST)
    assert (played.state.principal, played.state.accrued) == (kept.principal, kept.accrued)
    assert (played.state.credit, played.state.rate) == (kept.credit, kept.rate)
    (bought,) = [effect for effect in played.effects if effect.kind == "buy_back"]
    assert bought.gain == kept.principal + kept.interest - D("10100.00")
    assert sum(effect.cash for effect in played.effects) == D("10295.89") - D("10100.00") - D("10000.00")


def test_sold_twice_or_bought_back_unsold_cannot_stand() -> None:
    with pytest.raises(AlreadySold, match="The sale of 2023-06-01 cannot stand: the loan is sold before it"):
        journal(TERMS, [LENT, event("sale", APRIL, "1.00"), event("sale", JUNE, "1.00")], through=AUGUST)
    with pytest.raises(NotSold, match="the loan is not sold before it"):
        journal(TERMS, [LENT, event("buy_back", JUNE, "1.00")], through=AUGUST)


MOST = 6
happening = ((*KINDS, *WITH_AMOUNT, "modification"), CALENDAR, AMOUNTS)
some_happenings = one_of_each(range(1, MOST + 1), *happening * MOST)
some_change = one_of_each(RESTORATIONS, CHOICES, CHOICES, AMOUNTS, AMOUNTS, RATES)
HISTORIES, LOANS = histories(), loans()


@st.composite
def everything(draw: st.DrawFn) -> list[Event]:
    """A history in which anything on this page may happen as well."""
    events = draw(HISTORIES)
    count, *happened = some_happenings(draw)
    for k in range(count):
        kind, on, amount = happened[3 * k : 3 * k + 3]
        if kind == "modification":
            events.append(modification(draw, f"X{k}", on, version=k + 2))
        else:
            events.append(Event(id=f"X{k}", kind=kind, on=on, amount=amount if kind in WITH_AMOUNT else None))
    return events


def modification(draw: st.DrawFn, name: str, on: date, version: int) -> Event:
    """Other terms from a day on, whatever they are; of interest and fees each is carried, capitalised or waived."""
    restoration, interest, fees, interest_waived, fees_waived, rate = some_change(draw)
    new = NewTerms(
        terms=replace(draw(LOANS), version=version, restoration=restoration),
        interest=interest,
        fees=fees,
        interest_waived=interest_waived,
        fees_waived=fees_waived,
    )
    return Event(id=name, kind="modification", on=on, rate=rate, new_terms=new)


BALANCES = ("principal", "interest", "fees", "unapplied", "escrow", "suspense", "applied", "written_off", "recovered")


@laws
@given(
    loans(),
    everything(),
    st.sampled_from(CASH_METHODS),
    st.sampled_from(RESTORATIONS),
    ARRIVAL,
)
def test_whatever_happens_every_cent_is_accounted_for_and_arrival_does_not_matter(
    terms: LoanTerms, events: list[Event], cash: str, restoration: str, chance: Any
) -> None:
    terms = replace(terms, nonaccrual_cash=cash, restoration=restoration, small_balance=D("900.00"))
    try:
        played = journal(terms, events, through=END, late_fees_through=END)
    except Refused:
        return
    state = played.state
    assert {name: sum(getattr(e, name) for e in played.effects) for name in BALANCES} == {
        name: getattr(state, name) for name in BALANCES
    }
    assert min(state.principal, state.interest, state.fees, state.unapplied, state.written_off) >= 0
    assert 0 <= state.suspense <= state.interest
    assert state.applied >= 0
    for effect in played.effects:
        owed = effect.principal + effect.interest + effect.fees
        if effect.kind in ("sale", "buy_back"):
            held = effect.unapplied + effect.suspense + effect.applied
            assert effect.cash == effect.gain + held - owed
        elif effect.cash or effect.kind == "credit_applied":
            assert effect.cash == effect.unapplied + effect.escrow + effect.recovered + effect.income - owed
    shuffled = chance.sample(events, len(events))
    assert journal(terms, shuffled, through=END, late_fees_through=END) == played
