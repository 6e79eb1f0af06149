"""What each business event posts: a table from effects to journal lines. The roles are those of the chart of accounts.

An effect changes balances (finance.replay.Effect); the recipe says which account each change is against. Amounts are
signed, debits positive, and every recipe's lines add up to zero.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from finance.loan_state import Effect

# Receivables go up with a debit; what is held for the borrower goes up with a credit.
RECEIVABLES = ("principal", "interest", "fees")

# Where the other side of a change goes, by kind of effect and part. docs/events.md shows the same table in words.
AGAINST: dict[str, dict[str, str]] = {
    "disburse": {"principal": "cash"},
    "accrual": {"interest": "interest_income"},
    "payment": {"cash": "cash", "income": "interest_income"},
    "payoff": {"cash": "cash", "income": "interest_income"},
    "fee": {"fees": "fee_income"},
    "late_fee": {"fees": "fee_income"},
    "fee_waiver": {"fees": "fees_waived"},
    "charge_off": {
        "principal": "principal_charged_off",
        "interest": "interest_written_off",
        "fees": "fees_written_off",
    },
    "recovery": {"cash": "cash", "recovered": "recoveries"},
    "rate_change": {},
    "modification": {
        "income": "interest_income",
        "interest_waived": "interest_waived",
        "fees_waived": "fees_waived",
    },
}

Lines = dict[str, Decimal]


def lines_of(effect: Effect) -> Lines:
    """{role: signed amount} of one effect; empty when it moves nothing in the books."""
    against = AGAINST[effect.kind]
    lines: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in RECEIVABLES:
        change = getattr(effect, part)
        lines[part] += change
        if part in against:
            lines[against[part]] -= change
    lines["unapplied"] -= effect.unapplied
    if "cash" in against:
        lines[against["cash"]] += effect.cash
    for part in ("income", "recovered"):
        if part in against:
            lines[against[part]] -= getattr(effect, part)
    for part in ("interest_waived", "fees_waived"):
        if part in against:
            lines[against[part]] += getattr(effect, part)
    assert sum(lines.values()) == 0, effect
    return {role: amount for role, amount in lines.items() if amount}


def desired(effects: Iterable[Effect]) -> tuple[dict[date, Decimal], dict[tuple[date, str], Decimal]]:
    """What a replayed loan should show: interest accrued by date, and everything else by date and role."""
    accrued: defaultdict[date, Decimal] = defaultdict(Decimal)
    posted: defaultdict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for effect in effects:
        if effect.kind == "accrual":
            accrued[effect.on] += effect.interest
            continue
        for role, amount in lines_of(effect).items():
            posted[effect.on, role] += amount
    return accrued, posted
