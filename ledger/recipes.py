"""What each business event posts: a table from effects to journal lines. The roles are those of the chart of accounts.

An effect changes balances (finance.replay.Effect); the recipe says which account each change is against. Amounts are
signed, debits positive, and every recipe's lines add up to zero.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from finance.loan_state import Effect

# Receivables go up with a debit. What is held for the borrower goes up with a credit, and so do the two accounts that
# stand against receivables of a loan on non-accrual.
RECEIVABLES = ("principal", "interest", "fees")
CREDITS = ("unapplied", "escrow", "suspense", "applied")

# Interest that is in suspense or applied to principal is taken out of income, and comes back to it.
NOT_INCOME = {"suspense": "interest_income", "applied": "interest_income"}

# Where the other side of a change goes, by kind of effect and part. docs/events.md shows the same table in words.
AGAINST: dict[str, dict[str, str]] = {
    "disburse": {"principal": "cash"},
    "accrual": {"interest": "interest_income"},
    "payment": {"cash": "cash", "income": "interest_income", **NOT_INCOME},
    "payoff": {"cash": "cash", "income": "interest_income", **NOT_INCOME},
    "credit_applied": {"income": "interest_income", "recovered": "recoveries", **NOT_INCOME},
    "refund": {"cash": "cash"},
    "escrow_deposit": {"cash": "cash"},
    "escrow_disbursement": {"cash": "cash"},
    "capitalise_interest": {"income": "interest_income", **NOT_INCOME},
    "capitalise_fees": {},
    "nonaccrual": NOT_INCOME,
    "restoration": NOT_INCOME,
    "fee": {"fees": "fee_income"},
    "late_fee": {"fees": "fee_income"},
    "fee_waiver": {"fees": "fees_waived"},
    "charge_off": {
        "principal": "principal_charged_off",
        "interest": "interest_written_off",
        "fees": "fees_written_off",
        "suspense": "interest_written_off",
        "applied": "principal_charged_off",
    },
    "write_off": dict.fromkeys((*RECEIVABLES, "suspense", "applied"), "small_balances"),
    "sale": {"cash": "cash", "gain": "sale_of_loans"},
    "buy_back": {"cash": "cash", "gain": "sale_of_loans"},
    # What befalls a loan while another owns it.
    "sold": {},
    "recovery": {"cash": "cash", "recovered": "recoveries"},
    "rate_change": {},
    "modification": {
        "income": "interest_income",
        "interest_waived": "interest_waived",
        "fees_waived": "fees_waived",
        **NOT_INCOME,
    },
}

Lines = dict[str, Decimal]


def lines_of(effect: Effect) -> Lines:
    """{role: signed amount} of one effect; empty when it moves nothing in the books."""
    against = AGAINST[effect.kind]
    if effect.interest_waived:  # what was in suspense never was income, so it is no loss either
        against = against | {"suspense": "interest_waived"}
    lines: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in RECEIVABLES:
        change = getattr(effect, part)
        lines[part] += change
        if part in against:
            lines[against[part]] -= change
    for part in CREDITS:
        change = getattr(effect, part)
        lines[part] -= change
        if part in against:
            lines[against[part]] += change
    if "cash" in against:
        lines[against["cash"]] += effect.cash
    for part in ("income", "recovered", "gain"):
        if part in against:
            lines[against[part]] -= getattr(effect, part)
    for part in ("interest_waived", "fees_waived"):
        if part in against:
            lines[against[part]] += getattr(effect, part)
    assert sum(lines.values()) == 0, effect
    return {role: amount for role, amount in lines.items() if amount}


def desired(
    effects: Iterable[Effect],
) -> tuple[dict[date, Decimal], dict[date, Decimal], dict[tuple[date, str], Decimal]]:
    """What a replayed loan should show: interest accrued by date, what of it was suspended, and everything else by
    date and role."""
    accrued: defaultdict[date, Decimal] = defaultdict(Decimal)
    suspended: defaultdict[date, Decimal] = defaultdict(Decimal)
    posted: defaultdict[tuple[date, str], Decimal] = defaultdict(Decimal)
    for effect in effects:
        if effect.kind == "accrual":
            accrued[effect.on] += effect.interest
            suspended[effect.on] += effect.suspense
            continue
        for role, amount in lines_of(effect).items():
            posted[effect.on, role] += amount
    return accrued, suspended, posted
