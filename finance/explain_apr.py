"""The derivation of an annual percentage rate: it brings what is paid and what was advanced to the same value."""

from decimal import Decimal
from fractions import Fraction

from finance.apr import AprResult, TimedAmount
from finance.explain import Step, derived, given, rounded

_SMALL = Fraction(1, 10**20)
_TWELVE = Decimal("1E-12")


def explain_apr(result: AprResult) -> Step:
    """The rate a year from the rate per unit period, and under that every advance and payment at its present value.

    The rate per unit period is found by trial; what proves it is that the present values come to nothing.
    """
    found = result.basis.per_unit
    values = [_present_value(term, given("Rate per unit period", found, "number")) for term in result.basis.terms]
    worth = derived("sum", "Payments less advances, at their present value", values)
    advanced = sum((Fraction(-term.amount) for term in result.basis.terms if term.amount < 0), Fraction(0))
    within = str(_SMALL * advanced)
    per_unit = derived("root", "Rate per unit period", [worth], "number", found, found=str(found), within=within)
    unit = result.unit
    name = unit.kind if unit.count == 1 else f"{unit.count} {unit.kind}s"
    per_year = given(f"Unit periods a year, of a {name.replace('_', ' ')}", unit.per_year, "number")
    exact = derived(
        "number as a percent",
        "Rate a year, exact",
        [derived("product", "Rate a year", [per_unit, per_year], "number")],
        "percent",
    )
    return rounded("Annual percentage rate", exact, result.rate, to=_TWELVE)


def explain_finance_charge(result: AprResult) -> Step:
    """All that is paid less all that was advanced."""
    flows = [given(_name(term), term.amount) for term in result.basis.terms]
    return derived("sum", "Finance charge", flows, value=result.finance_charge)


def _present_value(term: TimedAmount, rate: Step) -> Step:
    parts = [
        given(_name(term), term.amount),
        rate,
        given("Whole unit periods", term.whole, "count"),
        given("Fraction of one", term.fraction, "number"),
    ]
    return derived("present value", f"{_name(term)}, at its present value", parts)


def _name(term: TimedAmount) -> str:
    return f"{'Payment' if term.amount > 0 else 'Advance'} of {term.date}"
