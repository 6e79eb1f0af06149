"""The seal of a closed day: a Merkle root over every row that became known on it, and the day before's root.

docs/proof.md states the text of each row. Leaves are hashed by the database, where the rows are; the tree is put
together here, block by block, so that a million of them need no more memory than a thousand.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, models

from ledger import movements
from ledger.merkle import Tree, leaf_hash
from ledger.models import Account, Accrual, Entry, LoanEvent, Night, Posting, Seal, SealBlock
from tenants.current import current_tenant_id
from tenants.models import Tenant

FORMAT = 1
ROWS_A_BLOCK = 4096
# How many rows a proof on demand hashes anew, the latest days first.
ROWS_ON_DEMAND = 1_000_000
# The night looks at one day, another each time: so many of its blocks are hashed anew, others each time round; and its
# root is worked out of the hashes kept, where they are not more than this.
BLOCKS_A_NIGHT = 48
HASHES_A_NIGHT = 2_000_000


class Sealed(NamedTuple):
    """A table whose rows are sealed on the day of `day`; `columns` follow kind and id in the row's text."""

    model: type[models.Model]
    day: str
    columns: tuple[str, ...]


# Every column but the tenant's, which the day's own line names. Another column here is another FORMAT.
TABLES = {
    "event": Sealed(
        LoanEvent,
        "recorded_on",
        ("loan_id", "kind", "effective_on", "recorded_on", "recorded_at", "amount", "rate", "principal_only",
         "purpose", "version", "terms", "target_id", "cause_id", "instalment", "reason", "source", "by_id", "key"),
    ),
    "entry": Sealed(
        Entry,
        "posted_on",
        ("legal_entity_id", "kind", "effective_on", "booked_on", "posted_on", "posted_at", "currency", "lines", "total",
         "key", "event_id", "reverses_id"),
    ),
    "posting": Sealed(
        Posting,
        "posted_on",
        ("entry_id", "account_id", "loan_id", "effective_on", "booked_on", "posted_on", "currency", "debit", "credit"),
    ),
    "accrual": Sealed(
        Accrual,
        "posted_on",
        ("loan_id", "effective_on", "booked_on", "posted_on", "amount", "suspended", "event_id", "entry_id"),
    ),
}  # fmt: skip
# What each account's debits and credits came to, as known at the end of the day.
BALANCE = ("debit", "credit", "postings")
KINDS = (*TABLES, "balance")


def text_of(model: type[models.Model], column: str) -> str:
    """SQL of a column as the row's text has it: amounts and rates as text, moments in UTC."""
    field = next(field for field in model._meta.local_fields if field.column == column)
    if isinstance(field, models.DecimalField):
        return f"{column}::text"
    if isinstance(field, models.DateTimeField):
        return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return column


def line_of(kind: str) -> str:
    """SQL of the text of a row of `kind`: a JSON array of kind, id and columns."""
    table = TABLES[kind]
    values = ", ".join(["'" + kind + "'", "id", *(text_of(table.model, column) for column in table.columns)])
    return f"json_build_array({values})::text"


def hash_of(kind: str) -> str:
    """SQL of the hash of a row's text, as ledger.merkle.leaf_hash has it."""
    return f"sha256('\\x00'::bytea || convert_to({line_of(kind)}, 'UTF8'))"


class Ids(NamedTuple):
    """Rows with an id above `above`, up to `last`."""

    above: int = 0
    last: int = 2**63 - 1


EVERY_ID = Ids()


def rows(
    kind: str, after: date | None, through: date, ids: Ids = EVERY_ID, *, wanted: str
) -> Iterator[tuple[Any, ...]]:
    """(id, `wanted`) of each row of `kind` that became known after one day up to another, by id. wanted: SQL."""
    table = TABLES[kind]
    name, day = table.model._meta.db_table, table.day
    sql = (
        f"SELECT id, {wanted} FROM {name}"  # noqa: S608 - names of ours
        f" WHERE {day} > %s AND {day} <= %s AND id > %s AND id <= %s ORDER BY id"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [after or date.min, through, *ids])
        while batch := cursor.fetchmany(10_000):
            yield from batch


def hashes(kind: str, after: date | None, through: date, ids: Ids = EVERY_ID) -> Iterator[tuple[int, bytes]]:
    """(id, hash) of each row, hashed by the database."""
    return ((pk, bytes(digest)) for pk, digest in rows(kind, after, through, ids, wanted=hash_of(kind)))


def lines(kind: str, after: date | None, through: date) -> Iterator[tuple[int, str]]:
    """(id, text) of each row."""
    return rows(kind, after, through, wanted=line_of(kind))


def balance_lines(through: date) -> list[tuple[int, str]]:
    """(account's id, text) of each account that was ever moved, as known at the end of `through`."""
    accounts = Account.objects.order_by("pk").values_list("pk", flat=True)
    found = movements.totals(list(accounts), as_of=through, known_on=through)
    return [
        (pk, json.dumps(["balance", pk, str(moved.debit), str(moved.credit), moved.postings]))
        for pk, moved in sorted(found.items())
        if moved.postings
    ]


