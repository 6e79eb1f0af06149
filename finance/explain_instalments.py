"""The derivation of a loan whose interest belongs to its instalments, from the position that its replay left behind."""

from finance.explain import Step, derived, elapsed, given, rounded
from finance.explain_schedule import explain_accrued
from finance.instalment_loan import Earning, Stretch
from finance.instalments import InstalmentPosition, InstalmentRow
from finance.money import ZERO, from_cents, to_cents
from finance.rebates import actuarial_rate, earned_by_row
from finance.schedule import Schedule

FIGURES = ("principal", "accrued_interest", "fees", "unapplied", "payoff", "past_due_amount", "dpd")


def explain_position(position: InstalmentPosition, name: str) -> Step:
    """How one of principal, accrued_interest, fees, unapplied, payoff, past_due_amount or dpd came about."""
    return _POSITION[name](position)


def explain_instalment(position: InstalmentPosition, k: int, figure: str = "outstanding") -> Step:
    """How the amount, outstanding or closing of instalment `k` (counted from 1) came about."""
    row = position.rows[k - 1]
    if figure == "closing":
        parts = [given(f"Opening balance of {k}", row.opening), given(f"Principal of {k}", row.principal)]
        parts.append(given("Prepaid beside the instalments", row.prepayment))
        return derived("difference", f"Balance after instalment {k}", parts, value=row.closing)
    return _amount(row) if figure == "amount" else _outstanding(row)


def explain_earned(schedule: Schedule, earning: str, k: int) -> Step:
    """The interest earned in row `k` (counted from 1) of a schedule, by one of finance.rebates.EARNINGS."""
    terms, label = schedule.basis.terms, f"Interest earned in row {k}"
    by_row = [from_cents(part) for part in earned_by_row(terms, schedule, earning)]
    if earning == "schedule":
        return derived("sum", label, [explain_accrued(schedule, k)], value=by_row[k - 1])
    total, before = given("All interest", schedule.total_interest), by_row[: k - 1]
    if earning == "rule_of_78":
        parts = [_digits(total, len(by_row), through, terms.rounding) for through in (k, k - 1)]
        return derived("difference", label, parts, value=by_row[k - 1])
    earlier = [given(f"Earned in row {place + 1}", amount) for place, amount in enumerate(before)]
    left = derived("difference", "Left of all interest", [total, *earlier])
    found = actuarial_rate(
        to_cents(terms.principal), [to_cents(row.payment) for row in schedule.rows], schedule.basis.rates.of_row
    )
    if k == len(by_row):
        return derived("sum", f"{label}: the rest", [left], value=by_row[k - 1])
    if found is None:
        return given(f"{label}: none", by_row[k - 1])
    rate, spans = found
    paid = [given(f"Payment {row.k}", -row.payment) for row in schedule.rows[: k - 1]]
    balance = derived("sum", "Balance", [given("Principal", terms.principal), *earlier, *paid])
    parts = [
        balance,
        given("Rate of the longest period", rate, "number"),
        given("Length in it", spans[k - 1], "number"),
    ]
    own = rounded(f"{label}, rounded", derived("product", f"{label}, exact", parts), rounding=terms.rounding)
    return derived("least", label, [own, left], value=by_row[k - 1])


