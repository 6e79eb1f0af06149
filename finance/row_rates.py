"""The interest rate of each row of a schedule, exact: whole numbers over one common denominator."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import lcm

from finance.daycount import year_fraction
from finance.duedates import first_period_length
from finance.money import rounded_quotient
from finance.schedule_terms import FREQUENCIES, ScheduleTerms


@dataclass(frozen=True, slots=True)
class Rates:
    """Each row's rate as numerators over one denominator, and the rate of a plain period (the same as most rows')."""

    of_row: tuple[int, ...]
    plain: int
    denominator: int

    def interest(self, opening: int, numerator: int, rounding: str) -> int:
        """Cents of interest on `opening` cents at a rate of numerator / denominator, rounded once."""
        return rounded_quotient(opening * numerator, self.denominator, rounding)


def row_rates(terms: ScheduleTerms, due: tuple[date, ...], paid: tuple[date, ...]) -> Rates:
    """The rates of the rows due on `due` and paid on `paid`, the n of each ascending.

    Periodic: rate / periods a year, the first row's times its length in periods. Daily: rate x the year fraction from
    the accrual date before (the start date, for row 1).
    """
    rate, per_rate = terms.rate.as_integer_ratio()
    percent = 100 * per_rate
    if terms.interest_mode == "periodic":
        length = first_period_length(terms, due[0])
        plain = rate * length.denominator
        of_row = (rate * length.numerator, *[plain] * (terms.n - 1))
        return Rates(of_row, plain, percent * FREQUENCIES[terms.frequency].per_year * length.denominator)
    assert terms.day_count is not None
    accrual = paid if terms.accrual_dates == "adjusted" else due
    years = [year_fraction(terms.day_count, start, end) for start, end in pairwise((terms.start_date, *accrual))]
    common = lcm(*{part.denominator for part in years})
    of_row = tuple(rate * part.numerator * (common // part.denominator) for part in years)
    return Rates(of_row, of_row[-1], percent * common)
