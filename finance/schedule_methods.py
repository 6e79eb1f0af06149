"""Schedules by steps, by rows given by hand and at flat interest: what each row asks for, in cents.

The other methods need no more than one regular payment, and are worked out in `finance.schedule`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from finance.errors import BadInput
from finance.money import ZERO, from_cents, rounded_quotient, to_cents
from finance.row_rates import Rates
from finance.schedule_terms import GivenRow, PaymentStep, ScheduleTerms


class Ask(NamedTuple):
    """What a row asks for: `amount` cents in all, or, where interest comes on top, of principal."""

    amount: int
    with_interest: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What the rows after grace ask for; the last of them pays all that is left, whatever it asks for.

    regular: the payment in cents that was solved for, and that steps are percentages of; None when none was.
    interest: each row's cents of interest where it does not follow from the balance (flat); otherwise None.
    """

    regular: int | None
    asks: tuple[Ask, ...]
    interest: tuple[int, ...] | None = None


def plan(terms: ScheduleTerms, rates: Rates, opening: int) -> Plan | None:
    """The plan of a method that has one; None for the others. Raises BadInput for steps that cannot be met."""
    if terms.method == "step":
        return _by_steps(terms, rates, opening)
    if terms.method == "given":
        return Plan(None, tuple(_given(row) for row in terms.rows))
    return _flat(terms, rates, opening) if terms.method == "flat" else None


def solved_payment(
    opening: int, numerators: Sequence[int], denominator: int, known: Sequence[int], weights: Sequence[int]
) -> Fraction | None:
    """The p, in exact cents, that repays `opening` when row k pays known[k] + weights[k] x p.

    Row k's rate is numerators[k] / denominator. None when no row weighs anything. Negative when the known payments
    repay more than is owed.
    """
    growth, annuity, fixed, scale = 1, 0, 0, 1
    for numerator, amount, weight in zip(numerators, known, weights, strict=True):
        factor = denominator + numerator
        scale *= denominator
        growth *= factor
        annuity = annuity * factor + weight * scale
        fixed = fixed * factor + amount * scale
    return Fraction(opening * growth - fixed, annuity) if annuity else None


def rounded_payment(terms: ScheduleTerms, exact: Fraction) -> int:
    """A payment of exact cents, rounded once as the terms say: nearest or up, to the payment unit."""
    unit = to_cents(terms.payment_unit)
    rounding = "UP" if terms.payment_rounding == "up" else terms.rounding
    return unit * rounded_quotient(exact.numerator, exact.denominator * unit, rounding)


def _by_steps(terms: ScheduleTerms, rates: Rates, opening: int) -> Plan:
    steps = _step_of_each_row(terms)
    shares = [Fraction(0) if step.percent is None else Fraction(step.percent) / 100 for step in steps]
    common = lcm(*(share.denominator for share in shares))
    weights = [share.numerator * (common // share.denominator) for share in shares]
    known = [0 if step.payment is None else to_cents(step.payment) for step in steps]
    exact = solved_payment(opening, rates.of_row[terms.grace_rows :], rates.denominator, known, weights)
    if exact is None:
        return Plan(None, tuple(Ask(amount, True) for amount in known))
    if exact < 0:
        raise BadInput(
            field="steps",
            value=f"payments of {from_cents(sum(known))}",
            allowed="small enough to leave the rows with a percent something to repay",
        )
    regular = rounded_payment(terms, exact * common)
    return Plan(
        regular,
        tuple(
            Ask(rounded_payment(terms, regular * share) if step.payment is None else amount, True)
            for step, share, amount in zip(steps, shares, known, strict=True)
        ),
    )


def _step_of_each_row(terms: ScheduleTerms) -> list[PaymentStep]:
    """The step in force in each row after grace."""
    rows: list[PaymentStep] = []
    ends = [step.from_row for step in terms.steps[1:]] + [terms.n + 1]
    for step, end in zip(terms.steps, ends, strict=True):
        rows += [step] * (end - step.from_row)
    return rows[terms.grace_rows :]


def _given(row: GivenRow) -> Ask:
    if row.payment is not None:
        return Ask(to_cents(row.payment), True)
    return Ask(to_cents(row.principal or ZERO), False)


def _flat(terms: ScheduleTerms, rates: Rates, opening: int) -> Plan:
    """Interest on the principal first lent, over the whole term, in rows of equal payments."""
    total = rates.interest(opening, sum(rates.of_row), terms.rounding)
    interest: list[int] = []
    left = total
    for numerator in rates.of_row[:-1]:
        interest.append(min(left, rates.interest(opening, numerator, terms.rounding)))
        left -= interest[-1]
    payment = rounded_payment(terms, Fraction(opening + total, terms.n))
    return Plan(payment, (Ask(payment, True),) * terms.n, (*interest, left))
