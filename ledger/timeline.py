"""A loan's events as a person reads them: what happened, where the dollars went, what undid it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, overload

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
    LoanEvent.Kind.MODIFICATION: ("Terms changed", "information"),
    LoanEvent.Kind.REVERSAL: ("Reversal", "attention"),
}
# act of a modification -> title
CHANGES_OF_TERMS = {
    "recast_loan": "Recast",
    "change_rate_and_payment": "Rate and payment changed",
    "extend_loan": "Term extended",
    "defer_instalments": "Instalments deferred",
    "change_due_day": "Due day changed",
    "re_amortise_loan": "Re-amortised",
    "re_age_loan": "Re-aged",
    "restructure_loan": "Restructured",
    "transfer_loan": "Moved to another product",
}
# What a modification may change: in words, and what kind of figure it is. The first ones stand in the timeline.
CHANGED = {
    "product": ("Product", "words"),
    "day_count": ("Day count", "words"),
    "payment": ("Payment", "money"),
    "rate": ("Rate", "rate"),
    "next_due_date": ("Next due", "day"),
    "maturity": ("Last due", "day"),
    "instalments_to_come": ("Instalments to come", "count"),
    "days_past_due": ("Days late", "count"),
    "past_due_amount": ("Past due", "money"),
    "principal": ("Principal", "money"),
    "interest": ("Interest owed", "money"),
    "fees": ("Fees owed", "money"),
    "interest_to_come": ("Interest to come, in all", "money"),
    "final_payment": ("Last payment", "money"),
}
IN_SHORT = ("product", "payment", "rate", "next_due_date", "maturity", "days_past_due")
# Who did it, where nobody signed in did.
SOURCES = {"night": "the night", "boarding": "the boarding of the tape", "demo": "the demo"}


class Changed(NamedTuple):
    """One thing that a modification changed, as it was known then. unit: money, rate, day, count or words."""

    what: str
    unit: str
    before: object
    after: object


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

    @property
    def changed(self) -> list[Changed]:
        """What a modification changed, all of it."""
        return changed(self.event, tuple(CHANGED))

    @property
    def changed_in_short(self) -> list[Changed]:
        """What of it somebody wants to know first."""
        return changed(self.event, IN_SHORT)


def changed(event: LoanEvent, names: Sequence[str]) -> list[Changed]:
    """The changes of a modification that bear these names, in this order; none of any other event."""
    known = {name: (before, after) for name, before, after in (event.terms or {"changes": []})["changes"]}
    rows = []
    for name in names:
        if name in known:
            what, unit = CHANGED[name]
            rows.append(Changed(what, unit, *(figure(value, unit) for value in known[name])))
    return rows


def figure(value: Any, unit: str) -> object:
    """A value as the event keeps it, ready for showing."""
    if value is None or unit in ("count", "words"):
        return value
    return date.fromisoformat(value) if unit == "day" else Decimal(value)


class TermsInForce(NamedTuple):
    """The terms of a loan from a day on: the usual payment, how many instalments in all, the last due date."""

    since: date
    title: str
    payment: Decimal
    instalments: int
    matures_on: date
    rate: Decimal | None
    event: LoanEvent | None
    undone: bool


def terms_over_time(account: Account, at: Position) -> list[TermsInForce]:
    """As signed, and after each modification that the day shown knows of, reversed ones too; empty without any."""
    known = [row for row in account.events if counts(row, at.as_of, at.known_on)]
    undone = {row.target_id for row in known if row.kind == LoanEvent.Kind.REVERSAL}
    first = account.schedules[1]
    loan, matures_on = account.loan, first[-1].due_on
    rows = [TermsInForce(loan.opened_on, "As signed", first[0].amount, len(first), matures_on, loan.rate, None, False)]
    for row in known:
        if row.terms is not None and row.version is not None:
            schedule = account.schedules[row.version]
            payment = next((one.amount for one in schedule if one.due_on > row.effective_on), schedule[-1].amount)
            title, _ = title_of(row)
            matures_on = schedule[-1].due_on
            rows.append(
                TermsInForce(
                    row.effective_on, title, payment, len(schedule), matures_on, row.rate, row, row.pk in undone
                )
            )
    return rows if len(rows) > 1 else []


class Timeline(Sequence[Line]):
    """The events that the day shown knows of, the latest first. A line is made when it is looked at: few are shown."""

    def __init__(self, account: Account, at: Position) -> None:
        self.known = [row for row in reversed(account.events) if counts(row, at.as_of, at.known_on)]
        self.undone = {row.target_id: row for row in self.known if row.kind == LoanEvent.Kind.REVERSAL}
        self.splits = {split.event: split for split in at.allocations}

    def __len__(self) -> int:
        return len(self.known)

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> list[Line]: ...
    def __getitem__(self, place: int | slice) -> Line | list[Line]:
        if isinstance(place, slice):
            return [self.line(row) for row in self.known[place]]
        return self.line(self.known[place])

    def line(self, row: LoanEvent) -> Line:
        return line_of(row, self.undone.get(row.pk), self.splits.get(event_key(row.pk)))


def counts(row: LoanEvent, as_of: date, known_on: date | None) -> bool:
    return row.effective_on <= as_of and (known_on is None or row.recorded_on <= known_on)


def line_of(row: LoanEvent, undone_by: LoanEvent | None = None, split: Allocation | None = None) -> Line:
    title, meaning = title_of(row)
    if row.kind == LoanEvent.Kind.REVERSAL and row.target is not None:
        title = f"{title_of(row.target)[0]} reversed"
    return Line(row, title, meaning, by_whom(row), undone_by, split)


def title_of(row: LoanEvent) -> tuple[str, str]:
    """(title, meaning) of an event."""
    title, meaning = KINDS[LoanEvent.Kind(row.kind)]
    if row.terms is not None:
        return CHANGES_OF_TERMS[row.terms["act"]], meaning
    if row.principal_only:
        return "Payment, principal only", meaning
    return title if row.purpose == ORDINARY else f"{title}: {in_words(row.purpose).lower()}", meaning


def by_whom(row: LoanEvent) -> str:
    """Who entered it, or what did."""
    if row.by is None:
        return SOURCES.get(row.source, row.source)
    return f"{row.by} in the portal" if row.source == "portal" else str(row.by)
