"""The derivation of what a borrower is charged beside interest: late fees, prepayment charges, factor rates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from finance.duedates import months_and_days
from finance.explain import Step, derived, given, rounded
from finance.factor_rate import FactorTerms, factor_on, payoff_of, reconciliation
from finance.latefees import fee_amount
from finance.money import CENT, ZERO
from finance.prepayment import (
    MonthsOfInterest,
    PercentSteps,
    Prepayment,
    YieldMaintenance,
    interest_charge,
    loan_year,
    maintenance_charge,
    steps_charge,
)
from finance.terms import Instalment, LateFeeCap, LateFeeRule

_JOINED = {"sum": "sum", "greater": "greatest", "lesser": "least"}
_NOTHING = given("Nothing", ZERO)


def explain_late_fee(
    rule: LateFeeRule, instalment: Decimal, rounding: str = "HALF_UP", *, unpaid: Decimal | None = None
) -> Step:
    """The fee of finance.latefees.fee_amount: what the contract asks for, and the most that law allows of it."""
    parts = [] if rule.flat is None else [given("Flat fee", rule.flat)]
    if rule.percent is not None:
        exact = _share("Percentage of the instalment, exact", given("Instalment", instalment), rule.percent)
        parts.append(rounded("Percentage of the instalment", exact, rounding=rounding))
    fee = derived(_JOINED[rule.combine], f"By the contract, the {rule.combine}", parts)
    if rule.cap is not None and (limits := _limits(rule.cap, instalment, instalment if unpaid is None else unpaid)):
        most = derived(_JOINED[rule.cap.combine], f"Allowed by law, {rule.cap.citation}", limits)
        fee = derived("least", "Not above what law allows", [fee, most])
    return derived("sum", "Late fee", [fee], value=fee_amount(rule, instalment, rounding, unpaid=unpaid))


def explain_steps_charge(rule: PercentSteps, prepayment: Prepayment, rounding: str = "HALF_UP") -> Step:
    """The charge by the percentage of the loan's year."""
    year = loan_year(prepayment.started_on, prepayment.on)
    percent = rule.percents[year - 1] if year <= len(rule.percents) else ZERO
    exact = _share(f"Charge of year {year}, exact", _charged(prepayment, rule.free_percent), percent)
    return rounded("Prepayment charge", exact, steps_charge(rule, prepayment, rounding), rounding=rounding)


def explain_interest_charge(rule: MonthsOfInterest, prepayment: Prepayment, rounding: str = "HALF_UP") -> Step:
    """The charge of months of interest at the note's rate; nothing after its last day."""
    charge = interest_charge(rule, prepayment, rounding)
    if rule.through is not None and prepayment.on > rule.through:
        return given(f"Prepayment charge: none after {rule.through}", charge)
    yearly = _share("Interest of a year", _charged(prepayment, rule.free_percent), prepayment.rate)
    months = derived("quotient", "Part of a year", [given("Months", rule.months, "count"), _count(12)], "number")
    exact = derived("product", "Charge, exact", [yearly, months])
    return rounded("Prepayment charge", exact, charge, rounding=rounding)


def explain_maintenance_charge(
    rule: YieldMaintenance,
    prepayment: Prepayment,
    coming: Sequence[Instalment],
    reinvestment_yield: Decimal,
    rounding: str = "HALF_UP",
) -> Step:
    """The charge that makes the yield whole: each instalment to come at its present value, less the balance."""
    charge = maintenance_charge(rule, prepayment, coming, reinvestment_yield, rounding)
    if rule.open_from is not None and prepayment.on >= rule.open_from:
        return given(f"Prepayment charge: none from {rule.open_from} on", charge)
    yearly = [given("Reinvestment yield", reinvestment_yield, "percent"), given("Spread", rule.spread, "percent")]
    a_year = derived("percent as a number", "Yield", [derived("sum", "Yield and spread", yearly, "percent")], "number")
    monthly = derived("quotient", "Yield a month", [a_year, _count(12)], "number")
    worth = [_present_value(row, prepayment.on, monthly) for row in coming]
    balance, prepaid = given("Balance", prepayment.balance), given("Prepaid", prepayment.prepaid)
    lost = derived("difference", "Lost", [derived("sum", "Worth of what was to come", worth), balance])
    part = derived("quotient", "Part prepaid", [prepaid, balance], "number")
    least = _share("At least", prepaid, rule.minimum_percent)
    exact = derived("greatest", "Charge, exact", [least, derived("product", "Lost of the part", [lost, part])])
    return rounded("Prepayment charge", exact, charge, rounding=rounding)


