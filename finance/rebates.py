"""How interest that was fixed beforehand is earned, row by row: what is left is rebated when a loan is paid off early.

Sources: 15 U.S.C. 1615 (unearned interest is refunded; by a method at least as favourable as the actuarial one where
the term exceeds 61 months); Regulation Z, 12 CFR 1026, Appendix J (the actuarial method).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal, localcontext

from finance.calendars import add_months
from finance.money import ROUNDINGS, rounded_quotient, to_cents
from finance.schedule import Schedule
from finance.schedule_terms import ScheduleTerms

EARNINGS = ("schedule", "rule_of_78", "actuarial")
LONGEST_RULE_OF_78 = 61  # months; 15 U.S.C. 1615(b)

_DIGITS = Context(prec=40)
_CLOSE = Decimal("1E-30")
_HIGHEST = 2**40  # where periods of no length keep any rate from discounting enough


def earned_by_row(terms: ScheduleTerms, schedule: Schedule, earning: str) -> tuple[int, ...]:
    """The cents of interest earned in each row's period; together all of the schedule's interest.

    earning: `schedule` earns what each row accrues; `rule_of_78` the n-th, (n-1)-th ... share of the sum of the digits;
    `actuarial` what the balance bears at the one rate that discounts the payments to the principal.
    """
    rows, rounding = schedule.rows, terms.rounding
    if earning == "schedule":
        return tuple(to_cents(row.interest_accrued) for row in rows)
    total = to_cents(schedule.total_interest)
    if earning == "rule_of_78":
        return sum_of_digits(total, len(rows), rounding)
    assert earning == "actuarial", earning
    payments = [to_cents(row.payment) for row in rows]
    return actuarial(to_cents(terms.principal), payments, schedule.basis.rates.of_row, rounding)


def sum_of_digits(total: int, n: int, rounding: str = "HALF_UP") -> tuple[int, ...]:
    """`total` cents earned over n rows by the Rule of 78: n parts in the first row, one in the last.

    The running total is what is rounded, so the parts add up to `total`.

    >>> sum_of_digits(7800, 12)[:3]
    (1200, 1100, 1000)
    """
    digits = n * (n + 1) // 2
    earned, before, parts = [], 0, 0
    for k in range(n):
        parts += n - k
        through = rounded_quotient(total * parts, digits, rounding)
        earned.append(through - before)
        before = through
    return tuple(earned)


def actuarial(
    principal: int, payments: Sequence[int], lengths: Sequence[int], rounding: str = "HALF_UP"
) -> tuple[int, ...]:
    """The cents of interest in each of `payments`, at the one rate that discounts them to `principal`.

    lengths: of the periods, in any unit. The last payment's interest is what is left of the whole.
    """
    assert rounding in ROUNDINGS, rounding
    left = sum(payments) - principal
    assert left >= 0, (principal, payments)
    found = actuarial_rate(principal, payments, lengths)
    if found is None:
        return (0,) * (len(payments) - 1) + (left,)
    rate, spans = found
    with localcontext(_DIGITS):
        balance, earned = principal, []
        for payment, span in zip(payments[:-1], spans[:-1], strict=True):
            top, bottom = (balance * rate * span).as_integer_ratio()
            earned.append(min(left, rounded_quotient(top, bottom, rounding)))
            left -= earned[-1]
            balance += earned[-1] - payment
    return (*earned, left)


def actuarial_rate(
    principal: int, payments: Sequence[int], lengths: Sequence[int]
) -> tuple[Decimal, tuple[Decimal, ...]] | None:
    """The one rate per longest period that discounts `payments` to `principal` (cents), and each period's length in
    longest ones, both to forty digits; None where the payments are no more than the principal, or no time passes."""
    if sum(payments) == principal or not any(lengths):
        return None
    longest = max(lengths)
    with localcontext(_DIGITS):
        spans = tuple(Decimal(length) / longest for length in lengths)
        return _rate(principal, payments, spans), spans


def rule_of_78_allowed(start: date, last_due: date, *, consumer: bool) -> bool:
    """Whether federal law leaves room for the Rule of 78: not for consumer credit of a term over 61 months.

    Source: 15 U.S.C. 1615(b). State law may forbid it earlier.
    """
    return not consumer or last_due <= add_months(start, LONGEST_RULE_OF_78)


def _rate(principal: int, payments: Sequence[int], spans: Sequence[Decimal]) -> Decimal:
    """The rate per longest period at which `payments` discount to `principal`, by halving a bracket."""
    low, high = Decimal(0), Decimal(1)
    while _present(payments, spans, high) > principal and high < _HIGHEST:
        low, high = high, 2 * high
    while high - low > _CLOSE * (1 + high):
        middle = (low + high) / 2
        low, high = (middle, high) if _present(payments, spans, middle) > principal else (low, middle)
    return low


def _present(payments: Sequence[int], spans: Sequence[Decimal], rate: Decimal) -> Decimal:
    value, discount = Decimal(0), Decimal(1)
    for payment, span in zip(payments, spans, strict=True):
        discount /= 1 + rate * span
        value += payment * discount
    return value
