"""Where a loan stood at the end of each of many days, in one pass over its history: what a static pool is made of."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.ageing import Arrears, arrears
from finance.dated_terms import terms_after
from finance.loan_state import Event, State
from finance.money import ZERO
from finance.replay import accrue, apply, in_order
from finance.terms import LoanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A loan at the end of `on`. terms: those in force then.  ending: what ended it, "" while it goes on.

    ending: "paid_off", "charged_off" or "sold".  ended_on: the day of the event that ended it.
    """

    on: date
    principal: Decimal
    arrears: Arrears
    terms: LoanTerms
    ending: str
    ended_on: date | None

    def due_between(self, first: date, last: date) -> Decimal:
        """Dollars of instalments due from `first` to `last`, both included, while the loan went on."""
        if self.ended_on is not None:
            last = min(last, self.ended_on)
        rows = self.terms.schedule
        start = bisect_left(rows, first, key=lambda row: row.due_date)
        end = bisect_right(rows, last, key=lambda row: row.due_date)
        if end <= start:
            return ZERO
        return self.terms.cumulative[end - 1] - (self.terms.cumulative[start - 1] if start else ZERO)


def ending_of(state: State) -> str:
    """What ended a loan in this state: "sold", "charged_off", "paid_off", or "" for one that goes on."""
    if state.sold is not None:
        return "sold"
    if state.charged_off:
        return "charged_off"
    owes = state.principal or state.interest or state.fees
    return "paid_off" if state.totals.disbursed and not owes else ""


def standings(
    terms: LoanTerms, events: Iterable[Event], *, days: Iterable[date], known_on: date | None = None
) -> Iterator[Standing]:
    """The loan at the end of each of `days`, from the first event on; as known on `known_on` (None: all we know).

    terms: as signed. Late fees count as they were recorded. The same as finance.replay.replay for each day alone.
    """
    waiting = in_order(events, known_on=known_on)[::-1]
    first = waiting[-1].on if waiting else date.max
    state, ended_on = State.opening(terms), None
    for day in sorted(days):
        while waiting and waiting[-1].on <= day:
            event = waiting.pop()
            accrue(terms, state, event.on)
            apply(terms, state, event)
            terms = terms_after(terms, event)
            ended_on = (ended_on or event.on) if ending_of(state) else None
        if day < first:
            continue
        accrue(terms, state, day)
        yield Standing(
            on=day,
            principal=state.principal,
            arrears=arrears(terms, state, day),
            terms=terms,
            ending=ending_of(state),
            ended_on=ended_on,
        )
