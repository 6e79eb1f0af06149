"""What events write, all of it in one statement: events, accruals, entries, postings and balances.

The columns are those of the models, so a new one travels by itself. What one event writes goes value by value; what
hundreds of a bank file write goes as an array for each column. The statements differ only in where their rows come
from.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import count
from operator import attrgetter
from typing import Any

from django.db import connection, models

from finance.money import ZERO
from ledger.arrays import array_writer
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, Posting
from tenants.current import current_tenant_id
from tenants.prepared import prepared_cursor

Row = tuple[Any, ...]
# The loan's id, effective on, booked on, posted on, amount, and what of it is suspended.
AccrualRow = tuple[int, date, date, date, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not written yet. lines: (account's id, loan's id or None, effective on, amount, debits +)."""

    legal_entity_id: int
    currency: str
    kind: str
    effective_on: date
    booked_on: date
    posted_on: date
    key: str
    lines: Sequence[tuple[int, int | None, date, Decimal]]
    event_id: int | None = None
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """What is written together. event: one that is not written yet; its entry then is `entry`.

    accruals: of ordinary days.  balance: as it stands after.  moved: the loan, where its state machine moved; saved by
    the caller.
    """

    event: LoanEvent | None = None
    accruals: Sequence[AccrualRow] = ()
    entry: Draft | None = None
    balance: LoanBalance | None = None
    moved: Loan | None = None


def columns_of(model: type[models.Model], *, but: Iterable[str]) -> tuple[str, ...]:
    """The model's columns without those that the statement makes itself."""
    return tuple(field.column for field in model._meta.concrete_fields if field.column and field.column not in but)


EVENT = columns_of(LoanEvent, but=("id", "tenant_id", "recorded_at"))
ACCRUAL = ("loan_id", "effective_on", "booked_on", "posted_on", "amount", "suspended")
ENTRY = (
    *("legal_entity_id", "currency", "kind", "effective_on", "booked_on", "posted_on", "key"),
    *("lines", "total", "reverses_id"),
)
POSTING = ("account_id", "loan_id", "effective_on", "booked_on", "posted_on", "currency", "debit", "credit")
BALANCE = columns_of(LoanBalance, but=("tenant_id",))
# Places count from 1 and lead from an entry to its event, and from a line to its entry, before those have ids.
GIVEN: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    "event": (LoanEvent, EVENT),
    "accrual": (Accrual, ACCRUAL),
    "entry": (Entry, (*ENTRY, "event_id", "event_place")),
    "posting": (Posting, (*POSTING, "entry_place")),
    "balance": (LoanBalance, BALANCE),
}
event_values, balance_row = attrgetter(*EVENT), attrgetter(*BALANCE)
JSON_COLUMNS = {field.column for field in LoanEvent._meta.concrete_fields if isinstance(field, models.JSONField)}


def write(movements: Sequence[Movement]) -> list[int]:
    """Write them all. Gives the events their ids; returns the entries' ids, in order."""
    rows: dict[str, list[Row]] = {name: [] for name in GIVEN}
    events = []
    for movement in movements:
        if movement.event is not None:
            events.append(movement.event)
            rows["event"].append(event_row(movement.event))
        if movement.entry is not None:
            _add_entry(rows, movement.entry, event_place=len(events) if movement.event else None)
        rows["accrual"].extend(movement.accruals)
        if movement.balance is not None:
            rows["balance"].append(balance_row(movement.balance))
    text, given = by_value(rows) if len(movements) == 1 else by_array(rows)
    with prepared_cursor() as cursor:
        cursor.execute(text, [current_tenant_id(), len(events), len(rows["entry"]), *given])
        event_ids, entry_ids, recorded_at = cursor.fetchone()
    for event, pk in zip(events, event_ids, strict=True):
        event.pk, event.recorded_at = pk, recorded_at
        event._state.adding, event._state.db = False, connection.alias
    return list(entry_ids)


def event_row(event: LoanEvent) -> Row:
    """The event's columns; JSON as text."""
    values: Row = event_values(event)
    if not JSON_COLUMNS:
        return values
    return tuple(
        json.dumps(value) if name in JSON_COLUMNS and value is not None else value
        for name, value in zip(EVENT, values, strict=True)
    )


def _add_entry(rows: dict[str, list[Row]], entry: Draft, *, event_place: int | None) -> None:
    debits = sum((line[3] for line in entry.lines if line[3] > 0), ZERO)
    dates = (entry.effective_on, entry.booked_on, entry.posted_on)
    rows["entry"].append(
        (
            *(entry.legal_entity_id, entry.currency, entry.kind, *dates, entry.key),
            *(len(entry.lines), debits, entry.reverses_id, entry.event_id, event_place),
        )
    )
    place, common = len(rows["entry"]), (entry.booked_on, entry.posted_on, entry.currency)
    for account_id, loan_id, effective_on, amount in entry.lines:
        debit, credit = (amount, ZERO) if amount > 0 else (ZERO, -amount)
        rows["posting"].append((account_id, loan_id, effective_on, *common, debit, credit, place))


