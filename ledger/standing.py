"""Where a loan stands at the end of a day, as known on another, and what that says of each instalment. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from finance.ageing import arrears, is_met, owed
from finance.loan_state import Event
from finance.money import ZERO
from finance.replay import Position, accrue, replay
from finance.terms import Instalment as Due
from finance.terms import LoanTerms
from ledger.models import Instalment, Loan, LoanBalance, LoanEvent
from ledger.records import KINDS
from ledger.replay import state_of
from ledger.terms import loan_terms, new_terms, with_instalments


@dataclass(frozen=True, slots=True)
class Account:
    """A loan with all that its figures follow from: the terms it was signed with, and every event recorded.

    schedules: the instalments of each version; which is in force on a day, and the terms with it, a Position says.
    """

    loan: Loan
    terms: LoanTerms
    schedules: dict[int, tuple[Instalment, ...]]
    events: tuple[LoanEvent, ...]


def read_account(loan: Loan) -> Account:
    """Everything recorded of one loan. Three queries, however long its history, and a fourth when it was modified."""
    rows = Instalment.objects.filter(loan=loan).order_by("version", "number")
    schedules = {version: tuple(found) for version, found in groupby(rows, key=lambda row: row.version)}
    events = events_of(loan)
    with_instalments(events)
    dues = tuple(Due(due_date=row.due_on, amount=row.amount, interest=row.interest) for row in schedules[1])
    return Account(loan, loan_terms(loan.terms, rate=loan.rate, schedule=dues), schedules, tuple(events))


def events_of(loan: Loan) -> list[LoanEvent]:
    """Every event of the loan in the order in which they count. What one reverses is the very object in this list."""
    # Joined, a person would be made anew for every event: a long history is made of few people.
    events = list(LoanEvent.objects.filter(loan=loan).prefetch_related("by").order_by("effective_on", "id"))
    by_id = {event.pk: event for event in events}
    for event in events:
        if event.target_id is not None:
            event.target = by_id[event.target_id]
    return events


def history(rows: Iterable[LoanEvent]) -> list[Event]:
    """The events as they were recorded: late fees among them, and each under its own id.

    ledger.records.records_of serves the books, where late fees are derived anew; here the question is what stood.
    """
    return [
        Event(
            id=event_key(row.pk),
            kind=KINDS.get(row.kind, row.kind),
            on=row.effective_on,
            booked=row.recorded_on,
            amount=row.amount,
            rate=row.rate,
            target=event_key(row.target_id) if row.target_id else None,
            principal_only=row.principal_only,
            purpose=row.purpose,
            new_terms=new_terms(row),
        )
        for row in rows
    ]


def event_key(pk: int) -> str:
    """The id of an event in a replay: as text, in the order of arrival."""
    return f"{pk:012d}"


def position(account: Account, *, as_of: date, known_on: date | None = None) -> Position:
    """Where the loan stood at the end of `as_of`, by replaying what was known on `known_on` (None: all we know)."""
    return replay(account.terms, history(account.events), as_of=as_of, known_on=known_on)


def carried(balance: LoanBalance, terms: LoanTerms, on: date) -> Position:
    """Where the books say the loan stands, with the interest of the days since the last close, at the end of `on`.

    terms: those in force (ledger.terms.terms_of).
    """
    state = state_of(balance)
    accrue(terms, state, max(on, balance.accrued_through))
    as_of = state.accrued_through or on
    standing = arrears(terms, state, as_of)
    return Position(as_of=as_of, known_on=None, terms=terms, state=state, arrears=standing, allocations=[])


@dataclass(frozen=True, slots=True)
class InstalmentStanding:
    """An instalment beside what was paid on it. state: met, late, due (today), part (paid ahead), open or unmet."""

    instalment: Instalment
    paid: Decimal
    state: str


def instalments(account: Account, at: Position) -> list[InstalmentStanding]:
    """Every instalment of the schedule in force at `at`, as it stands then."""
    rows = []
    before, total_owed = ZERO, owed(at.state)
    for k, instalment in enumerate(account.schedules[at.terms.version]):
        paid = min(max(at.state.credit - before, ZERO), instalment.amount)
        before += instalment.amount
        met = is_met(at.terms, at.state, k, total_owed)
        rows.append(InstalmentStanding(instalment, paid, "met" if met else _unmet(instalment, paid, at)))
    return rows


def _unmet(instalment: Instalment, paid: Decimal, at: Position) -> str:
    if at.state.gone:
        return "unmet"
    if instalment.due_on < at.as_of:
        return "late"
    if instalment.due_on == at.as_of:
        return "due"
    return "part" if paid else "open"


def around_now(rows: Sequence[InstalmentStanding], *, before: int, after: int) -> list[InstalmentStanding]:
    """The instalments around the first one that is not met."""
    first = next((k for k, row in enumerate(rows) if row.state != "met"), len(rows))
    start = max(0, min(first - before, len(rows) - before - after))
    return list(rows[start : start + before + after])


@dataclass(frozen=True, slots=True)
class AmountDue:
    """What brings the loan up to date: dollars, by when, and how many days late that already is (0: not late)."""

    amount: Decimal
    on: date
    days_late: int


def amount_due(terms: LoanTerms, at: Position) -> AmountDue | None:
    """What has to be paid next, fees with it because they are paid first; None when nothing is owed.

    Instalments up to today when one of them is unmet, otherwise the next one; never more than everything owed.
    """
    next_due = at.arrears.next_due_date
    if at.state.gone or not at.payoff:
        return None
    if next_due is None:  # instalments are met, and fees are left
        return AmountDue(at.state.fees, at.as_of, 0)
    through = max(next_due, at.as_of)
    lacking = sum((row.amount for row in terms.schedule if row.due_date <= through), ZERO) - at.state.credit
    if through >= terms.schedule[-1].due_date:
        lacking = owed(at.state)
    return AmountDue(min(lacking + at.state.fees, at.payoff), next_due, at.arrears.dpd)
