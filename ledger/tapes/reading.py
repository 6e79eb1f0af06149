"""A tape as it lies on disk: a CSV file with a heading, read whole and strictly."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.tapes.errors import NotATape


@dataclass(frozen=True, slots=True)
class Row:
    """A row as text. line: where it ends in the file; the heading is line 1.  fields: how many it has."""

    line: int
    values: dict[str, str]
    fields: int


@dataclass(frozen=True, slots=True)
class Tape:
    """name: the file's.  columns: the heading.  sha256: of the file's bytes, in hexadecimal."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_tape(path: Path, columns: Sequence[str]) -> Tape:
    """Read the tape at `path`, which must have `columns`, in any order and among others.

    Raises NotATape, saying why, for a file that is not there, is not text in UTF-8, is not CSV, lacks a column, names
    one twice, or has no rows.
    """
    tape = path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotATape(tape=tape, why=f"it could not be read ({error.strerror})") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"byte {error.start + 1} is not text in UTF-8. Save it as CSV in UTF-8"
        raise NotATape(tape=tape, why=why) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, fields) for fields in reader]
    except csv.Error as error:
        raise NotATape(tape=tape, why=f"line {reader.line_num} is not CSV ({error})") from None
    heading = tuple(lines[0][1]) if lines else ()
    require_columns(tape, heading, columns)
    rows = tuple(
        Row(line=line, values=dict(zip(heading, (field.strip() for field in fields), strict=False)), fields=len(fields))
        for line, fields in lines[1:]
        if fields
    )
    if not rows:
        raise NotATape(tape=tape, why="it has a heading and no rows")
    return Tape(name=tape, sha256=hashlib.sha256(content).hexdigest(), columns=heading, rows=rows)


def require_columns(tape: str, heading: Sequence[str], columns: Sequence[str]) -> None:
    twice = sorted({name for name in heading if heading.count(name) > 1})
    if twice:
        raise NotATape(tape=tape, why=f"its heading names {', '.join(twice)} more than once")
    missing = [name for name in columns if name not in heading]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        raise NotATape(tape=tape, why=f"its heading lacks the {word} {', '.join(missing)}")
