"""Handing journals to another accounting system, exactly once, and taking a batch back."""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from finance.errors import Refused
from finance.money import ZERO
from ledger.errors import KeyReused
from ledger.exports.journals import Row, day_journals, entry_journals, rows_of
from ledger.exports.layouts import LAYOUTS, Book, Journal
from ledger.models import ExportBatch, ExportDetail, ExportReceipt, Night
from ledger.selectors import business_date
from ledger.sql import statement
from tenants.models import LegalEntity, User

EXPORT_LOCK = 7003  # the class of advisory locks on the exports of a company
READ_AT_ONCE = 5000  # entries


class DayNotClosed(Refused):
    code = "day_not_closed"
    message = "{on} is not closed yet, so more may be posted on it: export up to {last} or an earlier day."


class NothingToExport(Refused):
    code = "nothing_to_export"
    message = "Every entry of {company} through {on} was already exported to {target}: nothing is left to take."


class AlreadyVoided(Refused):
    code = "already_voided"
    message = "Batch {number} was already voided, or voids another one: a void is not voided."


def untold(done: int, total: int) -> None:
    """Nobody asks how far it is."""


@transaction.atomic
def take_export(
    *,
    company: LegalEntity,
    target: str,
    detail: str,
    through: date,
    key: str,
    by: User,
    told: Callable[[int, int], None] = untold,
) -> ExportBatch:
    """Write every entry that `target` does not have, known by the end of `through`, into one file.

    What is known by the end of a closed day never grows, so a second run takes nothing, and nobody who posts or closes
    a day has to wait for it. The same key returns the batch.  told: is called with how many entries were read, of all.
    """
    lock_exports(company)
    if earlier := ExportBatch.objects.filter(key=key).first():
        made = (earlier.legal_entity_id, earlier.target, earlier.detail, earlier.through, earlier.voids_id)
        if made != (company.pk, target, detail, through, None):
            raise KeyReused(key=key)
        return earlier
    require_closed(through)
    rounds = entries_to_export(company.pk, target, through)
    number = next_number(company, target)
    if not rounds:
        named = ExportBatch(target=target).get_target_display()
        raise NothingToExport(company=company, on=f"{through:%-d %b %Y}", target=named)
    given = {"legal_entity": company, "target": target, "detail": detail, "through": through, "number": number}
    return write(given | {"taken_by": by, "key": key}, rounds, told)


@transaction.atomic
def void_export(
    *, batch_id: int, reason: str, key: str, by: User, told: Callable[[int, int], None] = untold
) -> ExportBatch:
    """Write a batch that takes `batch_id` back line by line. Its entries are then to be exported again."""
    batch = ExportBatch.objects.select_related("legal_entity").defer("content").get(pk=batch_id)
    lock_exports(batch.legal_entity)
    if earlier := ExportBatch.objects.filter(key=key).first():
        if earlier.voids_id != batch_id:
            raise KeyReused(key=key)
        return earlier
    if batch.voids_id or ExportBatch.objects.filter(voids=batch).exists():
        raise AlreadyVoided(number=batch.number)
    company = batch.legal_entity
    given = {
        "legal_entity": company,
        "target": batch.target,
        "detail": batch.detail,
        "through": batch.through,
        "number": next_number(company, batch.target),
        "voids": batch,
        "reason": reason,
    }
    rounds = dict(batch.exported.order_by("entry__booked_on", "entry_id").values_list("entry_id", "round"))
    return write(given | {"taken_by": by, "key": key}, rounds, told)


def record_receipt(
    *, batch_id: int, journals: int, debits: Decimal, credits: Decimal, note: str, by: User
) -> ExportReceipt:
    """Keep what the other system says that it took of the batch."""
    return ExportReceipt.objects.create(
        batch_id=batch_id, journals=journals, debits=debits, credits=credits, note=note, by=by
    )