def explain_factor_cost(terms: FactorTerms) -> Step:
    """The finance charge of receipts bought at a factor."""
    parts = [_bought(terms, terms.factor, terms.purchased), given("Fees withheld", terms.fees_withheld)]
    asked = derived("sum", "Paid for the advance", parts)
    return derived("difference", "Finance charge", [asked, given("Advance", terms.advance)], value=terms.cost)


def explain_factor_payoff(terms: FactorTerms, on: date, collected: Decimal) -> Step:
    """What settles a purchase of receipts on a date, after what was collected; not below zero."""
    bought = _bought(terms, factor_on(terms, on))
    left = derived("difference", "Left", [bought, given("Collected", collected)])
    return derived("greatest", f"Payoff on {on}", [_NOTHING, left], value=payoff_of(terms, on, collected))


def explain_reconciliation(specified_percentage: Decimal, receipts: Decimal, collected: Decimal) -> Step:
    """A true-up: what was collected less the specified percentage of the receipts."""
    exact = _share("Of the receipts, exact", given("Receipts", receipts), specified_percentage)
    parts = [given("Collected", collected), rounded("Of the receipts", exact)]
    value = reconciliation(specified_percentage, receipts, collected)
    return derived("difference", "Goes back to the merchant", parts, value=value)


def _limits(cap: LateFeeCap, instalment: Decimal, unpaid: Decimal) -> list[Step]:
    limits = [] if cap.flat is None else [given("Amount the law names", cap.flat)]
    if cap.percent is not None:
        base = given("Unpaid", unpaid) if cap.basis == "unpaid" else given("Instalment", instalment)
        exact = _share("Lawful percentage, exact", base, cap.percent)
        limits.append(derived("cut", "Lawful percentage, cut to the cent", [exact], to=str(CENT)))
    return limits


def _charged(prepayment: Prepayment, free_percent: Decimal) -> Step:
    """Of a prepayment, what is beyond the share that is free in its loan year."""
    prepaid, before = given("Prepaid", prepayment.prepaid), given("Prepaid before", prepayment.prepaid_before)
    free = rounded("Free each year", _share("Free, exact", given("First lent", prepayment.original), free_percent))
    left = derived("greatest", "Free still", [_NOTHING, derived("difference", "Free less used", [free, before])])
    return derived("difference", "Charged for", [prepaid, derived("least", "Free of it", [prepaid, left])])


def _present_value(row: Instalment, on: date, monthly: Step) -> Step:
    """An instalment in m months and d days: amount / ((1 + d i / 30)(1 + i)^m)."""
    months, days = months_and_days(on, row.due_date, row.due_date.day)
    one = given("One", 1, "number")
    grown = derived(
        "power",
        "Growth of whole months",
        [derived("sum", "Growth of a month", [one, monthly], "number"), given("Whole months", months, "count")],
        "number",
    )
    part = derived("quotient", "Part of a month", [given("Days left", days, "days"), _count(30)], "number")
    odd = derived("product", "Yield of the days left", [part, monthly], "number")
    growth = derived("product", "Growth", [grown, derived("sum", "Growth of the days", [one, odd], "number")], "number")
    return derived("quotient", f"Instalment of {row.due_date}, today", [given("Instalment", row.amount), growth])


def _bought(terms: FactorTerms, factor: Decimal, value: Decimal | None = None) -> Step:
    parts = [given("Advance", terms.advance), given("Factor", factor, "number")]
    return rounded("Receipts bought", derived("product", "Receipts bought, exact", parts), value)


def _share(label: str, amount: Step, percent: Decimal) -> Step:
    part = derived("percent as a number", "Percent as a number", [given("Percent", percent, "percent")], "number")
    return derived("product", label, [amount, part])


def _count(number: int) -> Step:
    return given(str(number), Fraction(number), "count")
