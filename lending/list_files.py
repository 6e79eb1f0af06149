"""The file of a long list: ordered by one person, written by a worker, kept for some days for them alone."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models.functions import Now
from django.http import Http404, QueryDict
from django.urls import resolve

from finance.errors import Refused
from ledger.files import csv_lines, write_xlsx
from ledger.views.lists import LONGEST, ListAnswer, RowsRequest, require_file
from lending.templatetags.figures import count, day
from tenants.lists import Choice, Shown
from tenants.long_work import begin, ended, reached, take_up
from tenants.models import ListFile, ListFilePiece, LongWork, User

KEPT_FOR = timedelta(days=7)
LEFT_FOR = 24 * 60 * 60  # seconds after which nobody writes on a file any more
PIECE = 1 << 20  # bytes of a file, before they are compressed
TOLD = 2000  # rows after which the page is told how far it is
# Of the address: what does not change the rows of the file.
PASSING = ("page", "view", "part")


class NoList(Refused):
    code = "no_list"
    message = "There is no list at this address, so no file of it can be ordered: export it on the list's own page."


class NotAllowed(Refused):
    code = "not_allowed"
    message = "{by} may not open this list any more, so its file was not written."


# --- ordering -------------------------------------------------------------------------------------------------------
def order(*, address: str, kind: str, by: User) -> LongWork:
    """Write down that `by` wants the list of `address` as a file, with the days it shows now.

    While the same is under way for them it is that. Raises PermissionDenied, NoList or TooManyRows.
    """
    found = list_at(address, by)
    if kind not in LONGEST:
        raise NoList
    require_file(found.shown, kind)
    address = address_of(address, kind, found.days)
    content = sha256(f"{by.pk} {address}".encode()).hexdigest()
    same = LongWork.objects.filter(kind=LongWork.Kind.FILE, key__startswith=content)
    key = f"{content}/{same.exclude(finished_at=None).count()}"
    work = begin(LongWork.Kind.FILE, key=key, title=title_of(found.shown, kind, found.days), by=by)
    named = {"list": found.shown.listing.name, "address": address, "format": kind}
    ListFile.objects.get_or_create(work=work, defaults=named | {"name": f"{found.file_name}.{kind}"})
    return work


def list_at(address: str, by: User) -> ListAnswer:
    """What the list of that address shows to `by`, who has to be allowed to open it."""
    try:
        match = resolve(address.partition("?")[0])
    except Http404:
        raise NoList from None
    found = match.func(RowsRequest(address, by), *match.args, **match.kwargs)
    if not isinstance(found, ListAnswer):
        raise NoList
    return found


def address_of(address: str, kind: str, days: Mapping[str, date]) -> str:
    """The address with its days said, and without what makes no difference to the rows."""
    path, _, query = address.partition("?")
    kept = QueryDict(query, mutable=True)
    for name in PASSING:
        kept.pop(name, None)
    for name, on in days.items():
        kept[name] = on.isoformat()
    kept["format"] = kind
    ordered = QueryDict(mutable=True)
    for name, values in sorted(kept.lists()):
        ordered.setlist(name, values)
    return f"{path}?{ordered.urlencode()}"


def title_of(shown: Shown, kind: str, days: Mapping[str, date]) -> str:
    """What stands on the page, where all staff read it: not what was typed to find somebody."""
    said = [f"{shown.listing.noun[1].capitalize()} as {kind.upper()}"]
    said += [f"{name.replace('_', ' ')} {day(on)}" for name, on in days.items()]
    for one, (_, label, words) in zip(shown.filters, shown.chips, strict=True):
        if words:
            said.append(f"{label.lower()} {words}" if isinstance(one, Choice) else "found by a search")
    return ", ".join([*said, "chosen by hand"] if shown.only else said)[:160]


# --- writing --------------------------------------------------------------------------------------------------------
def write(work_id: int) -> None:
    """In one transaction of a worker: the whole file, and the end of the work. Twice writes it once."""
    work = take_up(work_id)
    if work is None:
        return
    file, by = work.file, work.by
    assert by is not None
    try:
        shown = list_at(file.address, by).shown
    except PermissionDenied:
        raise NotAllowed(by=by) from None
    rows, size = Told(shown, work_id), 0
    for number, piece in enumerate(pieces(file.format, shown, rows)):
        size += len(piece)
        ListFilePiece.objects.create(file=file, number=number, content=zlib.compress(piece))
    ListFile.objects.filter(pk=file.pk).update(size=size, kept_until=Now() + KEPT_FOR)
    said = f"{count(rows.read)} {shown.listing.noun[rows.read != 1]}, {megabytes(size)}."
    ended(work_id, result=said, done=rows.read, total=rows.read, subject=file.pk)


class Told:
    """Every row of the list, while the page is told how many were read."""

    def __init__(self, shown: Shown, work_id: int) -> None:
        self.shown, self.work_id, self.read = shown, work_id, 0

    def __iter__(self) -> Iterator[list[object]]:
        total = self.shown.how_many()
        reached(self.work_id, 0, total)
        for line in self.shown.lines():
            yield line
            self.read += 1
            if self.read % TOLD == 0:
                reached(self.work_id, self.read, max(self.read, total))


def pieces(kind: str, shown: Shown, rows: Iterable[list[object]]) -> Iterator[bytes]:
    """The bytes of the file. No more of it is in memory than a piece, and the rows that are read at once."""
    if kind == ListFile.Format.CSV:
        yield from gathered(csv_lines(shown.header, rows))
        return
    folder = writing_folder()
    with TemporaryFile(dir=folder) as made:
        sheet = shown.listing.noun[1].capitalize()
        write_xlsx(made, {sheet: headed(shown.header, rows)}, folder=folder)
        made.seek(0)
        yield from iter(partial(made.read, PIECE), b"")


def headed(header: list[str], rows: Iterable[list[object]]) -> Iterator[list[object]]:
    yield list(header)
    yield from rows


def gathered(lines: Iterable[str]) -> Iterator[bytes]:
    """The lines as bytes, about a PIECE at a time."""
    waiting, size = [], 0
    for line in lines:
        waiting.append(line.encode())
        size += len(waiting[-1])
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def megabytes(size: int) -> str:
    """1.2 MB; less than a tenth is said as 0.1 MB."""
    tenths = max(1, -(-size * 10 // 1_000_000))
    return f"{count(tenths // 10)}.{tenths % 10} MB"


# --- keeping --------------------------------------------------------------------------------------------------------
def content_of(file: ListFile) -> Iterator[bytes]:
    """The bytes, a piece at a time."""
    kept = file.pieces.order_by("number").values_list("content", flat=True)
    for content in kept.iterator(chunk_size=1):
        yield zlib.decompress(content)


def remove_old() -> None:
    """Take away the bytes of files that are not handed out any more."""
    ListFilePiece.objects.filter(file__kept_until__lte=Now()).delete()


def clear_folder() -> None:
    """Take away what a worker that was killed left of a file it was writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now())")
        now = int(cursor.fetchone()[0])
    for path in writing_folder().iterdir():
        if now - path.stat().st_mtime > LEFT_FOR:
            path.unlink(missing_ok=True)


def writing_folder() -> Path:
    """Where a file is put down while it is written."""
    folder: Path = settings.STATE_DIR / "writing"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