def seal_night(night: Night) -> Seal:
    """Seal the night's business date, once: another call returns the seal that stands.

    The days since the last seal are in it too; on the first one, everything before.
    """
    if seal := Seal.objects.filter(business_date=night.business_date).first():
        return seal
    assert night.summarised_at is not None, night
    last = Seal.objects.order_by("-business_date").first()
    assert last is None or last.business_date < night.business_date, (last, night)
    counts = dict.fromkeys(KINDS, 0)
    number = 0
    for kind in TABLES:
        blocks, counts[kind] = hash_rows(kind, last.business_date if last else None, night.business_date, number)
        number += blocks
    counts["balance"] = hash_balances(night.business_date, number)
    tree = Tree()
    for hashes in kept_hashes(night.business_date):
        tree.extend(hashes)
    line = day_line(night.business_date, last, counts)
    tree.add(leaf_hash(line.encode()))
    return Seal.objects.create(
        business_date=night.business_date,
        root=tree.root().hex(),
        previous=last.root if last else "",
        line=line,
        leaves=tree.leaves,
        format=FORMAT,
    )


def leaves(kind: str, after: date | None, through: date, ids: Ids = EVERY_ID) -> Iterator[tuple[int, bytes]]:
    """(id, hash) of the rows of any of KINDS."""
    if kind in TABLES:
        return hashes(kind, after, through, ids)
    return ((pk, leaf_hash(line.encode())) for pk, line in balance_lines(through) if ids.above < pk <= ids.last)


def day_line(on: date, last: Seal | None, counts: dict[str, int]) -> str:
    """The text of the last leaf: ["day", format, lender, day, day sealed before, its root, {kind: rows}]."""
    before = (last.business_date.isoformat(), last.root) if last else (None, "")
    return json.dumps(["day", FORMAT, Tenant.objects.get().slug, on.isoformat(), *before, counts])


def hash_rows(kind: str, after: date | None, through: date, number: int) -> tuple[int, int]:
    """Write the hashes of the day's rows of `kind`, in blocks numbered from `number`. Returns (blocks, rows).

    All in the database: a row costs this process nothing, however many there are.
    """
    table = TABLES[kind]
    sql = f"""
        WITH blocks AS (
          INSERT INTO ledger_sealblock (tenant_id, business_date, number, kind, ids, hashes)
          SELECT %s, %s, %s + block, %s, array_agg(id ORDER BY id), string_agg(hash, '' ORDER BY id)
          FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / {ROWS_A_BLOCK} AS block, {hash_of(kind)} AS hash
                FROM {table.model._meta.db_table} WHERE {table.day} > %s AND {table.day} <= %s) hashed
          GROUP BY block RETURNING cardinality(ids) AS rows)
        SELECT count(*), coalesce(sum(rows), 0) FROM blocks"""  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_tenant_id(), through, number, kind, after or date.min, through])
        blocks, rows = cursor.fetchone()
    return blocks, int(rows)


def hash_balances(on: date, number: int) -> int:
    """Write the hashes of the accounts' balances, a block of them. Returns how many."""
    lines = balance_lines(on)
    for first in range(0, len(lines), ROWS_A_BLOCK):
        part = lines[first : first + ROWS_A_BLOCK]
        SealBlock.objects.create(
            business_date=on,
            number=number + first // ROWS_A_BLOCK,
            kind="balance",
            ids=[pk for pk, _ in part],
            hashes=b"".join(leaf_hash(line.encode()) for _, line in part),
        )
    return len(lines)


def kept_hashes(on: date) -> Iterator[bytes]:
    """The hashes of a day's blocks, in order."""
    blocks = SealBlock.objects.filter(business_date=on).order_by("number").values_list("hashes", flat=True)
    return (bytes(hashes) for hashes in blocks.iterator(chunk_size=20))


def seal_differences(*, every: bool) -> tuple[int, list[dict[str, Any]]]:
    """How many rows were hashed anew, and what differs from the seals: the chain of roots, and rows of some days.

    every: all days, the latest first, up to ROWS_ON_DEMAND rows; otherwise some blocks of one day, others each night.
    """
    seals = list(Seal.objects.order_by("business_date"))
    found = []
    for last, seal in zip([None, *seals], seals, strict=False):
        if seal.previous != (last.root if last else ""):
            what = f"The seal of {seal.business_date} names another root before it"
            found.append({"what": what, "expected": seal.previous, "found": last.root if last else "none"})
    if not seals:
        return 0, found
    if not every:
        round_of_days, place = divmod(seals[-1].business_date.toordinal(), len(seals))
        rehashed, differing = check_some(seals[place], turn=round_of_days)
        return rehashed, found + differing
    compared = 0
    for seal in reversed(seals):
        if compared and compared + seal.leaves > ROWS_ON_DEMAND:
            break
        compared += seal.leaves
        found += check_seal(seal)
    return compared, found