def write(given: dict[str, Any], rounds: dict[int, int], told: Callable[[int, int], None]) -> ExportBatch:
    """The batch with its file and control totals, and what it holds."""
    void, number, company = given.get("voids") is not None, given["number"], given["legal_entity"]
    rows = read(list(rounds), told)
    if given["detail"] == ExportDetail.ENTRY:
        journals = entry_journals(rows, rounds, void=void)
    else:
        journals = day_journals(rows, number, void=void)
    layout = LAYOUTS[given["target"]]
    tally, digest, packer, packed = Tally(), hashlib.sha256(), zlib.compressobj(), bytearray()
    for piece in layout.pieces(Book(company.name, company.currency), tally.of(journals)):
        digest.update(piece)
        packed += packer.compress(piece)
    packed += packer.flush()
    totals = tally.totals
    name = re.sub(r"[^a-z0-9]+", "-", company.name.lower()).strip("-")
    batch = ExportBatch.objects.create(
        **given,
        entries=len(rounds),
        journals=tally.journals,
        lines=tally.lines,
        debits=sum((debit for debit, _ in totals.values()), ZERO),
        credits=sum((credit for _, credit in totals.values()), ZERO),
        totals={code: [str(debit), str(credit)] for code, (debit, credit) in sorted(totals.items())},
        file_name=f"{name[:60]}-{given['target'].replace('_', '-')}-{number:04d}.{layout.suffix}",
        sha256=digest.hexdigest(),
        content=bytes(packed),
    )
    with connection.cursor() as cursor:
        taken: dict[str, Any] = {"batch": batch.pk, "entries": list(rounds), "rounds": list(rounds.values())}
        cursor.execute(statement("take_entries"), taken)
    return batch


def read(entries: list[int], told: Callable[[int, int], None]) -> Iterator[Row]:
    """Every line of the entries, in their order: by day in the books, then by entry. A query for each READ_AT_ONCE."""
    for start in range(0, len(entries), READ_AT_ONCE):
        told(start, len(entries))
        yield from rows_of(entries[start : start + READ_AT_ONCE])


class Tally:
    """What passes through, counted. totals: {account's code: (debits, credits)} of the lines as they are written."""

    def __init__(self) -> None:
        self.journals, self.lines = 0, 0
        self.totals: dict[str, tuple[Decimal, Decimal]] = {}

    def of(self, journals: Iterable[Journal]) -> Iterator[Journal]:
        for journal in journals:
            self.journals += 1
            self.lines += len(journal.lines)
            for line in journal.lines:
                debit, credit = self.totals.get(line.code, (ZERO, ZERO))
                self.totals[line.code] = (debit + line.debit, credit + line.credit)
            yield journal


def content_of(batch: ExportBatch) -> bytes:
    """The file, byte for byte as it was first written; that it still is, its SHA-256 says."""
    content = zlib.decompress(batch.content)
    assert hashlib.sha256(content).hexdigest() == batch.sha256, f"batch {batch.pk} is not what was written"
    return content


def entries_to_export(company_id: int, target: str, through: date) -> dict[int, int]:
    """{entry: how often it will have been taken} of what `target` does not have, by day in the books. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement("entries_to_export"), {"company": company_id, "target": target, "through": through})
        return dict(cursor.fetchall())


def require_closed(through: date) -> None:
    """Raises DayNotClosed where more may be posted on the day."""
    last = last_closed_day(business_date())
    if through > last:
        raise DayNotClosed(on=f"{through:%-d %b %Y}", last=f"{last:%-d %b %Y}")


def last_closed_day(today: date) -> date:
    """The last business date on which nothing more is posted."""
    waiting = Night.objects.filter(summarised_at=None).order_by("business_date").first()
    first_open: date = waiting.business_date if waiting else today
    return date.fromordinal(first_open.toordinal() - 1)


def next_number(company: LegalEntity, target: str) -> int:
    return 1 + ExportBatch.objects.filter(legal_entity=company, target=target).count()


def lock_exports(company: LegalEntity) -> None:
    """One export of a company at a time: two would take the same entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [EXPORT_LOCK, company.pk])
