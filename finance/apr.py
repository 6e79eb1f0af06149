"""The annual percentage rate of Regulation Z, by the actuarial method, computed twice.

Source: 12 CFR 1026.22(a) and Appendix J, (b)(8), the general equation:

    sum of A / ((1 + e i)(1 + i)^q)  =  sum of P / ((1 + f i)(1 + i)^t),    APR = 100 x i x unit periods in a year

with advances A and payments P, each a whole number of unit periods (q, t) and a fraction (e, f) after the first
advance. `finance.apr_check` finds the same rate in another way, and the two must agree within the legal tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from finance.apr_check import rate_by_balances
from finance.errors import BadInput, Refused
from finance.inputs import parse_count, parse_date, parse_list, parse_object
from finance.money import CENT, ZERO, parse_money
from finance.unit_periods import Clock, Elapsed, Unit, are_even, find_unit

REGULAR_TOLERANCE, IRREGULAR_TOLERANCE = Decimal("0.125"), Decimal("0.250")  # points; 1026.22(a)(2) and (3)

_DIGITS = Context(prec=40)
_TWELVE = Decimal("1E-12")
_CLOSE = Decimal("1E-32")
_MOST_PER_UNIT = 2**30


class MethodsDisagree(Refused):
    """The two computations of one rate differ by more than the law allows either of them to be wrong."""

    code = "apr_methods_disagree"
    message = (
        "The annual percentage rate is {first} by the equations of Appendix J and {second} by the balances, more than "
        "{tolerance} apart: disclose neither until the dates and amounts have been checked by hand."
    )


@dataclass(frozen=True, slots=True)
class Flow:
    """Money advanced or paid on a date, positive."""

    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TimedAmount:
    """A term of the equation: payments are positive, advances negative."""

    date: date
    whole: int
    fraction: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AprBasis:
    """What a rate solves, for finance.explain_apr. per_unit: the rate per unit period as a fraction, to 32 digits."""

    terms: tuple[TimedAmount, ...]
    per_unit: Decimal


@dataclass(frozen=True, slots=True)
class AprResult:
    """An annual percentage rate and what it rests on.

    rate: percent, 12 decimals.  checked_rate: the same by the second method.  finance_charge: payments - advances.
    irregular: several advances, uneven periods between payments, or uneven amounts other than the first and last.
    tolerance: percentage points by which a disclosed rate may differ, inclusive.
    """

    rate: Decimal
    checked_rate: Decimal
    rate_2dp: Decimal
    finance_charge: Decimal
    unit: Unit
    first_payment: Elapsed
    irregular: bool
    tolerance: Decimal
    basis: AprBasis = field(repr=False, compare=False)

    def allows(self, disclosed: Decimal) -> bool:
        """Whether a disclosed rate, in percent, is accurate within the tolerance. Source: 1026.22(a)(2)-(3)."""
        return abs(disclosed - self.rate) <= self.tolerance


def apr(advances: Sequence[Flow], payments: Sequence[Flow], unit: Unit | None = None) -> AprResult:
    """The annual percentage rate of what was advanced (the amount financed) and what is paid, in any order.

    unit: the unit period, found from the dates when not given. Raises BadInput, naming the field, where no rate exists
    (nothing paid, paid before it was advanced, or less paid than advanced) and MethodsDisagree.
    """
    _check(advances, payments)
    advances = sorted(advances, key=lambda flow: flow.date)
    payments = _merged(payments)
    paid_on = [flow.date for flow in payments]
    unit = unit or find_unit([flow.date for flow in advances], paid_on)
    clock = Clock(unit, advances[0].date, paid_on)
    irregular = len(advances) > 1 or not are_even(paid_on) or len({flow.amount for flow in payments[1:-1]}) > 1
    tolerance = IRREGULAR_TOLERANCE if irregular else REGULAR_TOLERANCE
    finance_charge = sum((flow.amount for flow in payments), ZERO) - sum((flow.amount for flow in advances), ZERO)
    with localcontext(_DIGITS):
        per_year = _decimal(unit.per_year)
        terms = [_timed(flow.date, clock.to_advance(flow.date), -flow.amount) for flow in advances]
        terms += [_timed(flow.date, clock.to_payment(flow.date), flow.amount) for flow in payments]
        per_unit = _rate_per_unit(terms)
        exact = 100 * per_year * per_unit
        checked = 100 * per_year * rate_by_balances(unit, advances, payments)
        agree(exact, checked, tolerance)
        return AprResult(
            rate=exact.quantize(_TWELVE, ROUND_HALF_UP),
            checked_rate=checked.quantize(_TWELVE, ROUND_HALF_UP),
            rate_2dp=exact.quantize(CENT, ROUND_HALF_UP),
            finance_charge=finance_charge,
            unit=unit,
            first_payment=clock.to_payment(paid_on[0]),
            irregular=irregular,
            tolerance=tolerance,
            basis=AprBasis(tuple(terms), per_unit),
        )


def agree(first: Decimal, second: Decimal, tolerance: Decimal) -> None:
    """Two computations of one rate, in percent, differ by no more than `tolerance`; raises MethodsDisagree."""
    if abs(first - second) > tolerance:
        raise MethodsDisagree(first=round(first, 4), second=round(second, 4), tolerance=tolerance)


def apr_case(given: object) -> dict[str, object]:
    """The answer to one APR case: `given` and the result in JSON's shape. Raises BadInput naming the field."""
    fields = parse_object(given, "", required=("advances", "payments"), optional=("unit",))
    result = apr(
        _parse_flows(fields["advances"], "advances"),
        _parse_flows(fields["payments"], "payments"),
        _parse_unit(fields["unit"]) if "unit" in fields else None,
    )
    kind, count = result.unit.kind, result.unit.count
    return {
        "apr": f"{result.rate:f}",
        "apr_2dp": str(result.rate_2dp),
        "unit": kind if kind in ("semimonth", "year") else [kind, count],
        "units_per_year": str(result.unit.per_year),
        "first_payment_units": [result.first_payment.whole, str(result.first_payment.fraction)],
        "finance_charge": str(result.finance_charge),
        "irregular": result.irregular,
        "tolerance": str(result.tolerance),
    }


