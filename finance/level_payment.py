"""The level payment that repays a loan in mid-life, with daily interest: what a change of its terms asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from finance.daycount import year_fraction
from finance.errors import BadInput
from finance.inputs import parse_choice
from finance.loan_state import State
from finance.money import CENT, from_cents, rounded_quotient, to_cents
from finance.terms import LoanTerms

PAYMENT_ROUNDINGS = ("nearest", "up")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRule:
    """How a payment that is solved anew is rounded: nearest (by the terms' rounding) or up, to a multiple of `unit`."""

    rounding: str = "nearest"
    unit: Decimal = CENT

    def __post_init__(self) -> None:
        parse_choice(self.rounding, "rounding", PAYMENT_ROUNDINGS)
        if self.unit < CENT:
            raise BadInput(field="unit", value=str(self.unit), allowed="0.01 or more")


NEAREST_CENT = PaymentRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvedPayment:
    """A level payment and the equation it solves: payment x annuity = principal x growth + accrued x later growth.

    payment: dollars, `exact` rounded by `rounding` to a multiple of `unit`.  rate: percent a year.  dates: the day
    solved for and each due date after it.  growth: the product of (1 + r) over all periods; later_growth the same
    without the first, in which interest owed bears none.  annuity: the sum of the products of later (1 + r).
    """

    payment: Decimal
    exact: Fraction
    principal: Decimal
    accrued: Fraction
    rate: Decimal
    day_count: str
    dates: tuple[date, ...]
    growth: Fraction
    later_growth: Fraction
    annuity: Fraction
    rounding: str
    unit: Decimal


def level_payment(
    terms: LoanTerms, state: State, on: date, dates: Sequence[date], rule: PaymentRule = NEAREST_CENT
) -> Decimal:
    """The level payment, in dollars, that repays the state by the last of `dates` (at least one, each after `on`).

    Interest is daily, on the terms' day count at the rate in force. It solves opening x prod(1 + r) = sum of p x
    (product of later (1 + r)) exactly and is rounded once. Interest owed on `on` belongs to the first payment and
    bears none.
    """
    return solve_level(terms, state, on, dates, rule).payment


def solve_level(
    terms: LoanTerms, state: State, on: date, dates: Sequence[date], rule: PaymentRule = NEAREST_CENT
) -> SolvedPayment:
    """The same, with all that it was solved from, for finance.explain_changes."""
    rate, days = Fraction(state.rate) / 100, (on, *dates)
    growth, later_growth, annuity = Fraction(1), Fraction(1), Fraction(0)
    for k, (start, end) in enumerate(pairwise(days)):
        step = 1 + rate * year_fraction(terms.day_count, start, end)
        growth *= step
        later_growth *= step if k else 1
        annuity = annuity * step + 1
    accrued = max(Fraction(0), state.accrued)
    exact = (Fraction(state.principal) * growth + accrued * later_growth) / annuity
    rounding, unit = "UP" if rule.rounding == "up" else terms.rounding, to_cents(rule.unit)
    count = rounded_quotient(100 * exact.numerator, exact.denominator * unit, rounding)
    return SolvedPayment(
        payment=from_cents(unit * count),
        exact=exact,
        principal=state.principal,
        accrued=accrued,
        rate=state.rate,
        day_count=terms.day_count,
        dates=days,
        growth=growth,
        later_growth=later_growth,
        annuity=annuity,
        rounding=rounding,
        unit=rule.unit,
    )
