"""Which files are tapes at all."""

from pathlib import Path

import pytest

from ledger.tapes.errors import NotATape
from ledger.tapes.reading import read_tape
from ledger.tapes.sba import SBA
from tests.ledger.tapes.tape import row, write_tape


def refusal(path: Path, columns: tuple[str, ...] = ("a", "b")) -> str:
    with pytest.raises(NotATape) as refused:
        read_tape(path, columns)
    return str(refused.value)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "tape.csv"
    path.write_bytes(content)
    return path


def test_rows_come_with_their_lines_and_without_blanks_around_values(tmp_path: Path) -> None:
    tape = read_tape(written(tmp_path, b'a,b,c\r\n 1 ,"two\nlines",3\r\n\r\n4,5,6\r\n'), ("b", "a"))
    assert [(one.line, one.values["a"], one.values["b"]) for one in tape.rows] == [
        (3, "1", "two\nlines"),
        (5, "4", "5"),
    ]
    assert (tape.name, tape.columns) == ("tape.csv", ("a", "b", "c"))


def test_the_same_bytes_have_the_same_fingerprint(tmp_path: Path) -> None:
    first, second = (read_tape(write_tape(tmp_path, row(), name=name), list(SBA.columns)) for name in ("a", "b"))
    assert first.sha256 == second.sha256
    other = read_tape(write_tape(tmp_path, row(Term="4"), name="c"), list(SBA.columns))
    assert other.sha256 != first.sha256


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert read_tape(written(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n"), ("a", "b")).columns == ("a", "b")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "its heading lacks the columns a, b"),
        (b"a,c\n1,2\n", "its heading lacks the column b"),
        (b"a,b,a\n1,2,3\n", "its heading names a more than once"),
        (b"a,b\n", "it has a heading and no rows"),
        (b"a,b\n1,\xe9\n", "byte 7 is not text in UTF-8. Save it as CSV in UTF-8"),
        (b'a,b\n1,"2\n', "line 2 is not CSV (unexpected end of data)"),
    ],
)
def test_a_file_that_is_not_a_tape_is_refused_with_the_reason(tmp_path: Path, content: bytes, why: str) -> None:
    assert refusal(written(tmp_path, content)) == f"tape.csv cannot be boarded: {why}."


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv") == (
        "none.csv cannot be boarded: it could not be read (No such file or directory)."
    )
