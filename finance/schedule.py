"""A loan's schedule: what falls due when, and how each payment splits into interest and principal.

Interest is exact until it stands in a row, then rounded once to cents; no sub-cent remainder is carried from row to
row. The last row pays all that is left, so it absorbs every rounding difference.

All arithmetic is on whole numbers: money in cents, and the rates of all rows over one common denominator.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from finance.duedates import due_dates, pay_dates
from finance.errors import BadInput
from finance.money import from_cents, rounded_quotient, to_cents
from finance.row_rates import Rates, row_rates
from finance.schedule_methods import Plan, plan
from finance.schedule_terms import ExtraPayment, Grace, ScheduleTerms, parse_schedule_terms

__all__ = ["ExtraPayment", "Grace", "Row", "Schedule", "ScheduleTerms", "build_schedule", "due_dates", "schedule_case"]


class Row(NamedTuple):
    """One row, in money: opening - principal = closing.

    interest_accrued: of this row's period.  interest: paid with this row, deferred interest included.
    payment: interest + principal, except in a capitalising row, which pays 0.00 and shows its interest as negative
    principal.
    """

    k: int
    due_date: date
    pay_date: date
    opening: Decimal
    interest_accrued: Decimal
    interest: Decimal
    principal: Decimal
    payment: Decimal
    closing: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows and their totals. regular_payment is None for methods without one.

    basis: what the figures were computed from, for finance.explain_schedule.
    """

    regular_payment: Decimal | None
    rows: tuple[Row, ...]
    total_interest: Decimal
    total_payments: Decimal
    final_payment: Decimal
    basis: "Basis" = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Level:
    """The equation of a level payment p, in cents: opening x growth = p x annuity + balloon, over one scale.

    growth: the product of all (1 + r).  annuity: the sum of the products of later (1 + r).
    """

    opening: int
    balloon: int
    growth: int
    annuity: int
    scale: int

    @property
    def owed(self) -> int:
        """What the payments have to cover, grown to the last row."""
        return self.opening * self.growth - self.balloon * self.scale

    @property
    def exact(self) -> Fraction:
        """The payment in cents, not rounded."""
        return Fraction(self.owed, self.annuity)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a schedule was computed from.

    level: None when the payment is given, or the method has none.  plan: of a method whose rows ask for amounts.
    """

    terms: ScheduleTerms
    rates: Rates
    level: Level | None
    plan: Plan | None


class _Split(NamedTuple):
    """A row in cents: what accrued, and what is paid as interest, as principal and in all."""

    accrued: int
    interest: int
    principal: int
    payment: int


def build_schedule(terms: ScheduleTerms) -> Schedule:
    """The schedule of `terms`, exact to the cent. Raises BadInput where the terms ask for what cannot be."""
    due = due_dates(terms)
    paid = pay_dates(terms, due)
    rates = row_rates(terms, due, paid)
    splits = _grace_splits(terms, rates)
    opening = to_cents(terms.principal) - sum(split.principal for split in splits)
    deferred = sum(split.accrued - split.interest for split in splits) if _defers(terms) else 0
    level = _level(terms, rates, opening) if terms.is_level and terms.payment_amount is None else None
    asked = plan(terms, rates, opening)
    regular = asked.regular if asked else _regular_payment(terms, level)
    splits += _paying_splits(terms, rates, opening, regular, deferred, asked)
    return Schedule(
        regular_payment=None if regular is None else from_cents(regular),
        rows=_rows(terms, due, paid, splits),
        total_interest=from_cents(sum(split.interest for split in splits)),
        total_payments=from_cents(sum(split.payment for split in splits)),
        final_payment=from_cents(splits[-1].payment),
        basis=Basis(terms, rates, level, asked),
    )


def schedule_case(given: object) -> dict[str, object]:
    """The answer to one schedule case: `given` and the result in JSON's shape. Raises BadInput naming the field."""
    schedule = build_schedule(parse_schedule_terms(given))
    return {
        "regular_payment": None if schedule.regular_payment is None else str(schedule.regular_payment),
        "rows": [
            {
                "k": row.k,
                "due_date": row.due_date.isoformat(),
                "pay_date": row.pay_date.isoformat(),
                "opening": str(row.opening),
                "interest_accrued": str(row.interest_accrued),
                "interest": str(row.interest),
                "principal": str(row.principal),
                "payment": str(row.payment),
                "closing": str(row.closing),
            }
            for row in schedule.rows
        ],
        "total_interest": str(schedule.total_interest),
        "total_payments": str(schedule.total_payments),
        "final_payment": str(schedule.final_payment),
    }


def _defers(terms: ScheduleTerms) -> bool:
    return terms.grace is not None and terms.grace.type == "defer"


