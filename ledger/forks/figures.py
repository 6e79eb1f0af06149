"""The figures of a what-if side by side: a row for each, a cell for the loan as it stands and for each scenario."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.money import ZERO
from finance.projection import Projection
from ledger.foresight import Foresight
from ledger.forks.play import Outcome, Standing

Value = Decimal | date | int | str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """difference: from the loan as it stands; days for a date, None where there is none to tell.

    known: False where the scenario cannot be done.
    """

    value: Value = None
    difference: Decimal | int | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """kind: money, count, rate, date or word: how its cells are written."""

    what: str
    kind: str
    cells: tuple[Cell, ...]
    info: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


def interest_in_all(standing: Standing) -> Decimal:
    """Paid so far, owed and to come."""
    return standing.interest_paid + (standing.to_come.interest if standing.to_come else standing.at.state.interest)


def of_projection(read: Callable[[Projection], Any], nothing: Value = None) -> Callable[[Standing], Any]:
    return lambda standing: read(standing.to_come) if standing.to_come and standing.to_come.rows else nothing


# (what, kind, how it is read of a standing)
TODAY: tuple[tuple[str, str, Callable[[Standing], Any]], ...] = (
    ("State", "word", lambda standing: standing.state),
    ("Rate", "rate", lambda standing: standing.at.state.rate),
    ("Days late", "count", lambda standing: standing.at.arrears.dpd),
    ("Instalments met", "count", lambda standing: standing.at.arrears.instalments_satisfied),
    ("Next due on", "date", lambda standing: standing.at.arrears.next_due_date),
)
TO_COME: tuple[tuple[str, str, Callable[[Standing], Any]], ...] = (
    ("Next instalment", "money", of_projection(lambda found: found.payment, ZERO)),
    ("Instalments to come", "count", of_projection(lambda found: sum(bool(row.payment) for row in found.rows), 0)),
    ("Last instalment", "money", of_projection(lambda found: last_paid(found).payment, ZERO)),
    ("Ends on", "date", of_projection(lambda found: last_paid(found).due_date)),
    ("Interest to come", "money", of_projection(lambda found: found.interest, ZERO)),
    ("Interest in all", "money", interest_in_all),
)
POSTED: tuple[tuple[str, str, Callable[[Outcome, Foresight], Any]], ...] = (
    ("Events brought", "count", lambda outcome, _: len(outcome.events) - outcome.undone),
    ("Events taken back", "count", lambda outcome, _: outcome.undone),
    ("Payments allocated anew", "count", lambda _, found: len(found.moved)),
    ("Interest corrected", "money", lambda _, found: found.interest_total),
    ("Late fees charged", "money", lambda _, found: sum((row.amount or ZERO for row in found.late_fees), ZERO)),
    (
        "Late fees taken back",
        "money",
        lambda _, found: sum((row.amount or ZERO for row in found.late_fees_undone), ZERO),
    ),
    ("Journal entries", "count", lambda _, found: len(found.entries)),
)
INFO = {
    "Interest in all": "Paid so far, and what is still to come.",
    "Ends on": "The day of the last instalment that asks for money.",
    "Interest corrected": "Interest of past days that is posted anew.",
}


def last_paid(found: Projection) -> Any:
    """The last instalment that asks for money."""
    return next((row for row in reversed(found.rows) if row.payment), found.rows[-1])


def side_by_side(now: Standing, outcomes: Sequence[Outcome]) -> list[Section]:
    """Everything that is compared. `now` is the first cell of each row."""
    standings = [now, *(outcome.standing for outcome in outcomes)]
    posted = tuple(
        Row(what, kind, (Cell(), *(cell_of_posted(outcome, read) for outcome in outcomes)), INFO.get(what, ""))
        for what, kind, read in POSTED
    )
    return [
        Section(f"At the end of {now.at.as_of:%-d %b %Y}", (*balances(now, outcomes), *compared(TODAY, standings))),
        Section("If every instalment is paid on its day from then on", tuple(compared(TO_COME, standings))),
        Section("What it posts", posted),
    ]


def balances(now: Standing, outcomes: Sequence[Outcome]) -> list[Row]:
    """The balances that the page of an act shows; one that is zero everywhere is left out."""
    looked_at = [outcome.foresight or Foresight(before=now.at, after=now.at) for outcome in outcomes]
    looked_at = looked_at or [Foresight(before=now.at, after=now.at)]
    tables = [{what: (old, new, change) for what, old, new, change in one.balances} for one in looked_at]
    ordered = max(tables, key=len)
    names = [*ordered, *dict.fromkeys(what for table in tables for what in table if what not in ordered)]
    rows = []
    for what in names:
        before = next(table[what][0] for table in tables if what in table)
        cells = [
            Cell(*table.get(what, (ZERO, ZERO, ZERO))[1:]) if outcome.foresight else Cell(known=False)
            for outcome, table in zip(outcomes, tables, strict=False)
        ]
        rows.append(Row(what, "money", (Cell(before), *cells)))
    return rows


def compared(table: Any, standings: Sequence[Standing | None]) -> list[Row]:
    rows = []
    for what, kind, read in table:
        values = [read(standing) if standing else None for standing in standings]
        cells = [
            Cell(value, less(value, values[0]) if place else None) if standing else Cell(known=False)
            for place, (value, standing) in enumerate(zip(values, standings, strict=True))
        ]
        rows.append(Row(what, kind, tuple(cells), INFO.get(what, "")))
    return rows


def cell_of_posted(outcome: Outcome, read: Callable[[Outcome, Foresight], Any]) -> Cell:
    return Cell(read(outcome, outcome.foresight)) if outcome.foresight else Cell(known=False)


def less(value: Any, other: Any) -> Decimal | int | None:
    """value - other; days between dates; None where that says nothing."""
    if value is None or other is None or isinstance(value, str):
        return None
    gap: Any = value - other
    found: Decimal | int = gap.days if isinstance(value, date) else gap
    return found


@dataclass(frozen=True, slots=True)
class DueDay:
    """An instalment to come in each column: (payment, principal owed afterwards), None where there is none."""

    on: date
    cells: tuple[tuple[Decimal, Decimal] | None, ...]


def schedules(standings: Sequence[Standing | None]) -> list[DueDay]:
    """The instalments to come of the loan as it stands and of each scenario, day by day."""
    columns = [
        {row.due_date: (row.payment, row.closing) for row in standing.to_come.rows}
        if standing and standing.to_come
        else {}
        for standing in standings
    ]
    days = sorted({on for column in columns for on in column})
    return [DueDay(on, tuple(column.get(on) for column in columns)) for on in days]


def chart_of(days: Sequence[DueDay], names: Sequence[str]) -> dict[str, Any] | None:
    """The principal owed after each instalment, a line for each column that has any; None when there is no line."""
    if len(days) < 2:
        return None
    columns = zip(*(due.cells for due in days), strict=True)
    return {
        "kind": "line",
        "x": [f"{due.on:%-d %b %Y}" for due in days],
        "series": [
            {"name": name, "data": [cell[1] if cell else None for cell in column]}
            for name, column in zip(names, columns, strict=True)
            if any(column)
        ],
    }
