"""Non-accrual: interest that the borrower owes as before, and that the lender no longer counts as income.

What the borrower owes does not change, so this is a second reading of a loan's effects and not another replay. The
contract's interest is divided into what the books hold as receivable and what stands in suspense, at every moment:

    interest owed = receivable + suspense          book principal = principal - applied

Source: FFIEC 031/041 instructions, glossary "Nonaccrual status"; 12 CFR 741 Appendix B (NCUA). Conventions and the
choices are on docs/finance/nonaccrual.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from finance.ageing import Arrears
from finance.errors import BadInput, Refused
from finance.inputs import parse_choice
from finance.loan_state import CASH_KINDS, Effect, Event
from finance.money import ZERO
from finance.recognition import shares
from finance.replay import Journal, journal
from finance.terms import CASH_METHODS, RESTORATIONS, LoanTerms


class CannotRestore(Refused):
    """A loan is put back on accrual too early. Facts: `dpd`, `made`, `asked`."""

    code = "cannot_restore"
    message = (
        "The loan cannot return to accrual: it is {dpd} days past due with {made} payments made in a row. "
        "It can once it is current and has made {asked}."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NonAccrual:
    """A time on non-accrual: the interest of the days from `start` on, up to `end` (not counted; None: it lasts).

    cash: what a payment of interest is meanwhile. "cash_basis": income; "cost_recovery": a return of principal in the
    books, while the borrower's interest is paid all the same.
    restoration: what becomes of interest still in suspense at the `end`. "as_collected": income when it is paid;
    "at_once": receivable and income on that day.
    """

    start: date
    end: date | None = None
    cash: str = "cash_basis"
    restoration: str = "as_collected"

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise BadInput(field="end", value=self.end.isoformat(), allowed=f"after start, which is {self.start}")
        parse_choice(self.cash, "cash", CASH_METHODS)
        parse_choice(self.restoration, "restoration", RESTORATIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What one effect, or one change of status, moves in the lender's books beside the borrower's account. Dollars.

    kind: of the effect; or "nonaccrual" (interest uncollected so far is taken out of income), "restoration".
    receivable + suspense is the change of the interest owed.  applied: the change of what the books have written
    principal down by; book principal changes by the effect's principal less this.
    """

    on: date
    kind: str
    event: str | None = None
    income: Decimal = ZERO
    receivable: Decimal = ZERO
    suspense: Decimal = ZERO
    applied: Decimal = ZERO


