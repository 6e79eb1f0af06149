"""Sealed days as files that tools/verify_ledger.py checks without us: a zip for a reader, a folder after each night.

One layout for both, stated in docs/proof.md: accounts.jsonl, and for each day DAY.seal.json, DAY.rows.jsonl and
DAY.hashes.
"""

import json
import logging
import os
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import QuerySet, Sum

from finance.errors import Refused
from ledger.close.sealing import KINDS, TABLES, balance_lines, lines, sealed_hashes
from ledger.models import Account, Seal
from tenants.current import tenant_context
from tenants.models import Tenant

# What one download may hold: some hundred megabytes as text.
ROWS_AT_MOST = 2_000_000
BALANCE_COLUMNS = ("kind", "account_id", "debit", "credit", "postings")

log = logging.getLogger(__name__)


class NothingSealed(Refused):
    code = "nothing_sealed"
    message = "No day from {first} to {last} is sealed: the close of a day seals it. Choose days that are closed."


class TooManyRows(Refused):
    code = "too_many_rows"
    message = "{first} to {last} has {rows:,} sealed rows, and one file holds {most:,}: choose fewer days."


def seals_between(first: date, last: date) -> QuerySet[Seal]:
    """The seals of the days from `first` to `last`, oldest first. Raises NothingSealed and TooManyRows."""
    seals = Seal.objects.filter(business_date__range=(first, last)).order_by("business_date")
    rows = seals.aggregate(rows=Sum("leaves"))["rows"]
    if rows is None:
        raise NothingSealed(first=first, last=last)
    if rows > ROWS_AT_MOST and len(seals) > 1:
        raise TooManyRows(first=first, last=last, rows=rows, most=ROWS_AT_MOST)
    return seals


def write_zip(target: IO[bytes], seals: QuerySet[Seal]) -> None:
    """Write `seals` with all their rows into `target`, row by row."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, parts in files(seals):
            with packed.open(name, "w", force_zip64=True) as file:
                for part in parts():
                    file.write(part)


def publish(tenant_id: int) -> None:
    """Bring the lender's folder of seals up to date, where the settings name one."""
    if settings.SEALS_DIR:
        with tenant_context(tenant_id):
            write_folder(Path(settings.SEALS_DIR) / Tenant.objects.get().slug)


def write_folder(folder: Path) -> int:
    """Write the sealed days that `folder` lacks. Returns how many; a disk that is full is logged, and tried again.

    A file is complete or absent: it is written beside its place and moved there; the seal of a day comes last.
    """
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for seal in not_in(folder):
            for name, parts in files([seal]):
                put(folder / name, parts())
            written += 1
    except OSError as error:
        log.warning("Sealed days could not be written to the folder of seals: %s", error.strerror)
    return written


def not_in(folder: Path) -> list[Seal]:
    """The seals whose days `folder` does not have, oldest first."""
    there = {path.name.partition(".")[0] for path in folder.glob("*.seal.json")}
    return [seal for seal in Seal.objects.order_by("business_date") if seal.business_date.isoformat() not in there]


def put(path: Path, parts: Iterator[bytes]) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def files(seals: "QuerySet[Seal] | list[Seal]") -> Iterator[tuple[str, Callable[[], Iterator[bytes]]]]:
    """(name, its parts when called) of each file of an export."""
    yield "accounts.jsonl", accounts
    for seal in seals:
        day = seal.business_date.isoformat()
        yield f"{day}.rows.jsonl", lambda seal=seal: rows_of(seal)  # type: ignore[misc]
        yield f"{day}.hashes", lambda seal=seal: hashes_of(seal)  # type: ignore[misc]
        yield f"{day}.seal.json", lambda seal=seal: iter([seal_of(seal)])  # type: ignore[misc]


def accounts() -> Iterator[bytes]:
    """The chart of accounts as it is now; for reading, not sealed."""
    for row in Account.objects.order_by("pk").values("id", "code", "name", "kind", "role", "currency"):
        yield (json.dumps(row) + "\n").encode()


def rows_of(seal: Seal) -> Iterator[bytes]:
    """Every row of the day as it is now, in the order and the text in which it was sealed; the day itself last."""
    before = json.loads(seal.line)[4]
    after = date.fromisoformat(before) if before else None
    for kind in TABLES:
        for _, line in lines(kind, after, seal.business_date):
            yield f"{line}\n".encode()
    for _, line in balance_lines(seal.business_date):
        yield f"{line}\n".encode()
    yield f"{seal.line}\n".encode()


def hashes_of(seal: Seal) -> Iterator[bytes]:
    """The hash of each row as it was when the day was sealed: kind, id, hash."""
    for kind in KINDS:
        for pk, digest in sealed_hashes(seal, kind):
            yield f"{kind} {pk} {digest.hex()}\n".encode()


def seal_of(seal: Seal) -> bytes:
    columns = {kind: ["kind", "id", *table.columns] for kind, table in TABLES.items()} | {"balance": BALANCE_COLUMNS}
    about = {
        "day": seal.business_date.isoformat(),
        "root": seal.root,
        "previous": seal.previous,
        "leaves": seal.leaves,
        "format": seal.format,
        "columns": columns,
    }
    return (json.dumps(about, indent=1) + "\n").encode()
