"""What it takes to pay a loan off, today and on each day a quote is good for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from finance.errors import BadInput
from finance.interest import simple_interest
from finance.loan_state import Accrued, Event, State
from finance.money import ZERO, cents
from finance.terms import LoanTerms

LONGEST_QUOTE = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffQuote:
    """What leaves nothing owing on `on`, and on each later day up to `good_through` if nothing else happens. Dollars.

    per_diem: one day's interest on `on`, rounded for the letter; `amounts` is computed exactly, day by day.
    amounts: (date, payoff on that date), from `on` to `good_through`.
    accrued, daily: the exact interest owed on `on`, and that of each day after it; the amounts are rounded from them.
    """

    on: date
    good_through: date
    principal: Decimal
    interest: Decimal
    fees: Decimal
    unapplied: Decimal
    payoff: Decimal
    net_payoff: Decimal
    per_diem: Decimal
    amounts: tuple[tuple[date, Decimal], ...]
    accrued: Fraction = field(repr=False)
    daily: tuple[Accrued, ...] = field(repr=False)
    rounding: str


def payoff(state: State) -> Decimal:
    """Dollars owed in all: principal, rounded interest and fees. Money held unapplied is not deducted."""
    return state.principal + state.interest + state.fees


def net_payoff(state: State) -> Decimal:
    """The payoff less what is held unapplied, not below zero."""
    return max(ZERO, payoff(state) - state.unapplied)


def per_diem(terms: LoanTerms, state: State, on: date) -> Fraction:
    """The interest of the day `on`, in exact dollars. Under ACT/ACT a day of a leap year earns less."""
    return simple_interest(state.principal, state.rate, terms.day_count, on, on + timedelta(1))


def quote(terms: LoanTerms, state: State, on: date, good_through: date) -> PayoffQuote:
    """A payoff quote for a loan accrued through `on`. Raises BadInput unless good_through lies within a year of it."""
    assert state.accrued_through in (None, on), (state.accrued_through, on)
    days = (good_through - on).days
    if not 0 <= days <= LONGEST_QUOTE:
        allowed = f"from {on} to {on + timedelta(LONGEST_QUOTE)}"
        raise BadInput(field="good_through", value=good_through.isoformat(), allowed=allowed)
    accrued, amounts, daily = state.accrued, [(on, payoff(state))], []
    for k in range(days):
        daily.append(_day(terms, state, on + timedelta(k)))
        accrued += daily[-1].interest
        interest = max(ZERO, cents(accrued, state.rounding))
        amounts.append((daily[-1].end, state.principal + interest + state.fees))
    return PayoffQuote(
        on=on,
        good_through=good_through,
        principal=state.principal,
        interest=state.interest,
        fees=state.fees,
        unapplied=state.unapplied,
        payoff=payoff(state),
        net_payoff=net_payoff(state),
        per_diem=cents(per_diem(terms, state, on), state.rounding),
        amounts=tuple(amounts),
        accrued=state.accrued,
        daily=tuple(daily),
        rounding=state.rounding,
    )


def _day(terms: LoanTerms, state: State, on: date) -> Accrued:
    return Accrued(
        start=on,
        end=on + timedelta(1),
        principal=state.principal,
        rate=state.rate,
        day_count=terms.day_count,
        interest=per_diem(terms, state, on),
    )


def changed_by(events: Iterable[Event], *, quoted_on: date, on: date) -> list[Event]:
    """Why an amount quoted on one day for another no longer stands: the events learnt since that count by then.

    quoted_on: the date up to which the quote knew all events.  on: the day it is quoted for. In order; none: it stands.
    """
    events = list(events)
    late = [event for event in events if event.known > quoted_on]
    found = [event for event in late if event.kind != "reversal" and event.on <= on]
    dates = {event.id: event.on for event in events}
    found += [event for event in late if event.target is not None and dates.get(event.target, event.on) <= on]
    return sorted(found, key=lambda event: (event.known, event.id))