@dataclass(slots=True, kw_only=True)
class Books:
    """Where the lender's books stand. income: interest recognised since the loan began, in dollars."""

    income: Decimal = ZERO
    receivable: Decimal = ZERO
    suspense: Decimal = ZERO
    applied: Decimal = ZERO

    def take(self, moved: Recognition) -> None:
        """Count one more line."""
        self.income += moved.income
        self.receivable += moved.receivable
        self.suspense += moved.suspense
        self.applied += moved.applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A loan's history as the lender's books take it. lines, in order, add up to `books`; `journal` is the loan."""

    lines: list[Recognition]
    books: Books
    journal: Journal

    @property
    def book_principal(self) -> Decimal:
        """The principal owed, less what payments of interest have recovered of it."""
        return self.journal.state.principal - self.books.applied


def recognise(
    terms: LoanTerms,
    events: Iterable[Event],
    times: Sequence[NonAccrual],
    *,
    through: date,
    late_fees_through: date | None = None,
    known_on: date | None = None,
) -> Recognised:
    """Replay a loan to the end of `through` and divide its interest between income and suspense.

    times: ascending, not overlapping. A status changes at the end of its day, after that day's payments: interest of
    the day `start` is the first in suspense, and that of the day `end` the first that is income again. Raises BadInput.
    """
    for k, (one, other) in enumerate(pairwise(times)):
        if one.end is None or other.start < one.end:
            shown = other.start.isoformat()
            raise BadInput(field=f"times[{k + 1}].start", value=shown, allowed="after the time before it has ended")
    changes = {on for time in times for on in (time.start, time.end) if on is not None}
    played = journal(
        terms,
        events,
        through=through,
        accrue_on=changes,
        late_fees_through=late_fees_through,
        known_on=known_on,
    )
    books, lines = Books(), list[Recognition]()
    principal = interest = ZERO
    pending = _statuses(times, through)
    for effect in played.effects:
        while pending and pending[0][0] < effect.on:
            _enter(lines, books, _change(books, *pending.pop(0)))
        principal, interest = principal + effect.principal, interest + effect.interest
        time = next(
            (time for time in times if time.start < effect.on and (time.end is None or effect.on <= time.end)), None
        )
        _enter(lines, books, _recognition(books, effect, interest, time))
        if not principal and not interest:
            _enter(lines, books, _finished(books, effect))
    while pending:
        _enter(lines, books, _change(books, *pending.pop(0)))
    return Recognised(lines=lines, books=books, journal=played)


def must_stop(
    arrears: Arrears, *, days: int = 90, well_secured: bool = False, full_payment_doubtful: bool = False
) -> bool:
    """Whether a loan belongs on non-accrual: in default for `days`, unless well secured and in collection; or doubtful.

    Source: FFIEC 031/041 instructions, glossary "Nonaccrual status", the general rule.
    """
    return full_payment_doubtful or (arrears.dpd >= days and not well_secured)


def check_restorable(arrears: Arrears, *, payments_in_a_row: int, asked: int = 6) -> None:
    """Raises CannotRestore unless the loan is current and has made `asked` payments in a row, a sustained period.

    Source: the same glossary entry, restoration to accrual status: no principal or interest is due and unpaid, and
    repayment of the rest is expected; examiners read a sustained period as six months.
    """
    if arrears.dpd or payments_in_a_row < asked:
        raise CannotRestore(dpd=arrears.dpd, made=payments_in_a_row, asked=asked)


def _statuses(times: Sequence[NonAccrual], through: date) -> list[tuple[date, NonAccrual]]:
    """(day, time that starts or ends on it), in order; of one day, an end before a start."""
    starts = [(time.start, 1, time) for time in times if time.start <= through]
    ends = [(time.end, 0, time) for time in times if time.end is not None and time.end <= through]
    return [(on, time) for on, _, time in sorted(starts + ends, key=lambda change: change[:2])]


def _enter(lines: list[Recognition], books: Books, moved: Recognition) -> None:
    if moved.income or moved.receivable or moved.suspense or moved.applied:
        lines.append(moved)
        books.take(moved)


def _change(books: Books, on: date, time: NonAccrual) -> Recognition:
    """The line of a status that changes at the end of `on`."""
    if on == time.start:
        uncollected = books.receivable
        return Recognition(on=on, kind="nonaccrual", income=-uncollected, receivable=-uncollected, suspense=uncollected)
    released = books.suspense if time.restoration == "at_once" else ZERO
    return Recognition(on=on, kind="restoration", income=released, receivable=released, suspense=-released)


def _recognition(books: Books, effect: Effect, owed: Decimal, time: NonAccrual | None) -> Recognition:
    """The line of one effect, which leaves `owed` of interest, on non-accrual during `time` (None: on accrual)."""
    if effect.kind == "charge_off":
        # The receivable is a loss; what is in suspense never was income, and what was applied was a loss already.
        return Recognition(
            on=effect.on,
            kind=effect.kind,
            event=effect.event,
            receivable=-books.receivable,
            suspense=-books.suspense,
            applied=-books.applied,
        )
    suspense, applied = shares(effect, suspense=books.suspense, owed=owed, cash=time.cash if time else None)
    forgiven = -suspense if effect.interest_waived else ZERO  # what never was income is no loss either
    return Recognition(
        on=effect.on,
        kind=effect.kind,
        event=effect.event,
        income=effect.income - suspense - applied - forgiven,
        receivable=effect.interest - suspense,
        suspense=suspense,
        applied=applied,
    )


def _finished(books: Books, effect: Effect) -> Recognition:
    """Once nothing is owed any more, what was applied to principal has been collected after all: it is income."""
    if effect.kind not in CASH_KINDS:
        return Recognition(on=effect.on, kind=effect.kind, event=effect.event)
    return Recognition(on=effect.on, kind=effect.kind, event=effect.event, income=books.applied, applied=-books.applied)
