"""What a statement says of a month, worked out by replaying the loan once. Pure of the database.

The law of a statement: opening + advanced + interest + fees - payments + other = closing, to the cent, because every
event of the month is in exactly one of them and interest is what is left: what the days of the month earned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from finance.ageing import Arrears, arrears
from finance.loan_state import CASH_KINDS, Effect, Event, State
from finance.money import ZERO
from finance.payoff import payoff
from finance.replay import journal
from finance.terms import LoanTerms

PAID_BY = (*CASH_KINDS, "credit_applied")
CHARGED_BY = ("fee", "late_fee", "fee_waiver")
ADVANCED_BY = ("disburse",)


@dataclass(frozen=True, slots=True)
class Paid:
    """Where payments went, in dollars. held: kept for the borrower; recovered: of what was written off."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fees: Decimal = ZERO
    held: Decimal = ZERO
    recovered: Decimal = ZERO

    @property
    def applied(self) -> Decimal:
        """What lowered what was owed."""
        return self.principal + self.interest + self.fees

    def __add__(self, effect: Effect) -> "Paid":
        return Paid(
            principal=self.principal - effect.principal,
            interest=self.interest + effect.income - effect.interest,
            fees=self.fees - effect.fees,
            held=self.held + (effect.unapplied if effect.cash else ZERO),
            recovered=self.recovered + effect.recovered,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A loan over the days from `starts_on` to `ends_on`, both counted. Dollars.

    paid, paid_in_year: where payments of the period went, and of the calendar year up to its end.
    moves: the events of the period that moved something, in order, each with what it did.
    terms, state, standing: in force, where it stands, and how late it is, at the end of `ends_on`.
    """

    starts_on: date
    ends_on: date
    opening: Decimal
    advanced: Decimal
    interest: Decimal
    fees: Decimal
    payments: Decimal
    other: Decimal
    closing: Decimal
    paid: Paid
    paid_in_year: Paid
    moves: tuple[Effect, ...]
    terms: LoanTerms
    state: State
    standing: Arrears


def figures(terms: LoanTerms, events: Sequence[Event], starts_on: date, ends_on: date) -> Figures:
    """Replay the loan through `ends_on`. terms: as signed; events: all that are known, in any order."""
    assert starts_on.year == ends_on.year, (starts_on, ends_on)
    eve = starts_on - timedelta(1)
    played = journal(terms, events, through=ends_on, accrue_on=[eve])
    within = [effect for effect in played.effects if effect.on >= starts_on]
    closing = payoff(played.state)
    opening = closing - sum((owed_by(effect) for effect in within), ZERO)
    moves = [effect for effect in within if effect.event is not None]
    paid, in_year = Paid(), Paid()
    for effect in played.effects:
        if effect.kind in PAID_BY and effect.on.year == ends_on.year:
            in_year += effect
            if effect.on >= starts_on:
                paid += effect
    advanced = sum((owed_by(effect) for effect in moves if effect.kind in ADVANCED_BY), ZERO)
    fees = sum((owed_by(effect) for effect in moves if effect.kind in CHARGED_BY), ZERO)
    known = (*PAID_BY, *ADVANCED_BY, *CHARGED_BY)
    other = sum((owed_by(effect) for effect in moves if effect.kind not in known), ZERO)
    return Figures(
        starts_on=starts_on,
        ends_on=ends_on,
        opening=opening,
        advanced=advanced,
        interest=closing - opening - advanced - fees + paid.applied - other,
        fees=fees,
        payments=paid.applied,
        other=other,
        closing=closing,
        paid=paid,
        paid_in_year=in_year,
        moves=tuple(moves),
        terms=played.terms,
        state=played.state,
        standing=arrears(played.terms, played.state, ends_on),
    )


def owed_by(effect: Effect) -> Decimal:
    """The change of what is owed in all."""
    return effect.principal + effect.interest + effect.fees


@dataclass(frozen=True, slots=True)
class Due:
    """What to pay after the period: dollars, by when (None: at once), and what of it is late or fees."""

    amount: Decimal
    on: date | None
    late: Decimal
    fees: Decimal

    @property
    def regular(self) -> Decimal:
        """What of it the schedule asks for anew."""
        return self.amount - self.late - self.fees


def due_after(found: Figures) -> Due:
    """The instalments up to the first one after the period, what they still lack, and the fees."""
    total, terms, state = payoff(found.state), found.terms, found.state
    if state.gone or not total:
        return Due(ZERO, None, ZERO, ZERO)
    on = next((row.due_date for row in terms.schedule if row.due_date > found.ends_on), None)
    late = found.standing.past_due_amount
    if on is None:
        return Due(total, None, min(late, total - state.fees), state.fees)
    lacking = max(ZERO, sum((row.amount for row in terms.schedule if row.due_date <= on), ZERO) - state.credit)
    if on == terms.schedule[-1].due_date:
        lacking = total - state.fees
    return Due(min(lacking + state.fees, total), on, min(late, lacking), min(state.fees, total))
