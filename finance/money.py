"""Money is exact until it is posted, and rounded once, here.

Money is a Decimal of dollars (or of the loan's one currency); a rate is a Decimal of percent a year: 12.5 is 12.5 %.
"""

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from enum import StrEnum
from fractions import Fraction

from finance.errors import BadInput

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

# Wide enough that no figure is cut: a balance left to grow at the highest rate for all rows has some 10,000 digits.
_WIDE = Context(prec=100_000)
_times = _WIDE.multiply  # a count times its unit: half the time of Decimal(count).scaleb(-2)

_MONEY = re.compile(r"-?[0-9]{1,16}\.[0-9]{2}")
_RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,12})?")


class Rounding(StrEnum):
    """Where an exact half goes. A product chooses; HALF_UP is the default."""

    HALF_UP = "HALF_UP"  # away from zero
    HALF_EVEN = "HALF_EVEN"  # to the even neighbour


ROUNDINGS: tuple[str, ...] = tuple(rule.value for rule in Rounding)

_DECIMAL_RULES = {"HALF_UP": ROUND_HALF_UP, "HALF_EVEN": ROUND_HALF_EVEN, "UP": ROUND_UP}


def rounded_quotient(numerator: int, denominator: int, rounding: str = "HALF_UP") -> int:
    """numerator / denominator to a whole number, the tie decided on the exact value. denominator > 0.

    rounding: HALF_UP (ties away from zero), HALF_EVEN, or UP (away from zero).
    """
    magnitude, rest = divmod(abs(numerator), denominator)
    if rounding == "HALF_UP":
        magnitude += 2 * rest >= denominator
    elif rounding == "HALF_EVEN":
        magnitude += 2 * rest > denominator or (2 * rest == denominator and magnitude % 2 == 1)
    elif rounding == "UP":
        magnitude += rest > 0
    else:
        raise ValueError(f"Unknown rounding rule {rounding!r}.")
    return -magnitude if numerator < 0 else magnitude


def cents(value: Decimal | Fraction | int, rounding: str = "HALF_UP") -> Decimal:
    """`value` dollars as money of two decimals, never "-0.00". Ties are decided on the exact value."""
    assert not isinstance(value, float), "Money is never a float."
    if isinstance(value, Decimal):
        return value.quantize(CENT, _DECIMAL_RULES[rounding], _WIDE) or ZERO
    top, bottom = value.as_integer_ratio()
    return from_cents(rounded_quotient(top * 100, bottom, rounding))


def round_to(value: Decimal | Fraction | int, unit: Decimal, rounding: str = "HALF_UP") -> Decimal:
    """`value` to a whole number of `unit` (0.01 the cent, 1.00 the dollar), as money with the unit's decimals.

    rounding: HALF_UP, HALF_EVEN, or UP (away from zero, as lenders who round payments up do).
    """
    assert not isinstance(value, float), "Money is never a float."
    assert unit > 0, unit
    top, bottom = value.as_integer_ratio()
    unit_top, unit_bottom = unit.as_integer_ratio()
    count = rounded_quotient(top * unit_bottom, bottom * unit_top, rounding)
    return _times(count, unit)


def from_cents(count: int) -> Decimal:
    """A whole number of cents as money: 123450 is 1234.50."""
    return _times(count, CENT)


def to_cents(amount: Decimal) -> int:
    """Money of at most two decimals as a whole number of cents: 1234.50 is 123450."""
    top, bottom = amount.as_integer_ratio()
    count, rest = divmod(top * 100, bottom)
    assert rest == 0, amount
    return count


def parse_money(text: object, field: str, *, minimum: Decimal | None = None) -> Decimal:
    """Money from a JSON string of two decimals, "1234.50"; negative unless `minimum` says otherwise.

    Raises BadInput naming `field` for anything else: a number, a float, one decimal, an exponent, NaN.
    """
    if isinstance(text, str) and _MONEY.fullmatch(text):
        amount = Decimal(text) or ZERO
        if minimum is None or amount >= minimum:
            return amount
    bound = "" if minimum is None else f", {minimum} or more"
    raise BadInput(field=field, value=text, allowed=f'money as text with two decimals, such as "1234.50"{bound}')


def parse_rate(text: object, field: str) -> Decimal:
    """A rate in percent from a JSON string, "12.5" for 12.5 %; zero or more. Raises BadInput naming `field`."""
    if isinstance(text, str) and _RATE.fullmatch(text):
        return Decimal(text)
    raise BadInput(field=field, value=text, allowed='a percentage as text, zero or more, such as "12.5"')
