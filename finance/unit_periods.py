"""Unit periods: how Regulation Z measures time for an annual percentage rate.

Source: 12 CFR 1026, Appendix J, (b)(2) to (b)(5). A period is the time between two advances or between two payments.
The unit period is the common period (one that occurs at least twice, is a standard interval of time and is at most a
year) that occurs most often, the smaller on a tie; with none, the standard interval nearest to the average.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from finance.calendars import add_months, date_in_month, is_month_end, month_number
from finance.duedates import months_and_days

MONTH = Fraction(365, 12)  # days, for comparing lengths only


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit period. kind: day, week, semimonth, month or year (all months are equal, and 12 are a year); or, for a
    single payment, term_months or term_days, a whole term of `count` of them."""

    kind: str
    count: int = 1

    @property
    def per_year(self) -> Fraction:
        """Unit periods in a year."""
        return Fraction(_PER_YEAR[self.kind], self.count)

    @property
    def length(self) -> Fraction:
        """Days in it on average, for comparing lengths only."""
        return MONTH * 12 / self.per_year if self.kind != "week" else Fraction(7 * self.count)


_PER_YEAR = {"day": 365, "week": 52, "semimonth": 24, "month": 12, "year": 1, "term_months": 12, "term_days": 365}

STANDARD_UNITS = (
    Unit("day"),
    *(Unit("week", k) for k in range(1, 53)),
    Unit("semimonth"),
    *(Unit("month", k) for k in range(1, 12)),
    Unit("year"),
)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time in unit periods: `whole` ones, counted back from its end, and the `fraction` left at its start."""

    whole: int
    fraction: Fraction


def find_unit(advances: Sequence[date], payments: Sequence[date]) -> Unit:
    """The unit period of a transaction, from the dates of its advances and payments, each ascending.

    payments: distinct dates. Two advances on one date are two advances with no period between them.
    """
    if len(payments) == 1 and len(set(advances)) == 1:
        return _term(advances[0], payments[0])
    periods = [*pairwise(sorted(set(advances))), *pairwise(payments)]
    semimonths = _semimonths(payments)
    counts = Counter(unit for period in periods for unit in _units_of(period, semimonths))
    common = [unit for unit, times in counts.items() if times >= 2]
    if common:
        return min(common, key=lambda unit: (-counts[unit], unit.length))
    return _nearest(periods)


def are_even(payments: Sequence[date]) -> bool:
    """Whether all periods between the payments (distinct dates, ascending) are the same."""
    periods = list(pairwise(payments))
    if len({end - start for start, end in periods}) <= 1:
        return True
    semimonths = _semimonths(payments)
    shared = set.intersection(*(_units_of(period, semimonths) for period in periods))
    return bool(shared)


class Clock:
    """Counts unit periods from the first advance of a transaction to its other dates.

    Months are counted back from the later date to the same day of earlier months. Payments on the 29th or 30th fall
    on the last day of February, and payments that all fall on a month's last day count from last day to last day.
    """

    def __init__(self, unit: Unit, start: date, payments: Sequence[date]) -> None:
        self.unit, self.start = unit, start
        self._on_month_ends = len(payments) > 1 and all(is_month_end(day) for day in payments)
        latest = max(day.day for day in payments)
        self._february_day = latest if latest in (29, 30) else 0

    def to_payment(self, day: date) -> Elapsed:
        """Time from the first advance to a payment."""
        if self._on_month_ends:
            return self._elapsed(day, 31)
        if day.month == 2 and is_month_end(day):
            return self._elapsed(day, max(day.day, self._february_day))
        return self._elapsed(day, day.day)

    def to_advance(self, day: date) -> Elapsed:
        """Time from the first advance to a later one."""
        return self._elapsed(day, day.day)

    def _elapsed(self, day: date, day_of_month: int) -> Elapsed:
        unit, days = self.unit, (day - self.start).days
        if unit.kind in ("day", "week", "term_days"):
            return _divided(days, unit.count * (7 if unit.kind == "week" else 1))
        months, odd_days = months_and_days(self.start, day, day_of_month)
        if unit.kind != "year":
            return _divided(30 * months + odd_days, 15 if unit.kind == "semimonth" else 30 * unit.count)
        years, months = divmod(months, 12)
        if odd_days == 0:
            return Elapsed(years, Fraction(months, 12))
        anniversary = date_in_month(month_number(day) - 12 * years, day_of_month)
        return Elapsed(years, Fraction((anniversary - self.start).days, 365))


def _divided(time: int, by: int) -> Elapsed:
    whole, rest = divmod(time, by)
    return Elapsed(whole, Fraction(rest, by))


def _term(start: date, end: date) -> Unit:
    """The term of a single payment: whole months if it is that, otherwise days; a year if it is one or longer."""
    months, odd_days = months_and_days(start, end, end.day)
    if months >= 12:
        return Unit("year")
    return Unit("term_days", (end - start).days) if odd_days else Unit("term_months", months)


def _units_of(period: tuple[date, date], semimonths: set[tuple[date, date]]) -> set[Unit]:
    """The standard intervals that a period is: 1 to 29 March is four weeks, 1 to 29 February 2024 that and no month."""
    start, end = period
    days = (end - start).days
    units = {Unit("day")} if days == 1 else set()
    if days % 7 == 0 and days <= 364:
        units.add(Unit("week", days // 7))
    if period in semimonths:
        units.add(Unit("semimonth"))
    months = _whole_months(start, end)
    if 1 <= months <= 12:
        units.add(Unit("month", months) if months < 12 else Unit("year"))
    return units


def _whole_months(start: date, end: date) -> int:
    """Months between two dates on the same day of the month, a day cut by the month's end included; 0 if not that."""
    months = month_number(end) - month_number(start)
    return months if add_months(start, months) == end or add_months(end, -months) == start else 0


def _semimonths(payments: Sequence[date]) -> set[tuple[date, date]]:
    """The periods that halve a month: with the period before or after they make one month."""
    halves: set[tuple[date, date]] = set()
    for first, middle, last in zip(payments, payments[1:], payments[2:], strict=False):
        pair = ((first, middle), (middle, last))
        if _whole_months(first, last) == 1 and all(12 <= (end - start).days <= 18 for start, end in pair):
            halves.update(pair)
    return halves


def _nearest(periods: Sequence[tuple[date, date]]) -> Unit:
    """The standard interval nearest to the average period, the smaller on a tie.

    Periods of whole months only are averaged in months, since all months are equal, and of whole weeks only in weeks.
    """
    months = [_whole_months(start, end) for start, end in periods]
    days = [(end - start).days for start, end in periods]
    candidates = STANDARD_UNITS
    if all(months):
        average = MONTH * Fraction(sum(months), len(months))
        candidates = tuple(unit for unit in STANDARD_UNITS if unit.kind in ("month", "year"))
    else:
        average = Fraction(sum(days), len(days))
        if all(length % 7 == 0 for length in days):
            candidates = tuple(unit for unit in STANDARD_UNITS if unit.kind == "week")
    return min(candidates, key=lambda unit: (abs(unit.length - average), unit.length))