def _grace_splits(terms: ScheduleTerms, rates: Rates) -> list[_Split]:
    splits: list[_Split] = []
    balance = to_cents(terms.principal)
    for numerator in rates.of_row[: terms.grace_rows]:
        assert terms.grace is not None
        accrued = rates.interest(balance, numerator, terms.rounding)
        if terms.grace.type == "principal":
            splits.append(_Split(accrued, accrued, 0, accrued))
        elif terms.grace.type == "capitalise":
            splits.append(_Split(accrued, 0, -accrued, 0))
            balance += accrued
        else:
            splits.append(_Split(accrued, 0, 0, 0))
    return splits


def _level(terms: ScheduleTerms, rates: Rates, opening: int) -> Level:
    """The equation of opening x prod(1 + r) = sum of p x (product of later (1 + r)) + balloon."""
    numerators = list(rates.of_row[terms.grace_rows :])
    if terms.odd_first != "solve":
        numerators[0] = rates.plain
    balloon = 0
    if terms.method == "balloon" and terms.balloon_amount is not None:
        balloon = to_cents(terms.balloon_amount)
    elif terms.method == "balloon" and terms.amort_n is not None:
        # The missing periods are plain ones; where there are more rows than periods, the first of them count.
        numerators = (numerators + [rates.plain] * terms.amort_n)[: terms.amort_n]
    growth, annuity, scale = 1, 0, 1
    for numerator in numerators:
        factor = rates.denominator + numerator
        scale *= rates.denominator
        growth *= factor
        annuity = annuity * factor + scale
    level = Level(opening, balloon, growth, annuity, scale)
    if level.owed < 0:
        raise BadInput(
            field="balloon_amount",
            value=terms.balloon_amount,
            allowed=f"at most {from_cents(opening * growth // scale)}, what the balance grows to unpaid",
        )
    return level


def _regular_payment(terms: ScheduleTerms, level: Level | None) -> int | None:
    """The regular payment in cents: as given, or solved and rounded to the payment unit."""
    if level is None:
        return to_cents(terms.payment_amount) if terms.is_level and terms.payment_amount is not None else None
    unit = to_cents(terms.payment_unit)
    rounding = "UP" if terms.payment_rounding == "up" else terms.rounding
    return unit * rounded_quotient(level.owed, level.annuity * unit, rounding)


def _paying_splits(
    terms: ScheduleTerms, rates: Rates, opening: int, regular: int | None, deferred: int, asked: Plan | None
) -> list[_Split]:
    """The rows after grace. The first of them also collects what was deferred."""
    numerators = rates.of_row[terms.grace_rows :]
    equal_part = 0
    if terms.method == "equal_principal":
        equal_part = rounded_quotient(opening, len(numerators), terms.rounding)
    splits: list[_Split] = []
    balance, last = opening, len(numerators) - 1
    for k, numerator in enumerate(numerators):
        fixed = asked.interest[k] if asked and asked.interest else None
        accrued = rates.interest(balance, numerator, terms.rounding) if fixed is None else fixed
        extra = to_cents(terms.extra_in(terms.grace_rows + k + 1)) if terms.extras else 0
        if k == last:
            principal = balance
        elif asked:
            amount, with_interest = asked.asks[k]
            principal = min((amount - accrued if with_interest else amount) + extra, balance)
        elif regular is None:
            principal = min(equal_part + extra, balance)
        else:
            covered = accrued
            if k == 0 and terms.odd_first == "separate":
                # Row 1 pays the difference to a plain period's interest on top, so its principal is a plain row's.
                covered = rates.interest(balance, rates.plain, terms.rounding)
            principal = min(regular - covered + extra, balance)
        interest = accrued if k else accrued + deferred
        if interest + principal < 0:
            field = "payment_unit" if terms.payment_amount is None else "payment_amount"
            allowed = "smaller" if terms.payment_amount is None else "larger"
            raise BadInput(
                field=field, value=getattr(terms, field), allowed=f"{allowed}, for row 1 to pay 0.00 or more"
            )
        splits.append(_Split(accrued, interest, principal, interest + principal))
        balance -= principal
    return splits


def _rows(terms: ScheduleTerms, due: tuple[date, ...], paid: tuple[date, ...], splits: list[_Split]) -> tuple[Row, ...]:
    rows: list[Row] = []
    balance, opening = to_cents(terms.principal), terms.principal
    for k, split in enumerate(splits):
        balance -= split.principal
        closing = from_cents(balance)
        accrued = from_cents(split.accrued)
        interest = accrued if split.interest == split.accrued else from_cents(split.interest)
        principal, payment = from_cents(split.principal), from_cents(split.payment)
        rows.append(Row(k + 1, due[k], paid[k], opening, accrued, interest, principal, payment, closing))
        opening = closing
    return tuple(rows)
