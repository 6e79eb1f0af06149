"""What a stream of money earns a year: the internal rate of return on actual days, and its nominal equivalents.

    sum of amount / (1 + y)^(days / 365) = 0,    days from the first flow

This is a yield, not the APR of Regulation Z, which counts unit periods (finance.apr). Source: the definition that
spreadsheets call XIRR; the uniqueness test is C. J. Norstrom, "A sufficient condition for a unique nonnegative internal
rate of return", Journal of Financial and Quantitative Analysis 7 (1972).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import accumulate, pairwise

from finance.errors import BadInput, Refused

LEAST, MOST = Decimal("-99.99"), Decimal(1000)  # percent a year
TWELVE = Decimal("1E-12")
CLOSE = Decimal("1E-25")
_DIGITS = Context(prec=40)
_GRID = tuple(Decimal(rate) for rate in (*range(-95, 100, 5), *range(100, 1000, 50)))


class NoYield(Refused):
    """No yield within the bounds makes the stream worth nothing. Facts: `least`, `most`."""

    code = "no_yield"
    message = (
        "These amounts have no yield from {least} % to {most} % a year: check their dates and signs, or state the gain "
        "in dollars where they are only days apart."
    )


class SeveralYields(Refused):
    """More than one yield makes the stream worth nothing, so none of them says anything. Facts: `yields`."""

    code = "several_yields"
    message = (
        "These amounts change sign more than once and have several yields ({yields} %): value them at a stated rate "
        "instead."
    )


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money on a date in dollars: received is positive, paid out negative."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Yield:
    """A yield and what it rests on. rate: percent a year, 12 decimals.  exact: as a fraction a year, to 25 decimals.

    ladder: days from the first flow, and the dollars of each day that has any; `start` is that first day.
    """

    rate: Decimal
    exact: Decimal
    start: date
    ladder: tuple[tuple[int, Decimal], ...]


def xirr(flows: Sequence[CashFlow], *, most: Decimal = MOST) -> Decimal:
    """The effective yield a year, in percent with 12 decimals, of flows in any order. Raises as solve_yield does."""
    return solve_yield(flows, most=most).rate


def solve_yield(flows: Sequence[CashFlow], *, most: Decimal = MOST) -> Yield:
    """The effective yield a year of flows in any order, with what it rests on for finance.explain_rates.

    most: percent; a yield above it is refused (a gain of 1 % in one day is 3,678 % a year, and says nothing).
    Raises BadInput, naming the field, without both a payment and a receipt on different days; NoYield; SeveralYields.
    """
    if not LEAST < most <= 10**6:
        raise BadInput(field="most", value=str(most), allowed=f"above {LEAST}, at most 1000000")
    start, days, amounts = _ladder(flows)
    with localcontext(_DIGITS):
        brackets = _brackets(days, amounts, most)
        if not brackets:
            raise NoYield(least=LEAST, most=most)
        found = [_root(days, amounts, low / 100, high / 100) for low, high in brackets]
        if len(found) > 1:
            raise SeveralYields(yields=" and ".join(f"{100 * rate:.2f}" for rate in found))
        rate = (100 * found[0]).quantize(TWELVE, ROUND_HALF_UP) or Decimal(0).quantize(TWELVE)
        return Yield(rate, found[0], start, tuple(zip(days, amounts, strict=True)))


def present_value(flows: Sequence[CashFlow], rate: Decimal, on: date) -> Decimal:
    """Dollars, not rounded, that flows are worth on a day at an effective rate of percent a year."""
    with localcontext(_DIGITS):
        log = (1 + rate / 100).ln() / 365
        return sum((flow.amount * (-log * (flow.on - on).days).exp() for flow in flows), Decimal(0))


def nominal(effective: Decimal, times: int) -> Decimal:
    """The nominal rate, in percent and compounded `times` a year, that an effective yield is worth; 12 decimals.

    12 for a rate quoted monthly, 2 for the bond-equivalent yield.
    """
    _check_times(times)
    with localcontext(_DIGITS):
        periodic = ((1 + effective / 100).ln() / times).exp() - 1
        return (100 * times * periodic).quantize(TWELVE, ROUND_HALF_UP)


def effective(nominal_rate: Decimal, times: int) -> Decimal:
    """The effective yield, in percent, of a nominal rate compounded `times` a year; 12 decimals."""
    _check_times(times)
    with localcontext(_DIGITS):
        return (100 * ((1 + nominal_rate / 100 / times) ** times - 1)).quantize(TWELVE, ROUND_HALF_UP)


def _check_times(times: int) -> None:
    if not 1 <= times <= 366:
        raise BadInput(field="times", value=times, allowed="a whole number from 1 to 366")


def _ladder(flows: Sequence[CashFlow]) -> tuple[date, list[int], list[Decimal]]:
    """The first day; days from it, ascending; and the sum of each day, without the days that come to nothing."""
    totals: dict[date, Decimal] = {}
    for flow in sorted(flows, key=lambda flow: flow.on):
        totals[flow.on] = totals.get(flow.on, Decimal(0)) + flow.amount
    totals = {on: amount for on, amount in totals.items() if amount}
    if not any(amount > 0 for amount in totals.values()) or not any(amount < 0 for amount in totals.values()):
        raise BadInput(field="flows", value=len(flows), allowed="money paid out and money received, on different days")
    first = next(iter(totals))
    return first, [(on - first).days for on in totals], list(totals.values())


def _brackets(days: Sequence[int], amounts: Sequence[Decimal], most: Decimal) -> list[tuple[Decimal, Decimal]]:
    """Ranges of percent that each hold one root. One change of sign, or one of the running total, means one root."""
    marks = [LEAST, *(rate for rate in _GRID if rate < most), most]
    if _sign_changes(amounts) == 1:
        marks = [LEAST, most]
    elif _sign_changes(list(accumulate(amounts))) == 1:
        # Norstrom: the only yield that is not below zero.
        marks = [Decimal(0), most]
    values = [_value(days, amounts, rate / 100)[0] for rate in marks]
    return [
        (low, high)
        for (low, high), (at_low, at_high) in zip(pairwise(marks), pairwise(values), strict=True)
        if at_low == 0 or at_low * at_high < 0 or (at_high == 0 and high == most)
    ]


def _sign_changes(amounts: Sequence[Decimal]) -> int:
    signs = [amount > 0 for amount in amounts if amount]
    return sum(one != other for one, other in pairwise(signs))


def _root(days: Sequence[int], amounts: Sequence[Decimal], low: Decimal, high: Decimal) -> Decimal:
    """The yield as a fraction between two bounds: Newton's method, kept inside a bracket by halving it."""
    at_low, _ = _value(days, amounts, low)
    if at_low == 0:
        return low
    rate = min(max(Decimal("0.1"), low), high)
    while True:
        value, slope = _value(days, amounts, rate)
        if value == 0:
            return rate
        low, high = (rate, high) if value * at_low > 0 else (low, rate)
        better = rate - value / slope if slope else low
        if not low < better < high:
            better = (low + high) / 2
        if abs(better - rate) <= CLOSE or high - low <= CLOSE:
            return better
        rate = better


def _value(days: Sequence[int], amounts: Sequence[Decimal], rate: Decimal) -> tuple[Decimal, Decimal]:
    """The present value of the flows at `rate`, a fraction a year, and its slope."""
    growth = 1 + rate
    daily = (-growth.ln() / 365).exp()
    discount, at = Decimal(1), 0
    value = slope = Decimal(0)
    for day, amount in zip(days, amounts, strict=True):
        if day > at:
            discount *= daily ** (day - at)
            at = day
        present = amount * discount
        value += present
        slope -= present * day
    return value, slope / (365 * growth)
