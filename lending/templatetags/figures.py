"""How figures, dates, rates and terms are written on every page, letter and message.

Each is a template filter and a plain function. None accepts a float: money, rates and counts are Decimal or int (or
the same as text, for literals in a template), and a float here is a bug, so it raises TypeError.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import dateformat, timezone

from finance.money import cents

register = template.Library()

MINUS = "\u2212"
UNKNOWN = "–"
NO_BREAK = "\u00a0"


def _exact(value: object) -> Decimal:
    """`value` as a Decimal. Raises TypeError for a float or anything that is not a number."""
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f"A figure is a Decimal or an int, not {type(value).__name__}: {value!r}.")
    number = Decimal(value)
    if not number.is_finite():
        raise TypeError(f"A figure is finite, not {value!r}.")
    return number


def _unknown_is_a_dash(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Missing values are a dash; a template variable that does not exist arrives as an empty text."""

    def written(value: Any) -> str:
        return UNKNOWN if value is None or value == "" else write(value)

    written.__name__, written.__doc__ = write.__name__, write.__doc__
    return written


@register.filter
@_unknown_is_a_dash
def money(value: Decimal | int | str) -> str:
    """1234.5 -> 1,234.50; -3 -> −3.00 with a true minus; 0 -> 0.00; None -> a dash. The currency is the column's."""
    return f"{cents(_exact(value)):,.2f}".replace("-", MINUS)


@register.filter
@_unknown_is_a_dash
def change(value: Decimal | int | str) -> str:
    """Money that says its direction: +12.00, −12.00, 0.00."""
    amount = cents(_exact(value))
    return f"+{amount:,.2f}" if amount > 0 else money(amount)


@register.filter
@_unknown_is_a_dash
def dollars(value: Decimal | int | str) -> str:
    """Money inside a sentence: $1,234.50, −$3.00."""
    written = money(value)
    return f"{MINUS}${written[1:]}" if written.startswith(MINUS) else f"${written}"


@register.filter
@_unknown_is_a_dash
def count(value: int | str) -> str:
    """How many, with thousands separated: 2,101. Raises TypeError for anything but a whole number."""
    number = _exact(value)
    if number != number.to_integral_value():
        raise TypeError(f"A count is a whole number, not {value!r}.")
    return f"{int(number):,}".replace("-", MINUS)


@register.filter
@_unknown_is_a_dash
def rate(value: Decimal | int | str) -> str:
    """A rate given in percent: 7.25 -> 7.250 %. At least three decimals, more when the rate has more; never rounded."""
    number = _exact(value)
    whole, _, decimals = f"{number:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(3, '0')}{NO_BREAK}%".replace("-", MINUS)


@register.filter
@_unknown_is_a_dash
def share(value: Decimal | int | str) -> str:
    """A part of a whole, given in percent: 12.345 -> 12.3 %."""
    return f"{_exact(value):.1f}{NO_BREAK}%".replace("-", MINUS)


@register.filter
@_unknown_is_a_dash
def term(value: int | str) -> str:
    """A number of months: 84 months, 1 month."""
    return f"{count(value)} {'month' if _exact(value) == 1 else 'months'}"


@register.filter
@_unknown_is_a_dash
def days(value: int | str) -> str:
    """A number of days: 30 days, 1 day."""
    return f"{count(value)} {'day' if _exact(value) == 1 else 'days'}"


@register.filter
@_unknown_is_a_dash
def minutes(value: timedelta) -> str:
    """A length of time in whole minutes, rounded up: 15 minutes, 1 minute."""
    whole = -(-value // timedelta(minutes=1))
    return f"{count(whole)} {'minute' if whole == 1 else 'minutes'}"


@register.filter
@_unknown_is_a_dash
def day(value: date) -> str:
    """31 Dec 2008. A moment is written as its day in the current time zone."""
    return dateformat.format(_local(value), "j M Y")


@register.filter
@_unknown_is_a_dash
def weekday(value: date) -> str:
    """Wed 31 Dec 2008, where someone must act."""
    return dateformat.format(_local(value), "D j M Y")


@register.filter
@_unknown_is_a_dash
def moment(value: datetime) -> str:
    """31 Dec 2008, 14:05: when something was recorded, in the current time zone."""
    return dateformat.format(_local(value), "j M Y, H:i")


@register.filter
def written(value: Any) -> str:
    """A figure of any kind as its own filter writes it: money of two decimals, a count, a day; text as it is."""
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return money(value) if value.as_tuple().exponent == -2 else f"{value:f}"
    return count(value) if isinstance(value, int) else value or ""


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
