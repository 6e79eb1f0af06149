"""Where a payment goes, in the borrower's words."""

from collections.abc import Sequence
from decimal import Decimal

from finance.replay import Allocation

WORDS = {"fees": "Fees", "interest": "Interest up to that day", "principal": "The money you borrowed"}


def parts_of(split: Allocation, order: Sequence[str]) -> list[tuple[str, Decimal]]:
    """(what, dollars) of a payment in the loan's own order, with what is held or recovered only where there is some."""
    rows = [] if split.recovered else [(WORDS[part], getattr(split, part)) for part in order]
    rows += [("What we had written off", split.recovered)] if split.recovered else []
    rows += [("Held for you", split.unapplied)] if split.unapplied else []
    return rows


def order_in_words(order: Sequence[str]) -> str:
    """fees, then interest up to that day, then the money you borrowed"""
    return ", then ".join(WORDS[part][0].lower() + WORDS[part][1:] for part in order)