def _check(advances: Sequence[Flow], payments: Sequence[Flow]) -> None:
    for name, flows in (("advances", advances), ("payments", payments)):
        if not flows:
            raise BadInput(field=name, value="nothing", allowed="a list of at least one date and amount")
    first, last = min(flow.date for flow in advances), max(flow.date for flow in payments)
    for k, flow in enumerate(payments):
        if flow.date <= first:
            raise BadInput(field=f"payments[{k}].date", value=flow.date, allowed=f"after the first advance on {first}")
    for k, flow in enumerate(advances):
        if flow.date >= last:
            raise BadInput(field=f"advances[{k}].date", value=flow.date, allowed=f"before the last payment on {last}")
    advanced = sum((flow.amount for flow in advances), ZERO)
    paid = sum((flow.amount for flow in payments), ZERO)
    if paid < advanced:
        raise BadInput(field="payments", value=paid, allowed=f"in all at least what is advanced, {advanced}")


def _merged(payments: Sequence[Flow]) -> list[Flow]:
    """Payments by date, those on one date added together."""
    totals: dict[date, Decimal] = {}
    for flow in sorted(payments, key=lambda flow: flow.date):
        totals[flow.date] = totals.get(flow.date, ZERO) + flow.amount
    return [Flow(day, amount) for day, amount in totals.items()]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def _timed(day: date, elapsed: Elapsed, amount: Decimal) -> TimedAmount:
    return TimedAmount(day, elapsed.whole, _decimal(elapsed.fraction), amount)


def _rate_per_unit(terms: list[TimedAmount]) -> Decimal:
    """The i at which the equation balances: Newton's method, kept inside a bracket by halving it."""
    terms = sorted(terms, key=lambda term: term.whole)
    low, high = Decimal(0), Decimal(1)
    if _value(terms, low)[0] == 0:
        return low
    while _value(terms, high)[0] > 0:
        low, high = high, 2 * high
        if high > _MOST_PER_UNIT:
            paid = sum(term.amount for term in terms if term.amount > 0)
            raise BadInput(field="payments", value=paid, allowed="in proportion to what is advanced")
    rate = low
    while True:
        value, slope = _value(terms, rate)
        low, high = (rate, high) if value > 0 else (low, rate)
        better = rate - value / slope if slope else low
        if not low < better < high:
            better = (low + high) / 2
        if abs(better - rate) <= _CLOSE * (1 + rate):
            return better
        rate = better


def _value(terms: list[TimedAmount], rate: Decimal) -> tuple[Decimal, Decimal]:
    """The present value of payments less advances at `rate` per unit period, and its slope."""
    growth = 1 + rate
    back, discount, whole = 1 / growth, Decimal(1), 0
    value = periods = odd_slope = Decimal(0)
    for term in terms:
        if term.whole > whole:
            # A power of the reciprocal, since one of `growth` may be too large to write; this is 0 then.
            discount *= back if term.whole == whole + 1 else back ** (term.whole - whole)
            whole = term.whole
        present = term.amount * discount
        if term.fraction:
            odd = 1 + term.fraction * rate
            present /= odd
            odd_slope += present * term.fraction / odd
        value += present
        periods += present * whole
    return value, -(periods * back + odd_slope)


def _parse_flows(value: object, field: str) -> list[Flow]:
    flows = []
    for k, item in enumerate(parse_list(value, field, least=1)):
        row = parse_object(item, f"{field}[{k}]", required=("date", "amount"))
        day = parse_date(row["date"], f"{field}[{k}].date")
        flows.append(Flow(day, parse_money(row["amount"], f"{field}[{k}].amount", minimum=CENT)))
    return flows


def _parse_unit(value: object) -> Unit:
    if value in ("semimonth", "year"):
        return Unit(str(value))
    if isinstance(value, list | tuple) and len(value) == 2 and value[0] in ("month", "week"):
        count = parse_count(value[1], "unit[1]", least=1, most=12 if value[0] == "month" else 52)
        return Unit("year") if (value[0], count) == ("month", 12) else Unit(value[0], count)
    raise BadInput(field="unit", value=value, allowed='["month", k], ["week", k], "semimonth" or "year"')