Rows = dict[str, list[Row]]


def by_value(rows: Rows) -> tuple[str, list[Any]]:
    """The statement for so many rows of each part, and their values: for what one event writes."""
    counts = tuple(len(part) for part in rows.values())
    return statement(counts), [value for part in rows.values() for row in part for value in row]


def by_array(rows: Rows) -> tuple[str, list[Any]]:
    """The statement for any number of rows, and an array for each column."""
    arrays: list[str] = []
    for name, writers in array_writers().items():
        if rows[name]:
            arrays.extend(writer(column) for writer, column in zip(writers, zip(*rows[name], strict=True), strict=True))
        else:
            arrays.extend("{}" for _ in writers)
    return statement(None), arrays


@cache
def array_writers() -> dict[str, list[Callable[[Iterable[Any]], str]]]:
    """For each part of GIVEN, how each of its columns becomes an array."""
    return {
        name: [array_writer(fields.get(column)) for column in columns]
        for name, (model, columns) in GIVEN.items()
        for fields in [{field.column: field for field in model._meta.concrete_fields}]
    }


def sources(counts: tuple[int, ...] | None) -> dict[str, str]:
    """{part: where its rows come from}: parameters from $4 on, as values of so many rows or as arrays of any number."""
    number, found = count(4), {}
    for k, (name, (model, columns)) in enumerate(GIVEN.items()):
        fields = {field.column: field.db_type(connection) for field in model._meta.concrete_fields}
        types = [fields.get(column) or "integer" for column in columns]
        if counts is None:
            arrays = ", ".join(f"${next(number)}::{it}[]" for it in types)
            found[name] = f"unnest({arrays}) WITH ORDINALITY AS given ({listed(columns)}, place)"
        elif counts[k]:
            rows = [[f"${next(number)}::{it}" for it in types] for _ in range(counts[k])]
            values = ", ".join(f"({', '.join(row)}, {place})" for place, row in enumerate(rows, start=1))
            found[name] = f"(VALUES {values}) AS given ({listed(columns)}, place)"
    return found


# What each part writes: `columns` its own, `values` the same of the given rows, `rows` where these come from.
PARTS = {
    "event": """
  INSERT INTO ledger_loanevent (id, tenant_id, recorded_at, {columns})
  SELECT drawn.event[given.place], $1::bigint, now(), {values} FROM drawn, {rows}""",
    "accrual": """
  INSERT INTO ledger_accrual (tenant_id, {columns})
  SELECT $1::bigint, {values} FROM {rows}""",
    "entry": """
  INSERT INTO ledger_entry (id, tenant_id, posted_at, event_id, {columns})
  SELECT drawn.entry[given.place], $1::bigint, now(), coalesce(given.event_id, drawn.event[given.event_place]), {values}
  FROM drawn, {rows}""",
    "posting": """
  INSERT INTO ledger_posting (tenant_id, entry_id, {columns})
  SELECT $1::bigint, drawn.entry[given.entry_place], {values} FROM drawn, {rows}""",
    "balance": """
  UPDATE ledger_loanbalance b SET {set} FROM {rows}
  WHERE b.tenant_id = $1::bigint AND b.loan_id = given.loan_id""",
}
WRITTEN = {"event": EVENT, "accrual": ACCRUAL, "entry": ENTRY, "posting": POSTING, "balance": BALANCE}
WHOLE = """
WITH drawn AS MATERIALIZED (
  SELECT ARRAY(SELECT nextval('ledger_loanevent_id_seq') FROM generate_series(1, $2::integer)) AS event,
         ARRAY(SELECT nextval('ledger_entry_id_seq') FROM generate_series(1, $3::integer)) AS entry
){parts}
SELECT event, entry, now() FROM drawn"""


@cache
def statement(counts: tuple[int, ...] | None) -> str:
    """$1 the tenant, $2 and $3 how many events and entries, then what sources() says. Parts without rows drop out."""
    updated = ", ".join(f'"{name}" = given."{name}"' for name in BALANCE if name != "loan_id")
    parts = []
    for name, rows in sources(counts).items():
        columns = WRITTEN[name]
        part = PARTS[name].format(columns=listed(columns), values=listed(columns, "given."), rows=rows, set=updated)
        parts.append(f", {name} AS ({part}\n)")
    return WHOLE.format(parts="".join(parts))


def listed(columns: Iterable[str], table: str = "") -> str:
    return ", ".join(f'{table}"{name}"' for name in columns)
