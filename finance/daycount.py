"""Day counts: how many days, and what part of a year, lie between two dates. The start counts, the end does not.

Source: 2006 ISDA Definitions, section 4.16 (b) ACT/ACT, (d) ACT/365F, (e) ACT/360, (f) 30/360BB, (g) 30E/360;
30/360US is the NASD rule with its end-of-February adjustment.
"""

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import date
from fractions import Fraction

DAY_COUNTS = ("30/360US", "30/360BB", "30E/360", "ACT/360", "ACT/365F", "ACT/ACT")


def days(day_count: str, start: date, end: date) -> int:
    """Days from `start` (counted) to `end` (not counted) under one of DAY_COUNTS. Negative if end is before start."""
    return _DAYS[day_count](start, end)


def year_fraction(day_count: str, start: date, end: date) -> Fraction:
    """The part of a year from `start` (counted) to `end` (not counted), exact, under one of DAY_COUNTS."""
    if day_count == "ACT/ACT":
        return _actual_actual(start, end)
    return Fraction(_DAYS[day_count](start, end), 365 if day_count == "ACT/365F" else 360)


def _actual(start: date, end: date) -> int:
    return end.toordinal() - start.toordinal()


def _actual_actual(start: date, end: date) -> Fraction:
    """Days in leap years / 366 + days in other years / 365; 1 January belongs to the new year."""
    if start.year == end.year:
        return Fraction(_actual(start, end), 366 if isleap(start.year) else 365)
    if start > end:
        return -_actual_actual(end, start)
    leap = ordinary = 0
    for year in (start.year, end.year):
        first, last = max(start, date(year, 1, 1)), min(end, date(year, 12, 31))
        # The year's own last day is counted when the period runs past it.
        length = _actual(first, last) + (end > last)
        leap, ordinary = (leap + length, ordinary) if isleap(year) else (leap, ordinary + length)
    return end.year - start.year - 1 + Fraction(leap, 366) + Fraction(ordinary, 365)


def _thirty_us(start: date, end: date) -> int:
    d1, d2 = start.day, end.day
    if _last_of_february(start):
        if _last_of_february(end):
            d2 = 30
        d1 = 30
    if d2 == 31 and d1 >= 30:
        d2 = 30
    return _thirty(start, end, min(d1, 30), d2)


def _thirty_bond_basis(start: date, end: date) -> int:
    d1 = min(start.day, 30)
    return _thirty(start, end, d1, 30 if end.day == 31 and d1 == 30 else end.day)


def _thirty_european(start: date, end: date) -> int:
    return _thirty(start, end, min(start.day, 30), min(end.day, 30))


def _thirty(start: date, end: date, d1: int, d2: int) -> int:
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1


def _last_of_february(day: date) -> bool:
    return day.month == 2 and day.day == monthrange(day.year, 2)[1]


_DAYS: dict[str, Callable[[date, date], int]] = {
    "30/360US": _thirty_us,
    "30/360BB": _thirty_bond_basis,
    "30E/360": _thirty_european,
    "ACT/360": _actual,
    "ACT/365F": _actual,
    "ACT/ACT": _actual,
}
