"""Daily simple interest, exact. It is rounded only where it is posted.

Interest of a day is on the balance at that day's end and is owed from the next day, so the interest "through" a
date is that of the days before it: nothing on the day of the advance.
"""

from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from finance.daycount import year_fraction
from finance.money import to_cents

# Exact interest times UNITS is a finite decimal under every daily day count, whatever the principal, the rate and the
# days: UNITS is the least common multiple of 36000, 36500 and 36600 (percent times the days of a year). It lets a
# database column hold the exact interest of a loan as a plain decimal number.
UNITS = 160_308_000

# Hundredths of UNITS that one day is worth: a principal of $1.00 at 1 % earns this many units a day.
_UNITS_A_DAY = {"ACT/360": UNITS // 36_000, "ACT/365F": UNITS // 36_500}

_EXACT = Context(prec=200)

NONE = Fraction(0)  # no interest


def units_earned(day_count: str, start: date, end: date) -> int:
    """Units that $1.00 earns at 1 % a year from `start` (counted) to `end` (not counted): a whole number.

    principal x rate x units_earned() is therefore the exact interest in units.
    """
    if day_count == "ACT/ACT":
        whole = year_fraction(day_count, start, end) * (UNITS // 100)
        assert whole.denominator == 1, whole
        return whole.numerator
    return (end - start).days * _UNITS_A_DAY[day_count]


def simple_interest(principal: Decimal, rate: Decimal, day_count: str, start: date, end: date) -> Fraction:
    """Simple interest on `principal` from `start` (counted) to `end` (not counted), in dollars, NOT rounded.

    principal: dollars and cents.  rate: percent a year; 12.5 is 12.5 %.  day_count: ACT/365F, ACT/360 or ACT/ACT.
    Source: 2006 ISDA Definitions, section 4.16 (b), (d), (e).
    """
    assert principal >= 0, principal
    assert start <= end, (start, end)
    top, bottom = rate.as_integer_ratio()
    return Fraction(to_cents(principal) * top * units_earned(day_count, start, end), 100 * bottom * UNITS)


def to_units(accrued: Fraction) -> Decimal:
    """Exact dollars of interest as a finite decimal number of units, without trailing zeros."""
    units = accrued * UNITS
    # The denominator is 2^a x 5^b; ten to the larger of a and b clears it.
    bottom, places = units.denominator, 0
    while (10**places) % bottom:
        places += 1
        assert places <= bottom.bit_length(), f"{accrued} is not interest under a daily day count"
    return Decimal(units.numerator * (10**places // bottom)).scaleb(-places, _EXACT)


def from_units(units: Decimal) -> Fraction:
    """A decimal number of units, as a database column holds it, back to exact dollars."""
    return Fraction(units) / UNITS
