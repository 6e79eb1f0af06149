"""The layouts of other accounting systems: pure functions from journals to text, one table.

Sources: Intuit, "IIF overview" and "Column headings for transactions" (debits positive, TRNS and SPL add up to zero,
MM/DD/YYYY), and "Import journal entries" for QuickBooks Online; Oracle, "Journal Entry and Intercompany Journal Entry
Header/Line-Level Fields" for NetSuite; Sage, "CSV import: General Ledger journal entries" for Intacct (the header's
values stand on the first line of a journal alone, a description has 30 characters), and the audit trail transactions
of Sage 50 (JD and JC, DD/MM/YYYY, tax code T9: outside the scope of tax).
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from finance.money import ZERO
from ledger.files import cell

PIECE = 1 << 16  # characters
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a journal: `debit` or `credit` dollars, the other is zero. memo: the loan it is of, if any."""

    code: str
    name: str
    debit: Decimal
    credit: Decimal
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """reference: the same whenever the same journal is written, and never another one's."""

    reference: str
    on: date
    memo: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """Whose journals they are."""

    company: str
    currency: str


@dataclass(frozen=True, slots=True)
class Layout:
    """encoding: what the other system reads.

    write: journals to text, a piece at a time, its lines ended as that system ends them.
    """

    suffix: str
    encoding: str
    write: Callable[[Book, Iterable[Journal]], Iterator[str]]

    def pieces(self, book: Book, journals: Iterable[Journal]) -> Iterator[bytes]:
        """The file, while `journals` are read."""
        for text in self.write(book, journals):
            yield text.encode(self.encoding, errors="replace")

    def content(self, book: Book, journals: Iterable[Journal]) -> bytes:
        return b"".join(self.pieces(book, journals))


def quickbooks_iif(book: Book, journals: Iterable[Journal]) -> Iterator[str]:
    """Tab-separated; amounts signed, debits positive. The first line of a journal is TRNS, the others SPL."""
    columns = ("TRNSTYPE", "DATE", "ACCNT", "AMOUNT", "DOCNUM", "MEMO")
    yield iif(("!TRNS", "TRNSID", *columns), ("!SPL", "SPLID", *columns), ("!ENDTRNS",))
    for journal in journals:
        rows: list[tuple[str, ...]] = []
        for number, line in enumerate(journal.lines):
            amount = line.debit - line.credit
            values = ("GENERAL JOURNAL", journal.on.strftime(MONTH_FIRST), plain(line.name), f"{amount:.2f}")
            rows.append(("SPL" if number else "TRNS", "", *values, journal.reference, plain(memo_of(journal, line))))
        yield iif(*rows, ("ENDTRNS",))


def iif(*rows: Sequence[str]) -> str:
    return "".join("\t".join(row) + "\r\n" for row in rows)


def quickbooks_csv(book: Book, journals: Iterable[Journal]) -> Iterator[str]:
    header = ("Journal No", "Journal Date", "Account Name", "Debits", "Credits", "Description")
    return table(
        header,
        (
            (journal.reference, journal.on.strftime(MONTH_FIRST), line.name, *sides(line), memo_of(journal, line))
            for journal in journals
            for line in journal.lines
        ),
    )


def netsuite(book: Book, journals: Iterable[Journal]) -> Iterator[str]:
    """An account is its number and name, as NetSuite has them; the External ID keeps a journal from coming in twice."""
    header = (
        "External ID", "Date", "Subsidiary", "Currency", "Memo", "Account", "Debit", "Credit", "Line Memo",
    )  # fmt: skip
    return table(
        header,
        (
            (
                f"loanwright-{journal.reference}",
                journal.on.strftime(MONTH_FIRST),
                book.company,
                book.currency,
                journal.memo,
                f"{line.code} {line.name}",
                *sides(line),
                line.memo,
            )
            for journal in journals
            for line in journal.lines
        ),
    )


def sage_intacct(book: Book, journals: Iterable[Journal]) -> Iterator[str]:
    header = (
        "JOURNAL", "DATE", "DESCRIPTION", "REFERENCE_NO", "LINE_NO", "ACCT_NO", "MEMO", "DEBIT", "CREDIT", "CURRENCY",
    )  # fmt: skip

    def rows() -> Iterator[tuple[object, ...]]:
        for journal in journals:
            top = ("GJ", journal.on.strftime(MONTH_FIRST), journal.memo[:30], journal.reference)
            for number, line in enumerate(journal.lines, start=1):
                own = (number, line.code, memo_of(journal, line), *sides(line), book.currency)
                yield (*(top if number == 1 else ("",) * len(top)), *own)

    return table(header, rows())


def sage_50(book: Book, journals: Iterable[Journal]) -> Iterator[str]:
    header = (
        "Type", "Account Reference", "Nominal A/C Ref", "Department Code", "Date", "Reference", "Details", "Net Amount",
        "Tax Code", "Tax Amount",
    )  # fmt: skip
    return table(
        header,
        (
            (
                "JD" if line.debit else "JC",
                "",
                line.code,
                "",
                journal.on.strftime(DAY_FIRST),
                journal.reference,
                memo_of(journal, line)[:60],
                line.debit or line.credit,
                "T9",
                ZERO,
            )
            for journal in journals
            for line in journal.lines
        ),
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """CSV as RFC 4180 has it, every text safe from being run as a formula. About a PIECE at a time."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if text.tell() > PIECE:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def sides(line: Line) -> tuple[str | Decimal, str | Decimal]:
    """(debit, credit), the empty side left empty."""
    return line.debit or "", line.credit or ""


def memo_of(journal: Journal, line: Line) -> str:
    return f"{journal.memo}, {line.memo}" if line.memo else journal.memo


def plain(text: str) -> str:
    """Without what separates the columns and rows of an IIF file, and no formula."""
    return cell(" ".join(text.replace('"', "'").split()))


LAYOUTS = {
    "quickbooks_iif": Layout("iif", "cp1252", quickbooks_iif),
    "quickbooks_csv": Layout("csv", "utf-8", quickbooks_csv),
    "netsuite": Layout("csv", "utf-8", netsuite),
    "sage_intacct": Layout("csv", "utf-8", sage_intacct),
    "sage_50": Layout("csv", "cp1252", sage_50),
}
