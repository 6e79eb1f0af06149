"""Where a payment goes, in the borrower's words."""

from collections.abc import Sequence
from decimal import Decimal

from finance.replay import Allocation
from ledger.models import LoanEvent

PARTS = {"fees": "Fees", "interest": "Interest up to that day", "principal": "The money you borrowed"}

# What happened, in the borrower's words.
WORDS = {
    LoanEvent.Kind.DISBURSEMENT: "We sent you money",
    LoanEvent.Kind.DRAW: "We sent you money",
    LoanEvent.Kind.RATE_CHANGE: "Your rate changed",
    LoanEvent.Kind.MODIFICATION: "Your terms changed",
    LoanEvent.Kind.FEE: "A fee",
    LoanEvent.Kind.FEE_WAIVER: "A fee we let you off",
    LoanEvent.Kind.PAYMENT: "You paid",
    LoanEvent.Kind.PAYOFF: "You paid the loan off",
    LoanEvent.Kind.CREDIT_APPLIED: "Your loan was paid with money we held for you",
    LoanEvent.Kind.REFUND: "We paid you back",
    LoanEvent.Kind.ESCROW_DEPOSIT: "You paid for taxes and insurance",
    LoanEvent.Kind.ESCROW_DISBURSEMENT: "We paid taxes or insurance for you",
    LoanEvent.Kind.CAPITALISE_INTEREST: "Interest was added to your loan",
    LoanEvent.Kind.CAPITALISE_FEES: "Fees were added to your loan",
    LoanEvent.Kind.WRITE_OFF: "We let you off the rest",
    LoanEvent.Kind.CHARGE_OFF: "We wrote the loan off",
    LoanEvent.Kind.RECOVERY: "You paid",
    LoanEvent.Kind.LATE_FEE: "A late fee",
    LoanEvent.Kind.SALE: "Your loan has a new owner",
    LoanEvent.Kind.BUY_BACK: "Your loan is with us again",
}


def parts_of(split: Allocation, order: Sequence[str]) -> list[tuple[str, Decimal]]:
    """(what, dollars) of a payment in the loan's own order, with what is held or recovered only where there is some."""
    rows = [] if split.recovered else [(PARTS[part], getattr(split, part)) for part in order]
    rows += [("What we had written off", split.recovered)] if split.recovered else []
    rows += [("Held for you", split.unapplied)] if split.unapplied else []
    return rows


def order_in_words(order: Sequence[str]) -> str:
    """fees, then interest up to that day, then the money you borrowed"""
    return ", then ".join(PARTS[part][0].lower() + PARTS[part][1:] for part in order)
