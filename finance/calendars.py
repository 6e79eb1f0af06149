"""Which days are open for business, and where a date moves that falls on a closed one.

A calendar is data: rules in data/holiday_rules.csv, and for the Federal Reserve also the published table in
data/federal_reserve.csv (2018 to 2030), which the rules must reproduce. Source of both: federalreserve.gov, statistical
release K.8; the ECB's TARGET calendar of 2002. For other years nothing published was compared: the years in which rules
begin, 1978, 1986 and 2022, are for review before they are relied on.

Reserve Banks that have a holiday on a Sunday close on Monday. A Saturday holiday is NOT moved: they are open on Friday.
"""

import csv
from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from finance.errors import BadInput, Refused

ADJUSTMENTS = ("none", "following", "modified_following", "preceding")

_DATA = Path(__file__).parent / "data"
_DAY = timedelta(days=1)


class NoHolidays(Refused):
    """A calendar is asked about a year it does not know; "open" would be a guess."""

    code = "no_holidays"
    message = (
        "The holidays of {calendar} are not known for {year}: choose a year from {first_year}, or another calendar."
    )


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    return monthrange(year, month)[1]


def is_month_end(day: date) -> bool:
    """Whether `day` is the last day of its month."""
    return day.day >= 28 and day.day == days_in_month(day.year, day.month)


def date_in_month(months: int, day: int) -> date:
    """The date on `day`, cut to the month's last day, of a month counted from year 0: 12 x year + month - 1."""
    year, month = divmod(months, 12)
    month += 1
    return date(year, month, day if day < 29 else min(day, days_in_month(year, month)))


def month_number(day: date) -> int:
    """Months from year 0 to `day`'s month, for arithmetic with `date_in_month`."""
    return 12 * day.year + day.month - 1


def add_months(day: date, months: int) -> date:
    """`day` a number of months later (earlier when negative), cut to the month's last day."""
    return date_in_month(month_number(day) + months, day.day)


def is_business_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Neither Saturday, Sunday nor one of `holidays`."""
    return day.weekday() < 5 and day not in holidays


def adjust(day: date, rule: str, holidays: Collection[date] = ()) -> date:
    """`day`, moved off a closed day by one of ADJUSTMENTS.

    following: the next open day. preceding: the one before. modified_following: the next, unless that is in
    another month, then the one before.
    """
    if rule == "none" or is_business_day(day, holidays):
        return day
    if rule == "preceding":
        return _next_open(day, -_DAY, holidays)
    moved = _next_open(day, _DAY, holidays)
    if rule == "modified_following" and moved.month != day.month:
        return _next_open(day, -_DAY, holidays)
    return moved


def add_business_days(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The `count`-th open day after `day`; with 0, `day` itself or the next open day."""
    assert count >= 0, count
    day = adjust(day, "following", holidays)
    for _ in range(count):
        day = _next_open(day, _DAY, holidays)
    return day


def calendar_names() -> tuple[str, ...]:
    """The calendars there are data for."""
    return tuple(dict.fromkeys(rule["calendar"] for rule in _rules()))


@lru_cache(maxsize=512)
def holidays_of(calendar: str, year: int) -> frozenset[date]:
    """The closed days of `calendar` in `year` that are not a weekend, from its rules.

    A New Year's Day on a Sunday closes Monday 2 January; nothing moves into another year.
    """
    rules = [rule for rule in _rules() if rule["calendar"] == calendar]
    if not rules:
        raise BadInput(field="calendar", value=calendar, allowed=f"one of {', '.join(calendar_names())}")
    first_year = min(int(rule["first_year"]) for rule in rules)
    if year < first_year:
        raise NoHolidays(calendar=calendar, year=year, first_year=first_year)
    in_force = (rule for rule in rules if int(rule["first_year"]) <= year <= int(rule["last_year"] or year))
    return frozenset(day for day in (_holiday(rule, year) for rule in in_force) if day.weekday() < 5)


def holidays_between(calendar: str, start: date, end: date) -> frozenset[date]:
    """The closed days of `calendar` in every year that `start` to `end` touches, and the year after for adjusting."""
    return frozenset().union(*(holidays_of(calendar, year) for year in range(start.year, end.year + 2)))


@lru_cache(maxsize=1)
def federal_reserve_table() -> dict[int, frozenset[date]]:
    """The days on which Reserve Banks are closed, by year, as published."""
    table: dict[int, set[date]] = {}
    with (_DATA / "federal_reserve.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["closed_on"])
            table.setdefault(day.year, set()).add(day)
    return {year: frozenset(days) for year, days in table.items()}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar. Source: the anonymous algorithm (Meeus, Jones, Butcher)."""
    century, in_century = divmod(year, 100)
    leap_centuries, rest = divmod(century, 4)
    golden = year % 19
    moon = (19 * golden + century - leap_centuries - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    leaps, common = divmod(in_century, 4)
    to_sunday = (32 + 2 * rest + 2 * leaps - moon - common) % 7
    correction = (golden + 11 * moon + 22 * to_sunday) // 451
    month, day = divmod(moon + to_sunday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _next_open(day: date, step: timedelta, holidays: Collection[date]) -> date:
    day += step
    while not is_business_day(day, holidays):
        day += step
    return day


@lru_cache(maxsize=1)
def _rules() -> tuple[dict[str, str], ...]:
    with (_DATA / "holiday_rules.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def _holiday(rule: dict[str, str], year: int) -> date:
    if rule["rule"] == "easter":
        return easter(year) + timedelta(days=int(rule["offset"]))
    month = int(rule["month"])
    if rule["rule"] == "nth_weekday":
        return _nth_weekday(year, month, int(rule["weekday"]), int(rule["nth"]))
    day = date(year, month, int(rule["day"]))
    return day + _DAY if rule["sunday"] == "monday" and day.weekday() == 6 else day


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday of a month (Monday is 0), counted from the end when `nth` is negative."""
    if nth < 0:
        last = date(year, month, days_in_month(year, month))
        return last - timedelta(days=(last.weekday() - weekday) % 7 + 7 * (-nth - 1))
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
