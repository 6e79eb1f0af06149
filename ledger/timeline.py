"""A loan's events as a person reads them: what happened, where the dollars went, what undid it."""

from dataclasses import dataclass
from datetime import date

from finance.allocation import ORDINARY
from finance.replay import Allocation, Position
from ledger.models import LoanEvent
from ledger.standing import Account, event_key
from ledger.terms import in_words

# kind -> (title, meaning)
KINDS = {
    LoanEvent.Kind.DISBURSEMENT: ("Paid out", "information"),
    LoanEvent.Kind.DRAW: ("Drawn", "information"),
    LoanEvent.Kind.RATE_CHANGE: ("Rate changed", "information"),
    LoanEvent.Kind.FEE: ("Fee charged", "attention"),
    LoanEvent.Kind.FEE_WAIVER: ("Fee waived", "information"),
    LoanEvent.Kind.PAYMENT: ("Payment", "good"),
    LoanEvent.Kind.PAYOFF: ("Payoff", "good"),
    LoanEvent.Kind.CREDIT_APPLIED: ("Held money applied", "good"),
    LoanEvent.Kind.REFUND: ("Refunded", "information"),
    LoanEvent.Kind.ESCROW_DEPOSIT: ("Into escrow", "good"),
    LoanEvent.Kind.ESCROW_DISBURSEMENT: ("Out of escrow", "information"),
    LoanEvent.Kind.CAPITALISE_INTEREST: ("Interest capitalised", "information"),
    LoanEvent.Kind.CAPITALISE_FEES: ("Fees capitalised", "information"),
    LoanEvent.Kind.NONACCRUAL: ("Put on non-accrual", "problem"),
    LoanEvent.Kind.RESTORATION: ("Returned to accrual", "good"),
    LoanEvent.Kind.WRITE_OFF: ("Small balance written off", "information"),
    LoanEvent.Kind.CHARGE_OFF: ("Charged off", "problem"),
    LoanEvent.Kind.RECOVERY: ("Recovery", "good"),
    LoanEvent.Kind.LATE_FEE: ("Late fee", "attention"),
    LoanEvent.Kind.SALE: ("Sold", "information"),
    LoanEvent.Kind.BUY_BACK: ("Bought back", "information"),
    LoanEvent.Kind.REVERSAL: ("Reversal", "attention"),
}
# Who did it, where nobody signed in did.
SOURCES = {"night": "the night", "boarding": "the boarding of the tape", "demo": "the demo"}


@dataclass(frozen=True, slots=True)
class Line:
    """One event. undone_by: the reversal that took it back, as known on the day shown.  split: where a payment went."""

    event: LoanEvent
    title: str
    meaning: str
    by: str
    undone_by: LoanEvent | None
    split: Allocation | None

    @property
    def parts(self) -> list[tuple[str, object]]:
        """(what, dollars) of a payment, only what is not zero."""
        if self.split is None:
            return []
        names = ("fees", "interest", "principal", "unapplied", "recovered")
        words = ("Fees", "Interest", "Principal", "Held", "Recovered")
        return [(word, part) for name, word in zip(names, words, strict=True) if (part := getattr(self.split, name))]


def timeline(account: Account, at: Position) -> list[Line]:
    """The events that the day shown knows of, the latest first."""
    known = [row for row in account.events if counts(row, at.as_of, at.known_on)]
    undone = {row.target_id: row for row in known if row.kind == LoanEvent.Kind.REVERSAL}
    splits = {split.event: split for split in at.allocations}
    return [line_of(row, undone.get(row.pk), splits.get(event_key(row.pk))) for row in reversed(known)]


def counts(row: LoanEvent, as_of: date, known_on: date | None) -> bool:
    return row.effective_on <= as_of and (known_on is None or row.recorded_on <= known_on)


def line_of(row: LoanEvent, undone_by: LoanEvent | None = None, split: Allocation | None = None) -> Line:
    title, meaning = KINDS[LoanEvent.Kind(row.kind)]
    if row.principal_only:
        title = "Payment, principal only"
    elif row.purpose != ORDINARY:
        title = f"Payment: {in_words(row.purpose).lower()}"
    elif row.kind == LoanEvent.Kind.REVERSAL and row.target is not None:
        title = f"{KINDS[LoanEvent.Kind(row.target.kind)][0]} reversed"
    return Line(row, title, meaning, by_whom(row), undone_by, split)


def by_whom(row: LoanEvent) -> str:
    """Who entered it, or what did."""
    if row.by is None:
        return SOURCES.get(row.source, row.source)
    return f"{row.by} in the portal" if row.source == "portal" else str(row.by)
