"""Late fees: which instalments earn one at the end of a day, and how much."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from finance.ageing import is_met
from finance.interest import simple_interest
from finance.loan_state import Event, State
from finance.money import ZERO, cents, from_cents
from finance.terms import Instalment, LateFeeCap, LateFeeRule, LoanTerms


def fee_amount(
    rule: LateFeeRule, instalment: Decimal, rounding: str = "HALF_UP", *, unpaid: Decimal | None = None
) -> Decimal:
    """The fee, in dollars, for an instalment of that scheduled amount: never above the rule's cap.

    unpaid: of the instalment, for a cap that is a share of it; None is all.
    """
    fee = _contract_fee(rule, instalment, rounding)
    most = None if rule.cap is None else most_allowed(rule.cap, instalment, instalment if unpaid is None else unpaid)
    return fee if most is None else min(fee, most)


def most_allowed(cap: LateFeeCap, instalment: Decimal, unpaid: Decimal) -> Decimal | None:
    """The highest lawful fee, in dollars; None where the law sets no amount. A share is cut to the cent, never rounded
    up, since a cent above it is already too much."""
    parts = [] if cap.flat is None else [cap.flat]
    if cap.percent is not None:
        base = unpaid if cap.basis == "unpaid" else instalment
        parts.append(from_cents(floor(Fraction(base) * Fraction(cap.percent))))
    if not parts:
        return None
    return max(parts) if cap.combine == "greater" else min(parts)


def fee_id(version: int, number: int) -> str:
    """The id of the late fee of an instalment, numbered from 1, of a version of the schedule: late-fee-3, or once the
    terms were modified late-fee-2.3."""
    return f"late-fee-{number}" if version == 1 else f"late-fee-{version}.{number}"


def parse_fee_id(given: str) -> tuple[int, int]:
    """(version, number) of the instalment that a late fee's id names."""
    version, _, number = given.removeprefix("late-fee-").rpartition(".")
    return int(version or 1), int(number)


def _contract_fee(rule: LateFeeRule, instalment: Decimal, rounding: str) -> Decimal:
    parts = [] if rule.flat is None else [rule.flat]
    if rule.percent is not None:
        parts.append(cents(Fraction(instalment) * Fraction(rule.percent) / 100, rounding))
    if rule.combine == "sum":
        return sum(parts, ZERO)
    return max(parts) if rule.combine == "greater" else min(parts)


def assessment_date(rule: LateFeeRule, instalment: Instalment) -> date | None:
    """The day at whose end the instalment is looked at; None when the rule does not reach back to it."""
    if rule.assessed_from is not None and instalment.due_date < rule.assessed_from:
        return None
    return instalment.due_date + timedelta(max(rule.grace_days, rule.cap.grace_days if rule.cap else 0))


def assessment_days(terms: LoanTerms, *, through: date) -> dict[date, list[int]]:
    """Every day up to `through` at whose end instalments are looked at, and which: counted from 0."""
    days: defaultdict[date, list[int]] = defaultdict(list)
    if terms.late_fee is not None:
        for k, row in enumerate(terms.schedule):
            on = assessment_date(terms.late_fee, row)
            if on is not None and on <= through and row.amount > 0:
                days[on].append(k)
    return days


def late_fees(terms: LoanTerms, state: State, on: date, instalments: Iterable[int] | None = None) -> list[Event]:
    """The late fees to assess at the end of `on`, once all else that happened that day is in `state`.

    instalments: those to look at, counted from 0; None is those whose day is `on`. Never before the loan is paid out
    nor after it is charged off. The same instalment has the same id, `fee_id`.

    Late fees never breed late fees: cash that went to earlier late fees counts as if it had filled instalments, so a
    borrower who pays each instalment in full and on time is charged for the one that was late, and no other.
    Source: 16 CFR 444.4 and 12 CFR 1026.36(c)(2), pyramiding of late fees.
    """
    rule = terms.late_fee
    if rule is None or state.gone or state.totals.disbursed == 0:
        return []
    if instalments is None:
        instalments = assessment_days(terms, through=on).get(on, [])
    slack = min(state.totals.paid_fees, state.totals.late_fees)
    to_come = simple_interest(state.principal, state.rate, terms.day_count, state.accrued_through or on, on)
    total_owed = state.principal + max(ZERO, cents(state.accrued + to_come, state.rounding))
    fees = []
    for k in instalments:
        row = terms.schedule[k]
        unpaid = max(ZERO, min(row.amount, terms.cumulative[k] - state.credit - slack))
        amount = fee_amount(rule, row.amount, terms.rounding, unpaid=unpaid)
        if amount > 0 and not is_met(terms, state, k, total_owed, slack=slack):
            fees.append(Event(id=fee_id(terms.version, k + 1), kind="late_fee", on=on, amount=amount))
    return sorted(fees, key=lambda event: event.order)
