"""A loan's payments on a calendar: what is due when, what was paid, what was moved, and when banks are closed."""

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.ageing import arrears
from finance.calendars import holidays_between
from finance.errors import Refused
from finance.loan_state import Applied
from finance.money import ZERO
from finance.replay import Journal, Position, journal
from ledger.models import Instalment, LoanEvent
from ledger.standing import Account, InstalmentStanding, history, instalments
from servicing.words import day, dollars

SUNDAY = 6
HOLIDAYS = "federal_reserve"


@dataclass(frozen=True, slots=True)
class Planned:
    """An instalment and what happened to it. met_on: the day whose payment filled it; None while it is not met."""

    standing: InstalmentStanding
    met_on: date | None

    @property
    def due_on(self) -> date:
        return self.standing.instalment.due_on

    @property
    def left(self) -> Decimal:
        """What it still lacks, in dollars."""
        left: Decimal = self.standing.instalment.amount - self.standing.paid
        return left

    @property
    def days_late(self) -> int:
        """How long after its day it was met."""
        return max(0, (self.met_on - self.due_on).days) if self.met_on else 0


@dataclass(frozen=True, slots=True)
class Note:
    """Something on a day of the calendar. kind: due, late, met, part, unmet, paid, back, moved or holiday."""

    kind: str
    words: str
    event: LoanEvent | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A square of the month. outside: it belongs to the month before or after."""

    on: date
    outside: bool
    today: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of a loan as of `today`, from which each month is cut."""

    account: Account
    at: Position
    rows: tuple[Planned, ...]
    moved: tuple[tuple[Instalment, LoanEvent], ...]

    def month(self, first: date) -> list[list[Day]]:
        """Its weeks, from Sunday to Saturday, with what is noted on each day."""
        weeks = calendar.Calendar(SUNDAY).monthdatescalendar(first.year, first.month)
        notes = self.notes(weeks[0][0], weeks[-1][-1])
        return [
            [Day(on, on.month != first.month, on == self.at.as_of, tuple(notes.get(on, ()))) for on in week]
            for week in weeks
        ]

    def notes(self, start: date, end: date) -> dict[date, list[Note]]:
        """{day: what is noted on it} between two days, both counted."""
        found: defaultdict[date, list[Note]] = defaultdict(list)
        for row in self.rows:
            found[row.due_on].append(Note(KINDS[row.standing.state], said_of(row)))
        for instalment, change in self.moved:
            words = f"{dollars(instalment.amount)} was due here until the change of {day(change.effective_on)} moved it"
            found[instalment.due_on].append(Note("moved", words, change))
        for event in self.account.events:
            if event.kind in PAYMENTS and event.amount:
                back = next((one for one in self.account.events if one.target_id == event.pk), None)
                words = f"You paid {dollars(event.amount)}"
                words += f", taken back on {day(back.recorded_on)}" if back else ""
                found[event.effective_on].append(Note("back" if back else "paid", words, event))
        for holiday in bank_holidays(start, end):
            found[holiday].append(Note("holiday", "Banks are closed"))
        return {on: notes for on, notes in found.items() if start <= on <= end}

    @property
    def first_month(self) -> date:
        return self.account.loan.opened_on.replace(day=1)

    @property
    def last_month(self) -> date:
        last = max(self.rows[-1].due_on if self.rows else self.at.as_of, self.at.as_of)
        return last.replace(day=1)


PAYMENTS = (LoanEvent.Kind.PAYMENT, LoanEvent.Kind.PAYOFF, LoanEvent.Kind.RECOVERY)
# The state of an instalment -> what its note is.
KINDS = {"met": "met", "late": "late", "due": "due", "part": "part", "open": "due", "unmet": "unmet"}


def plan_of(account: Account, today: date) -> Plan:
    """What is planned and what came of it, from everything recorded."""
    played = journal(account.terms, history(account.events), through=today, trail=True)
    standing = arrears(played.terms, played.state, today)
    at = Position(as_of=today, known_on=None, terms=played.terms, state=played.state, arrears=standing, allocations=[])
    rows = instalments(account, at)
    met = met_on(played, [row.instalment.amount for row in rows])
    return Plan(
        account=account,
        at=at,
        rows=tuple(Planned(row, on if row.state == "met" else None) for row, on in zip(rows, met, strict=True)),
        moved=tuple(moved(account, played.terms.version)),
    )


def met_on(played: Journal, amounts: list[Decimal]) -> list[date | None]:
    """The day on which payments filled each instalment, or finished the loan; None where none has."""
    trail = [one for one in played.state.trail or () if isinstance(one, Applied)]
    changed = max((k for k, one in enumerate(trail) if one.event.new_terms is not None), default=-1)
    fills = [(one.event.on, one.credit) for one in trail[changed + 1 :] if one.credit]
    credit = played.state.credit - sum((amount for _, amount in fills), ZERO)
    finished = fills[-1][0] if fills and not (played.state.principal or played.state.interest) else None
    found: list[date | None] = []
    needed, reached, k = -played.terms.past_due_tolerance, fills[0][0] if fills else None, 0
    for amount in amounts:
        needed += amount
        while credit < needed and k < len(fills):
            reached, filled = fills[k]
            credit, k = credit + filled, k + 1
        found.append(reached if credit >= needed else finished)
    return found


def moved(account: Account, version: int) -> list[tuple[Instalment, LoanEvent]]:
    """Instalments of earlier schedules that a change of the terms took away, with that change."""
    changes = {event.version: event for event in account.events if event.kind == LoanEvent.Kind.MODIFICATION}
    found = []
    for old, following in ((old, old + 1) for old in range(1, version)):
        change = changes.get(following)
        kept = {row.due_on for row in account.schedules.get(following, ())}
        if change is not None:
            gone = (row for row in account.schedules.get(old, ()) if row.due_on >= change.effective_on)
            found += [(row, change) for row in gone if row.due_on not in kept]
    return found


def said_of(row: Planned) -> str:
    """What became of an instalment, in words."""
    amount = dollars(row.standing.instalment.amount)
    match row.standing.state:
        case "met" if row.met_on:
            late = f", {row.days_late} {'day' if row.days_late == 1 else 'days'} late" if row.days_late else ""
            return f"{amount}: paid on {day(row.met_on)}{late}"
        case "met":
            return f"{amount}: paid"
        case "late":
            return f"{dollars(row.left)} is late"
        case "unmet":
            return f"{amount}: not paid"
        case "part":
            return f"{dollars(row.left)} is left to pay of {amount}"
        case _:
            return f"{amount} is due"


def bank_holidays(start: date, end: date) -> list[date]:
    """Days on which no money moves between banks; none for years whose calendar is not known."""
    try:
        return sorted(on for on in holidays_between(HOLIDAYS, start, end) if start <= on <= end)
    except Refused:
        return []
