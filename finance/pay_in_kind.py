"""Pay in kind: interest that a note adds to principal at the end of each period, in whole or in part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from finance.errors import BadInput
from finance.loan_state import Accrued, Event, State
from finance.money import cents
from finance.replay import accrue, apply, in_order
from finance.terms import LoanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class PayInKind:
    """What part of each period's interest is added to principal instead of being paid. Raises BadInput.

    dates: the ends of the interest periods.  rate: points a year of the loan's rate that are paid in kind ("10 % cash
    and 2 % in kind" is a loan at 12 % with 2 here).  share: or percent of the interest, 100 for all of it.
    """

    dates: tuple[date, ...]
    rate: Decimal | None = None
    share: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.rate is None) == (self.share is None):
            raise BadInput(field="share", value=self.share, allowed="given where rate is not, and left out with it")
        if self.rate is not None and self.rate <= 0:
            raise BadInput(field="rate", value=str(self.rate), allowed="above zero")
        if self.share is not None and not 0 < self.share <= 100:
            raise BadInput(field="share", value=str(self.share), allowed="above zero, at most 100")
        if not self.dates or list(self.dates) != sorted(set(self.dates)):
            raise BadInput(field="dates", value=len(self.dates), allowed="at least one date, each after the one before")

    def part(self, interest: Fraction, rate: Decimal) -> Fraction:
        """The part in kind of `interest` that was earned at `rate` percent a year."""
        if self.rate is None:
            assert self.share is not None
            return interest * Fraction(self.share) / 100
        return interest * Fraction(min(self.rate, rate)) / Fraction(rate) if rate else Fraction(0)


def pay_in_kind(
    terms: LoanTerms, events: Iterable[Event], rule: PayInKind, *, through: date, known_on: date | None = None
) -> list[Event]:
    """The capitalisations that a pay-in-kind note brings up to `through`, as events; replay them with the others.

    On each date, the part in kind of all the interest earned since the date before, rounded once, and at most what is
    still owed when the payments of that day are in. They follow from the other events, so a back-dated payment derives
    them anew. The id is "in-kind-" and the date; a reversal with that target keeps it from being made.
    """
    events = list(events)
    excused = {e.target for e in events if e.kind == "reversal" and (known_on is None or e.known <= known_on)}
    marks = {f"in-kind-{on}": on for on in rule.dates}
    others = [event for event in in_order(events, known_on=known_on) if event.id not in marks]
    others += [Event(id=name, kind="capitalise_interest", on=on) for name, on in marks.items()]
    steps = sorted((event for event in others if event.on <= through), key=lambda event: event.order)
    state, earned, made = State.opening(terms), Fraction(0), list[Event]()
    for on, happened in groupby(steps, key=lambda event: event.on):
        state.trail = []
        accrue(terms, state, on)
        earned += sum(rule.part(past.interest, past.rate) for past in state.trail if isinstance(past, Accrued))
        for event in happened:
            if event.id not in marks:
                apply(terms, state, event)
                continue
            amount, earned = min(cents(earned, terms.rounding), state.interest), Fraction(0)
            if amount > 0 and event.id not in excused:
                made.append(Event(id=event.id, kind=event.kind, on=on, amount=amount))
                apply(terms, state, made[-1])
    return made
