"""When the rows of a schedule fall due, and how long its first period is.

Every due date is computed from the anchor, never from the date before it, so 31 January, 29 February, 31 March.
"""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from finance.calendars import adjust, date_in_month, month_number
from finance.errors import BadInput
from finance.schedule_terms import FREQUENCIES, ScheduleTerms


def due_dates(terms: ScheduleTerms) -> tuple[date, ...]:
    """The n due dates, ascending, not adjusted for closed days."""
    if terms.method == "given":
        return tuple(row.due_date for row in terms.rows)
    frequency = FREQUENCIES[terms.frequency]
    try:
        if frequency.days:
            return _every_days(terms, frequency.days)
        if frequency.months:
            return _every_months(terms, frequency.months)
        return _twice_a_month(terms)
    except (OverflowError, ValueError):
        raise BadInput(field="n", value=terms.n, allowed="small enough for the last row to fall before 10000") from None


def pay_dates(terms: ScheduleTerms, due: tuple[date, ...]) -> tuple[date, ...]:
    """When each of the `due` dates is paid: moved off closed days as `adjust` says."""
    if terms.adjust == "none":
        return due
    holidays = frozenset(terms.holidays)
    try:
        dates = tuple(adjust(day, terms.adjust, holidays) for day in due)
    except OverflowError:
        raise BadInput(field="adjust", value=terms.adjust, allowed="none where no open day is left") from None
    if dates[0] < terms.start_date:
        raise BadInput(
            field="adjust",
            value=terms.adjust,
            allowed=f"following where {terms.adjust} moves {due[0]} before start_date",
        )
    return dates


def first_period_length(terms: ScheduleTerms, first_due: date) -> Fraction:
    """The first row's length in periods, for periodic interest: exactly 1 unless a date or day was chosen.

    Whole months are counted back from the first due date and the days left are 1/30 of a month each, so the length is
    (30 x months + days) / (30 x months in a period), over 15 for a semimonth; weeks count days / 7 or / 14.
    """
    if terms.first_due_date is None and terms.due_day is None:
        return Fraction(1)
    frequency = FREQUENCIES[terms.frequency]
    if frequency.days:
        return Fraction((first_due - terms.start_date).days, frequency.days)
    # A semimonth is counted on the calendar dates: a due day that the month cut stays cut.
    day_of_month = terms.day_of_month if frequency.months else first_due.day
    months, days = months_and_days(terms.start_date, first_due, day_of_month)
    return Fraction(30 * months + days, 30 * frequency.months or 15)


def months_and_days(start: date, end: date, day_of_month: int) -> tuple[int, int]:
    """Whole months counted back from `end`, each landing on `day_of_month` cut to its month, and the days left.

    >>> months_and_days(date(2024, 1, 10), date(2024, 3, 1), 1)
    (1, 22)
    """
    end_month = month_number(end)
    months = end_month - month_number(start)
    landed = date_in_month(end_month - months, day_of_month)
    if landed < start:
        months -= 1
        landed = date_in_month(end_month - months, day_of_month)
    return months, (landed - start).days


def _every_days(terms: ScheduleTerms, days: int) -> tuple[date, ...]:
    anchor = terms.first_due_date or terms.start_date + timedelta(days=days)
    return tuple(anchor + timedelta(days=days * k) for k in range(terms.n))


def _every_months(terms: ScheduleTerms, months: int) -> tuple[date, ...]:
    if terms.first_due_date is not None:
        anchor = month_number(terms.first_due_date)
    else:
        anchor = month_number(terms.start_date) + months
    day = terms.day_of_month
    return tuple(date_in_month(anchor + months * k, day) for k in range(terms.n))


def _twice_a_month(terms: ScheduleTerms) -> tuple[date, ...]:
    first, days = terms.first_due_date, terms.due_days
    assert first is not None
    assert days is not None
    # Half-months from year 0; of two due days that this month cuts to one date, the earlier is meant.
    anchor = 2 * month_number(first) + (date_in_month(month_number(first), days[0]) != first)
    dates = tuple(date_in_month(half // 2, days[half % 2]) for half in range(anchor, anchor + terms.n))
    for one, other in pairwise(dates):
        if one == other:
            raise BadInput(field="due_days", value=list(days), allowed=f"two days that {one:%B %Y} has apart")
    return dates
