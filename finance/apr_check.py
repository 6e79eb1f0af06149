"""The rate of a loan found a second time, to check `finance.apr`: by balances, in whole numbers.

From the last date back to the first, what is still owed before each payment is that payment plus what is owed after
it, discounted by one unit period at a time; at the first advance that must be the amount advanced. Nothing is shared
with the first method but the unit period: time is counted by its own arithmetic on day, month and year, balances are
whole numbers of 10^-36, and the rate is found by false position (the Illinois variant).
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from finance.unit_periods import Unit

_ONE = 10**36
_ENOUGH = _ONE // 10**22


class _Flow(Protocol):
    @property
    def date(self) -> date: ...
    @property
    def amount(self) -> Decimal: ...


def rate_by_balances(unit: Unit, advances: Sequence[_Flow], payments: Sequence[_Flow]) -> Decimal:
    """Interest per unit period as a fraction, to 20 decimals. Both ascending; more is paid than advanced, or as much.

    Source: the actuarial method of 12 CFR 1026.22(a)(1) and Appendix J, (b)(5), for counting time.
    """
    start = advances[0].date
    ladders: dict[Fraction, dict[int, int]] = {}
    for flows, sign in ((advances, -1), (payments, 1)):
        aims = _aims([flow.date for flow in flows]) if sign > 0 else [flow.date.day for flow in flows]
        for flow, aim in zip(flows, aims, strict=True):
            time = _unit_periods(unit, start, flow.date, aim)
            ladder = ladders.setdefault(time % 1, {})
            whole = int(time // 1)
            ladder[whole] = ladder.get(whole, 0) + sign * int(flow.amount.scaleb(2)) * _ONE
    steps = {odd: sorted(ladder.items(), reverse=True) for odd, ladder in ladders.items()}
    return Decimal(_root(steps)).scaleb(-36)


def _root(steps: dict[Fraction, list[tuple[int, int]]]) -> int:
    """The rate, in 10^-36, at which nothing is left owed at the start."""
    low, high = 0, _ONE
    at_low, at_high = _owed(steps, low), _owed(steps, high)
    if at_low <= 0:
        return low
    while at_high > 0:
        low, at_low, high = high, at_high, 2 * high
        at_high = _owed(steps, high)
    middle, moved = high, 0
    while high - low > _ENOUGH:
        before, middle = middle, low + (high - low) * at_low // (at_low - at_high)
        at_middle = _owed(steps, middle)
        if at_middle == 0 or abs(middle - before) < _ENOUGH:
            break
        # An end that stays a second time counts half, or false position would creep towards it.
        if at_middle > 0:
            low, at_low = middle, at_middle
            at_high = at_high // 2 if moved > 0 else at_high
            moved = 1
        else:
            high, at_high = middle, at_middle
            at_low = at_low // 2 if moved < 0 else at_low
            moved = -1
    return middle


def _owed(steps: dict[Fraction, list[tuple[int, int]]], rate: int) -> int:
    """What the payments are worth at the start less what was advanced, in 10^-36 cents."""
    discount = _ONE * _ONE // (_ONE + rate)
    total = 0
    for odd, ladder in steps.items():
        owed, at = 0, ladder[0][0]
        for whole, amount in ladder:
            owed, at = owed * _power(discount, at - whole) // _ONE + amount, whole
        owed = owed * _power(discount, at) // _ONE
        total += owed * _ONE * odd.denominator // (_ONE * odd.denominator + odd.numerator * rate)
    return total


def _power(factor: int, times: int) -> int:
    """`factor`, in 10^-36, multiplied by itself so many times, by squaring."""
    power = factor if times % 2 else _ONE
    while times := times // 2:
        factor = factor * factor // _ONE
        if times % 2:
            power = power * factor // _ONE
    return power


def _aims(payments: Sequence[date]) -> list[int]:
    """The day of the month each payment aims at: 31 where all are month ends; on 29 or 30, also in February."""
    ends = [day.day == monthrange(day.year, day.month)[1] for day in payments]
    if len(payments) > 1 and all(ends):
        return [31] * len(payments)
    latest = max(day.day for day in payments)
    february = latest if latest in (29, 30) else 0
    return [
        max(day.day, february) if end and day.month == 2 else day.day for day, end in zip(payments, ends, strict=True)
    ]


def _unit_periods(unit: Unit, start: date, end: date, aim: int) -> Fraction:
    days = end.toordinal() - start.toordinal()
    if unit.kind in ("day", "term_days"):
        return Fraction(days, unit.count)
    if unit.kind == "week":
        return Fraction(days, 7 * unit.count)
    months, odd_days = _months_back(start, end, aim)
    if unit.kind == "semimonth":
        return Fraction(30 * months + odd_days, 15)
    if unit.kind != "year":
        return Fraction(30 * months + odd_days, 30 * unit.count)
    years, months = months // 12, months % 12
    if not odd_days:
        return years + Fraction(months, 12)
    year = end.year - years
    back = date(year, end.month, min(aim, monthrange(year, end.month)[1]))
    return years + Fraction((back - start).days, 365)


def _months_back(start: date, end: date, aim: int) -> tuple[int, int]:
    """Whole months from the aimed-at day on or after `start`, and the days before it."""
    months = 12 * (end.year - start.year) + end.month - start.month
    length = monthrange(start.year, start.month)[1]
    if start.day <= min(aim, length):
        return months, min(aim, length) - start.day
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return months - 1, length - start.day + min(aim, monthrange(year, month)[1])
