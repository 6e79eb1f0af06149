"""Where a payment went, cent by cent, for its receipt: the fees, the days and rates of the interest, what is left.

Everything is read from the trail of the loan's replay (finance.explain_loan), so it is what was computed, not a second
calculation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from finance.explain import Step
from finance.explain_loan import explain_payment
from finance.loan_state import Accrued, Applied
from finance.money import ZERO, cents
from finance.payoff import payoff
from finance.replay import journal
from ledger.models import LoanEvent
from ledger.standing import event_key, history
from servicing.past import Past

CHARGES = ("fee", "late_fee", "fee_waiver")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Interest of some days alike: `days` from `start` to `end` (not counted), on `principal` at `rate` percent."""

    start: date
    end: date
    principal: Decimal
    rate: Decimal
    exact: Fraction

    @property
    def days(self) -> int:
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee that was owed when the payment came, or one we let the borrower off (below zero)."""

    on: date
    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A payment, from its trail. Dollars.

    interest_owed: rounded, when it came; it is `before` (exact, not paid earlier) and the stretches, rounded once.
    charges: what the fees owed then were for.  owed_after: in all, at the end of its day.  step: every step of it.
    """

    interest_owed: Decimal
    before: Fraction
    stretches: tuple[Stretch, ...]
    fees_owed: Decimal
    charges: tuple[Charge, ...]
    owed_after: Decimal
    step: Step

    @property
    def unpaid_before(self) -> Decimal:
        """Interest of earlier days, rounded; below half a cent it is nothing."""
        return max(ZERO, cents(self.before))


def explained(past: Past, event: LoanEvent) -> Explained | None:
    """The derivation of one payment; None when it does not stand any more."""
    key = event_key(event.pk)
    state = journal(past.terms, history(past.rows), through=event.effective_on, trail=True).state
    trail = state.trail or []
    place = next((k for k, one in enumerate(trail) if isinstance(one, Applied) and one.event.id == key), None)
    if place is None:
        return None
    applied = trail[place]
    assert isinstance(applied, Applied)
    stretches = since_last_paid(trail[:place])
    earned = sum((one.exact for one in stretches), Fraction(0))
    return Explained(
        interest_owed=applied.due.interest,
        before=exact_before(trail[:place]) - earned,
        stretches=stretches,
        fees_owed=applied.due.fees,
        charges=charges_owed(trail[:place]),
        owed_after=payoff(state),
        step=explain_payment(state, key),
    )


def since_last_paid(trail: Sequence[Accrued | Applied]) -> tuple[Stretch, ...]:
    """The interest since an event last settled some, days alike together."""
    found: list[Accrued] = []
    for one in reversed(trail):
        if isinstance(one, Accrued):
            found.insert(0, one)
        elif one.settled:
            break
    stretches = []
    for (rate, principal), alike in groupby(found, key=lambda one: (one.rate, one.principal)):
        days = list(alike)
        exact = sum((one.interest for one in days), Fraction(0))
        stretches.append(Stretch(days[0].start, days[-1].end, principal, rate, exact))
    return tuple(one for one in stretches if one.exact)


def exact_before(trail: Sequence[Accrued | Applied]) -> Fraction:
    """The exact interest that was earned and not settled."""
    return sum((one.interest if isinstance(one, Accrued) else one.settled for one in trail), Fraction(0))


def charges_owed(trail: Sequence[Accrued | Applied]) -> tuple[Charge, ...]:
    """The fees since none was owed."""
    owed, found = ZERO, []
    for one in trail:
        if not isinstance(one, Applied):
            continue
        owed += one.effect.fees
        if one.effect.kind in CHARGES and one.effect.fees:
            found.append(Charge(one.effect.on, one.effect.kind, one.effect.fees))
        if not owed:
            found = []
    return tuple(found)
