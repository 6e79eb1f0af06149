"""The journals of entries: each as it was posted, or a day's summed by account. Reads only."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from finance.money import ZERO
from ledger.exports.layouts import Journal, Line
from ledger.sql import statement


class Row(NamedTuple):
    entry_id: int
    booked_on: date
    kind: str
    code: str
    name: str
    debit: Decimal
    credit: Decimal
    loan: str


def rows_of(entry_ids: Sequence[int]) -> list[Row]:
    """Every line of the entries, by day in the books. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement("journal_lines"), {"entries": list(entry_ids)})
        return [Row(*row) for row in cursor.fetchall()]


def entry_journals(rows: Iterable[Row], rounds: dict[int, int], *, void: bool) -> Iterator[Journal]:
    """One journal an entry, while `rows` are read.

    Its reference names the entry, and how often it was taken when that is not the first.
    """
    for (entry_id, on, kind), lines in groupby(rows, key=lambda row: (row.entry_id, row.booked_on, row.kind)):
        again = f"-{rounds[entry_id]}" if rounds[entry_id] > 1 else ""
        reference = f"{'V' if void else 'E'}{entry_id}{again}"
        words = kind.replace("_", " ").capitalize()
        memo = f"Void of {words.lower()}" if void else words
        yield Journal(reference, on, memo, tuple(line_of(row, void=void) for row in lines))


def day_journals(rows: Iterable[Row], number: int, *, void: bool) -> Iterator[Journal]:
    """One journal a day in the books, while `rows` are read: an account's debits in one line, credits in another."""
    for on, found in groupby(rows, key=lambda row: row.booked_on):
        debits: dict[tuple[str, str], Decimal] = {}
        credits: dict[tuple[str, str], Decimal] = {}
        for row in found:
            sums, amount = (debits, row.debit) if row.debit else (credits, row.credit)
            sums[row.code, row.name] = sums.get((row.code, row.name), ZERO) + amount
        if void:
            debits, credits = credits, debits
        lines = [Line(code, name, amount, ZERO) for (code, name), amount in sorted(debits.items())]
        lines += [Line(code, name, ZERO, amount) for (code, name), amount in sorted(credits.items())]
        reference = f"{'V' if void else 'B'}{number}-{on:%y%m%d}"
        memo = f"{'Void of loan' if void else 'Loan'} journals {on:%d %b %Y}"
        yield Journal(reference, on, memo, tuple(lines))


def line_of(row: Row, *, void: bool) -> Line:
    debit, credit = (row.credit, row.debit) if void else (row.debit, row.credit)
    return Line(row.code, row.name, debit, credit, f"loan {row.loan}" if row.loan else "")
