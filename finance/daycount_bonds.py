"""Day counts that no loan made here uses, but notes and bought portfolios state: kept apart, since some need more
than two dates.

Source: 2006 ISDA Definitions, section 4.16 (c) and (h); ICMA Rule 251; the French AFB master agreement of 1994.
"""

from calendar import isleap
from datetime import date
from fractions import Fraction

from finance.calendars import add_months, is_month_end
from finance.daycount import days, year_fraction


def thirty_european_isda(start: date, end: date, maturity: date) -> int:
    """Days under 30E/360 ISDA: every month end is the 30th, except a maturity at the end of February."""
    d1 = 30 if is_month_end(start) else start.day
    d2 = 30 if is_month_end(end) and not (end == maturity and end.month == 2) else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1


def thirty_365(start: date, end: date) -> Fraction:
    """The part of a year under 30/365: 30-day months in a year of 365 days."""
    return Fraction(days("30/360BB", start, end), 365)


def actual_366(start: date, end: date) -> Fraction:
    """The part of a year under ACT/366."""
    return Fraction((end - start).days, 366)


def actual_365_25(start: date, end: date) -> Fraction:
    """The part of a year under ACT/365.25."""
    return Fraction(4 * (end - start).days, 1461)


def actual_actual_isda(start: date, end: date) -> Fraction:
    """The part of a year under ACT/ACT ISDA, which is the ACT/ACT of loans."""
    return year_fraction("ACT/ACT", start, end)


def actual_actual_afb(start: date, end: date) -> Fraction:
    """The part of a year under ACT/ACT AFB: whole years counted back from the end, the rest over 366 if it holds a
    29 February and over 365 if not."""
    years, rest_end = 0, end
    while True:
        earlier = add_months(end, -12 * (years + 1))
        if earlier.month == 2 and earlier.day == 28 and isleap(earlier.year):
            earlier = date(earlier.year, 2, 29)
        if earlier < start:
            break
        years, rest_end = years + 1, earlier
    leap_days = (date(year, 2, 29) for year in (start.year, rest_end.year) if isleap(year))
    return years + Fraction((rest_end - start).days, 366 if any(start <= day < rest_end for day in leap_days) else 365)


def actual_actual_icma(start: date, end: date, coupon_start: date, coupon_end: date) -> Fraction:
    """The part of a year under ACT/ACT ICMA: in each coupon period, its days over (its length x coupons a year).

    coupon_start, coupon_end: the regular coupon period that the count refers to, whole months long; those before and
    after it follow at the same distance.
    """
    months = 12 * (coupon_end.year - coupon_start.year) + coupon_end.month - coupon_start.month
    assert months > 0, (coupon_start, coupon_end)
    total, k = Fraction(0), 0
    while add_months(coupon_start, k * months) > start:
        k -= 1
    while (first := add_months(coupon_start, k * months)) < end:
        last = add_months(coupon_start, (k + 1) * months)
        total += Fraction(months * (min(end, last) - max(start, first)).days, 12 * (last - first).days)
        k += 1
    return total