def _digits(total: Step, n: int, through: int, rounding: str) -> Step:
    """What the sum of the digits has earned through a row: n parts in the first, one in the last."""
    parts = given("Parts so far", through * (2 * n - through + 1) // 2, "count")
    share = derived("quotient", "Share", [parts, given("Parts in all", n * (n + 1) // 2, "count")], "number")
    exact = derived("product", f"Earned through row {through}, exact", [total, share])
    return rounded(f"Earned through row {through}", exact, rounding=rounding)


def _principal(position: InstalmentPosition) -> Step:
    parts = [given("Disbursed", position.totals.disbursed), *_paid(position, "principal")]
    return derived("difference", f"Principal on {position.as_of}", parts, value=position.principal)


def _accrued(position: InstalmentPosition) -> Step:
    label = f"Interest earned by {position.as_of}"
    basis = position.basis
    if basis.closed:
        earned = given(f"Interest the payoff of {basis.closed} settled", basis.earned)
    else:
        earned = derived("sum", label, [_earning(position, each) for each in basis.earnings], value=basis.earned)
    parts = [earned, *_paid(position, "interest")]
    return derived("difference", f"Interest on {position.as_of}", parts, value=position.accrued_interest)


def _fees(position: InstalmentPosition) -> Step:
    totals = position.totals
    parts = [given("Charged", totals.fees_assessed), given("Waived", totals.fees_waived), *_paid(position, "fees")]
    return derived("difference", f"Fees on {position.as_of}", parts, value=position.fees)


def _unapplied(position: InstalmentPosition) -> Step:
    label = f"Held unapplied on {position.as_of}"
    return derived("sum", label, _paid(position, "unapplied"), value=position.unapplied)


def _payoff(position: InstalmentPosition) -> Step:
    """All that is owed; interest paid ahead and not earned is deducted."""
    parts = [_principal(position), given("Interest of a payoff", position.payoff_interest), _fees(position)]
    owed = derived("sum", "Owed in all", parts)
    return derived("greatest", f"Payoff on {position.as_of}", [owed, given("Nothing", ZERO)], value=position.payoff)


def _past_due(position: InstalmentPosition) -> Step:
    label = f"Past due on {position.as_of}"
    if not position.dpd:
        return given(f"{label}: no instalment is unmet", ZERO)
    parts = []
    for row, fees in zip(position.rows, position.basis.unpaid_fees, strict=True):
        if row.due_date < position.as_of:
            lacks = [_outstanding(row), given("Fees of it, which never make a loan late", fees)]
            parts.append(derived("difference", f"Instalment {row.k} lacks", lacks))
    return derived("sum", label, parts, value=position.past_due_amount)


def _days_past_due(position: InstalmentPosition) -> Step:
    label = f"Days past due on {position.as_of}"
    if not position.dpd or position.next_due_date is None:
        return given(f"{label}: no instalment is unmet", 0, "days")
    oldest = position.next_due_date
    days = elapsed(f"Days from {oldest}, the oldest unmet instalment", "ACT/365F", oldest, position.as_of)
    return derived("sum", label, [days], "days", position.dpd)


def _amount(row: InstalmentRow) -> Step:
    parts = [given(f"{part.capitalize()} of {row.k}", getattr(row, part)) for part in ("interest", "principal", "fees")]
    return derived("sum", f"Instalment {row.k}, due {row.due_date}", parts, value=row.amount)


def _outstanding(row: InstalmentRow) -> Step:
    parts = [_amount(row), given(f"Paid of {row.k}", row.paid)]
    return derived("difference", f"Outstanding of instalment {row.k}", parts, value=row.outstanding)


def _earning(position: InstalmentPosition, earning: Earning) -> Step:
    label, interest = f"Interest earned in period {earning.k}", from_cents(earning.interest)
    basis = position.basis
    if not earning.stretches:
        return derived("sum", label, [explain_earned(basis.schedule, basis.terms.earning, earning.k)], value=interest)
    exact = derived("sum", f"{label}, exact", [_stretch(each) for each in earning.stretches])
    return rounded(label, exact, interest, rounding=basis.terms.schedule.rounding)


def _stretch(each: Stretch) -> Step:
    days = elapsed(f"Days from {each.start} to {each.end}", "ACT/365F", each.start, each.end)
    part = derived("quotient", "Part of the period", [days, given("Its days", each.length, "days")], "number")
    whole = given("Interest of the whole period", each.whole / 100)
    return derived("product", f"Interest from {each.start} to {each.end}", [whole, part], value=each.interest / 100)


def _paid(position: InstalmentPosition, part: str) -> list[Step]:
    """That part of every payment that has any."""
    return [
        given(f"Payment {allocation.event} of {allocation.on}", amount)
        for allocation in position.allocations
        if (amount := getattr(allocation, part))
    ]


_POSITION = {
    "principal": _principal,
    "accrued_interest": _accrued,
    "fees": _fees,
    "unapplied": _unapplied,
    "payoff": _payoff,
    "past_due_amount": _past_due,
    "dpd": _days_past_due,
}
