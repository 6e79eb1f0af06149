"""What a statement says, as it is kept: JSON with amounts as text in dollars and days as YYYY-MM-DD.

The boxes are those of a periodic statement: the amount due and what it is made of, what is late, where payments went
in the month and in the year, every event, and the loan itself. Source: 12 CFR 1026.41(d).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from finance.replay import Position
from ledger.models import Loan, LoanEvent
from servicing.kept import Kept
from servicing.late_fees import next_late_fee
from servicing.payments.selectors import NOT_THE_BORROWERS
from servicing.payments.words import WORDS
from servicing.statements.figures import Figures, Paid, due_after, owed_by

# What moved what is owed, in the order of the sum. The sign is the law's: a statement adds up from top to bottom.
SUMMARY = {
    "opening": "Owed at the start",
    "advanced": "Money we sent you",
    "interest": "Interest",
    "fees": "Fees",
    "payments": "What you paid",
    "other": "Other changes",
    "closing": "Owed at the end",
}
# A statement says how late the loan is from so many days on. Source: 12 CFR 1026.41(d)(8).
SAYS_LATE_FROM = 45


def content_of(loan: Loan, found: Figures, rows: Mapping[int, LoanEvent], brand: str) -> Kept:
    """All that the statement says. rows: {id: event} of the loan; brand: the lender's name as people know it."""
    due, state = due_after(found), found.state
    return {
        "format": 1,
        "lender": loan.legal_entity.name,
        "brand": brand,
        "borrower": loan.borrower.name,
        "loan": loan.number,
        "currency": loan.currency,
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "summary": {name: str(getattr(found, name)) for name in SUMMARY},
        "due": {
            "amount": str(due.amount),
            "on": due.on and due.on.isoformat(),
            "regular": str(due.regular),
            "late": str(due.late),
            "fees": str(due.fees),
            "late_fee": late_fee(found, due.on),
        },
        "late": {
            "days": found.standing.dpd,
            "since": found.standing.next_due_date.isoformat() if found.standing.next_due_date else None,
        }
        if found.standing.dpd >= SAYS_LATE_FROM
        else None,
        "paid": written(found.paid),
        "paid_in_year": written(found.paid_in_year),
        "activity": [
            {
                "on": effect.on.isoformat(),
                "what": WORDS[LoanEvent.Kind(rows[int(effect.event)].kind)],
                "amount": str(effect.cash or owed_by(effect)),
                "change": str(owed_by(effect)),
            }
            for effect in found.moves
            if effect.event and rows[int(effect.event)].kind not in NOT_THE_BORROWERS
        ],
        "account": {
            "principal": str(state.principal),
            "interest": str(state.interest),
            "fees": str(state.fees),
            "held": str(state.unapplied),
            "written_off": str(state.written_off),
            "rate": str(state.rate),
            "last_payment_on": found.terms.schedule[-1].due_date.isoformat(),
        },
    }


def written(paid: Paid) -> dict[str, str]:
    return {name: str(amount) for name, amount in asdict(paid).items()}


def late_fee(found: Figures, due_on: date | None) -> dict[str, str] | None:
    """The late fee that comes if what is due on `due_on` is not paid in time."""
    at = Position(
        as_of=found.ends_on,
        known_on=None,
        terms=found.terms,
        state=found.state,
        arrears=found.standing,
        allocations=[],
    )
    fee = next_late_fee(at)
    return fee.kept if fee and due_on and fee.due_on <= due_on else None


def changes(was: Kept, now: Kept) -> list[dict[str, Any]]:
    """The lines of the sum that a correction changes, each with both figures."""
    return [
        {"label": label, "was": was["summary"][name], "now": now["summary"][name]}
        for name, label in SUMMARY.items()
        if was["summary"][name] != now["summary"][name]
    ]


def same(was: Kept, now: Kept) -> bool:
    """Whether both say the same of the month, whatever the people are called by now."""
    return all(was.get(name) == value for name, value in now.items() if name not in ("lender", "brand", "borrower"))


def sums(content: Kept) -> list[tuple[str, Decimal]]:
    """(words, dollars) of the sum, payments below zero, without lines of nothing; it adds up to what is owed."""
    summary = {name: Decimal(amount) for name, amount in content["summary"].items()}
    summary["payments"] = -summary["payments"]
    always = ("opening", "interest", "payments")
    return [
        (SUMMARY[name], amount) for name, amount in summary.items() if name != "closing" and (amount or name in always)
    ]