def check_seal(seal: Seal) -> list[dict[str, Any]]:
    """What differs between a sealed day and its rows as they are now, row by row."""
    tree, found = Tree(), list[dict[str, Any]]()
    for kind in KINDS:
        found += compare(kind, sealed_hashes(seal, kind), leaves(kind, day_before(seal), seal.business_date), tree)
    return [row | {"what": f"{row['what']}, sealed on {seal.business_date}"} for row in found + root_of(seal, tree)]


def check_some(seal: Seal, *, turn: int) -> tuple[int, list[dict[str, Any]]]:
    """As check_seal, of at most BLOCKS_A_NIGHT blocks; which, `turn` says. Also how many rows those were."""
    blocks = list(SealBlock.objects.filter(business_date=seal.business_date).values_list("number", "kind"))
    if len(blocks) <= BLOCKS_A_NIGHT:
        return seal.leaves, check_seal(seal)
    runs = [blocks[first : first + BLOCKS_A_NIGHT] for first in range(0, len(blocks), BLOCKS_A_NIGHT)]
    chosen = runs[turn % len(runs)]
    compared, found = 0, list[dict[str, Any]]()
    for kind in dict.fromkeys(kind for _, kind in chosen):
        numbers = [number for number, of_kind in chosen if of_kind == kind]
        kept = list(sealed_hashes(seal, kind, numbers))
        compared += len(kept)
        ids = ids_between(seal, kind, numbers)
        found += compare(kind, iter(kept), leaves(kind, day_before(seal), seal.business_date, ids), Tree())
    if seal.leaves <= HASHES_A_NIGHT:
        tree = Tree()
        for hashes in kept_hashes(seal.business_date):
            tree.extend(hashes)
        found += root_of(seal, tree)
    return compared, [row | {"what": f"{row['what']}, sealed on {seal.business_date}"} for row in found]


def ids_between(seal: Seal, kind: str, numbers: Sequence[int]) -> Ids:
    """The ids that neighbouring blocks of a kind answer for: from the block before them, past the last to the end."""
    blocks = SealBlock.objects.filter(business_date=seal.business_date, kind=kind)
    before = blocks.filter(number=numbers[0] - 1).values_list("ids", flat=True).first()
    last = blocks.filter(number=numbers[-1]).values_list("ids", flat=True).get()
    is_last = not blocks.filter(number=numbers[-1] + 1).exists()
    return Ids(above=before[-1] if before else 0, last=EVERY_ID.last if is_last else last[-1])


def day_before(seal: Seal) -> date | None:
    """The day sealed before, as the day's own line names it."""
    day = json.loads(seal.line)[4]
    return date.fromisoformat(day) if day else None


def root_of(seal: Seal, tree: Tree) -> list[dict[str, Any]]:
    """Whether the hashes kept of a day, and its own line, give its root."""
    tree.add(leaf_hash(seal.line.encode()))
    if tree.root().hex() == seal.root:
        return []
    what = f"The hashes kept of {seal.business_date} do not give its root"
    return [{"what": what, "expected": seal.root, "found": tree.root().hex()}]


def sealed_hashes(seal: Seal, kind: str, numbers: Sequence[int] | None = None) -> Iterator[tuple[int, bytes]]:
    """(id, hash) of each row of `kind` as it was sealed; of some blocks, or of all."""
    blocks = SealBlock.objects.filter(business_date=seal.business_date, kind=kind).order_by("number")
    if numbers is not None:
        blocks = blocks.filter(number__in=numbers)
    for block in blocks.iterator(chunk_size=20):
        digests = bytes(block.hashes)
        for place, pk in enumerate(block.ids):
            yield pk, digests[32 * place : 32 * place + 32]


def compare(
    kind: str, sealed: Iterator[tuple[int, bytes]], now: Iterator[tuple[int, bytes]], tree: Tree
) -> list[dict[str, Any]]:
    """Rows altered, removed or added, both sides being in the order of ids. What was sealed goes into `tree`."""
    found = []
    kept, row = next(sealed, None), next(now, None)
    while kept or row:
        if row is None or (kept is not None and kept[0] < row[0]):
            assert kept is not None
            found.append(
                {"what": f"{kind.capitalize()} {kept[0]} was removed", "expected": kept[1].hex(), "found": "no row"}
            )
            tree.add(kept[1])
            kept = next(sealed, None)
        elif kept is None or row[0] < kept[0]:
            found.append(
                {"what": f"{kind.capitalize()} {row[0]} was added", "expected": "no row", "found": row[1].hex()}
            )
            row = next(now, None)
        else:
            if kept[1] != row[1]:
                what = f"{kind.capitalize()} {row[0]} was altered"
                found.append({"what": what, "expected": kept[1].hex(), "found": row[1].hex()})
            tree.add(kept[1])
            kept, row = next(sealed, None), next(now, None)
    return found
