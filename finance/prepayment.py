"""What a borrower pays for repaying early: by steps of the loan's years, in months of interest, or to make the lender's
yield whole.

Sources: the usual clauses of US commercial mortgage notes ("5-4-3-2-1", "six months' interest", "yield maintenance":
the present value of the remaining payments at a Treasury yield, less the balance). 12 CFR 1026.43(g) limits what a
consumer mortgage may charge; that is the product's to observe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from finance.calendars import add_months, month_number
from finance.duedates import months_and_days
from finance.errors import BadInput
from finance.money import CENT, ZERO, cents
from finance.terms import Instalment


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentSteps:
    """A percentage of the principal prepaid, by the loan's year: 5, 4, 3, 2, 1 and then nothing.

    percents: of the first year, the second, and so on.  free_percent: of the original principal, that may be prepaid
    in each loan year without charge.
    """

    percents: tuple[Decimal, ...]
    free_percent: Decimal = ZERO

    def __post_init__(self) -> None:
        for k, percent in enumerate(self.percents):
            _check_percent(percent, f"percents[{k}]")
        _check_percent(self.free_percent, "free_percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsOfInterest:
    """`months` of interest on the principal prepaid, at the note's rate of that day, until `through` (None: always).

    free_percent: of the original principal, that may be prepaid in each loan year without charge.
    """

    months: int
    through: date | None = None
    free_percent: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.months < 1:
            raise BadInput(field="months", value=self.months, allowed="a whole number of months, 1 or more")
        _check_percent(self.free_percent, "free_percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class YieldMaintenance:
    """The present value of the payments to come at the reinvestment yield, less the principal prepaid; at least
    `minimum_percent` of it, and nothing from `open_from` on.

    spread: percent a year added to the reinvestment yield.
    """

    spread: Decimal = ZERO
    minimum_percent: Decimal = ZERO
    open_from: date | None = None

    def __post_init__(self) -> None:
        _check_percent(self.spread, "spread")
        _check_percent(self.minimum_percent, "minimum_percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepayment:
    """A prepayment. prepaid: dollars of principal beyond what is due, of a `balance` that day.

    original: the loan's principal at the start.  prepaid_before: dollars prepaid earlier in the same loan year.
    rate: percent a year, the note's on that day.
    """

    on: date
    started_on: date
    prepaid: Decimal
    balance: Decimal
    original: Decimal
    rate: Decimal = ZERO
    prepaid_before: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.on < self.started_on:
            allowed = f"{self.started_on} or later, the day the loan started"
            raise BadInput(field="on", value=self.on.isoformat(), allowed=allowed)
        if not CENT <= self.prepaid <= self.balance:
            raise BadInput(
                field="prepaid", value=str(self.prepaid), allowed=f"from 0.01 to the balance, {self.balance}"
            )


def loan_year(started_on: date, on: date) -> int:
    """1 in the first year; an anniversary begins the next."""
    years = (month_number(on) - month_number(started_on)) // 12
    return years + (add_months(started_on, 12 * years) <= on)


def steps_charge(rule: PercentSteps, prepayment: Prepayment, rounding: str = "HALF_UP") -> Decimal:
    """The charge in dollars."""
    year = loan_year(prepayment.started_on, prepayment.on)
    percent = rule.percents[year - 1] if year <= len(rule.percents) else ZERO
    return cents(Fraction(_charged(prepayment, rule.free_percent)) * Fraction(percent) / 100, rounding)


def interest_charge(rule: MonthsOfInterest, prepayment: Prepayment, rounding: str = "HALF_UP") -> Decimal:
    """The charge in dollars."""
    if rule.through is not None and prepayment.on > rule.through:
        return ZERO
    yearly = Fraction(_charged(prepayment, rule.free_percent)) * Fraction(prepayment.rate) / 100
    return cents(yearly * rule.months / 12, rounding)


def maintenance_charge(
    rule: YieldMaintenance,
    prepayment: Prepayment,
    coming: Sequence[Instalment],
    reinvestment_yield: Decimal,
    rounding: str = "HALF_UP",
) -> Decimal:
    """The charge in dollars; for a part of the balance, that part of what prepaying all of it would cost.

    coming: the instalments that would have been paid, each after the day of the prepayment, oldest first.
    reinvestment_yield: percent a year, compounded monthly, of the Treasury security the note names.
    Time is counted as for an APR: whole months back from each due date, the days left as 1/30 of a month each, simple.
    """
    if rule.open_from is not None and prepayment.on >= rule.open_from:
        return ZERO
    floor = Fraction(prepayment.prepaid) * Fraction(rule.minimum_percent) / 100
    lost = present_value(coming, prepayment.on, reinvestment_yield + rule.spread) - Fraction(prepayment.balance)
    return cents(max(floor, lost * Fraction(prepayment.prepaid) / Fraction(prepayment.balance)), rounding)


def present_value(coming: Sequence[Instalment], on: date, yearly: Decimal) -> Fraction:
    """Exact dollars that `coming` is worth on a date, at a yearly percentage compounded monthly.

    Whole months and days before the first are simple: an instalment in m months and d days is divided by
    (1 + d i / 30)(1 + i)^m, with i a twelfth of the yearly rate.
    """
    monthly = Fraction(yearly) / 1200
    total, whole, discount = Fraction(0), 0, Fraction(1)
    for row in coming:
        if row.due_date <= on:
            allowed = f"after {on}, the day of the prepayment"
            raise BadInput(field="coming", value=row.due_date.isoformat(), allowed=allowed)
        months, days = months_and_days(on, row.due_date, row.due_date.day)
        discount /= (1 + monthly) ** (months - whole)
        whole = months
        total += Fraction(row.amount) * discount / (1 + Fraction(days, 30) * monthly)
    return total


def _charged(prepayment: Prepayment, free_percent: Decimal) -> Decimal:
    """Of a prepayment, what is beyond the share that is free in its loan year."""
    free = cents(Fraction(prepayment.original) * Fraction(free_percent) / 100)
    return prepayment.prepaid - min(prepayment.prepaid, max(ZERO, free - prepayment.prepaid_before))


def _check_percent(percent: Decimal, field: str) -> None:
    if not 0 <= percent <= 100:
        raise BadInput(field=field, value=str(percent), allowed="a percentage from 0 to 100")
