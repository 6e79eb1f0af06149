"""Late fees: which instalments earn one at the end of a day, and how much."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from finance.ageing import is_met
from finance.interest import simple_interest
from finance.loan_state import Event, State
from finance.money import ZERO, cents
from finance.terms import Instalment, LateFeeRule, LoanTerms


def fee_amount(rule: LateFeeRule, instalment: Decimal, rounding: str = "HALF_UP") -> Decimal:
    """The fee, in dollars, for an instalment of that scheduled amount."""
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
    return instalment.due_date + timedelta(rule.grace_days)


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
    nor after it is charged off. The id is "late-fee-K", K counted from 1: the same instalment, the same id.

    Late fees never breed late fees: cash that went to earlier late fees counts as if it had filled instalments, so a
    borrower who pays each instalment in full and on time is charged for the one that was late, and no other.
    Source: 16 CFR 444.4 and 12 CFR 1026.36(c)(2), pyramiding of late fees.
    """
    rule = terms.late_fee
    if rule is None or state.charged_off or state.totals.disbursed == 0:
        return []
    if instalments is None:
        instalments = assessment_days(terms, through=on).get(on, [])
    slack = min(state.totals.paid_fees, state.totals.late_fees)
    to_come = simple_interest(state.principal, state.rate, terms.day_count, state.accrued_through or on, on)
    total_owed = state.principal + max(ZERO, cents(state.accrued + to_come, state.rounding))
    fees = []
    for k in instalments:
        amount = fee_amount(rule, terms.schedule[k].amount, terms.rounding)
        if amount > 0 and not is_met(terms, state, k, total_owed, slack=slack):
            fees.append(Event(id=f"late-fee-{k + 1}", kind="late_fee", on=on, amount=amount))
    return sorted(fees, key=lambda event: event.order)
