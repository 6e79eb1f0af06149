"""The seal of a day, its export, and the verifier that an auditor runs: whoever touches a row is found out by name."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from ledger.close.seal_export import NothingSealed, TooManyRows, seals_between, write_folder, write_zip
from ledger.close.sealing import TABLES, seal_differences, seal_night
from ledger.merkle import Tree, leaf_hash
from ledger.models import Accrual, Entry, LoanEvent, Night, Posting, Seal, SealBlock
from ledger.operations import receive_payment
from tests import database
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.test_night import NEW_YEAR, Book

TOOL = Path(__file__).resolve().parents[3] / "tools" / "verify_ledger.py"
spec = importlib.util.spec_from_file_location("verify_ledger", TOOL)
assert spec is not None
assert spec.loader is not None
verifier = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verifier)


# --- the seal ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def book(committed: str) -> Book:
    """Three days closed; a payment on the second."""
    made = Book()
    made.close()
    made.pay(0, "100.00", NEW_YEAR, "p1")
    made.close(times=2)
    return made


def test_every_column_of_what_is_sealed_is_sealed() -> None:
    for kind, table in TABLES.items():
        columns = {field.column for field in table.model._meta.local_fields}
        assert columns == {"id", "tenant_id", *table.columns}, kind


def test_each_closed_day_is_sealed_once_in_a_chain(book: Book) -> None:
    with book.inside():
        first, second, third = Seal.objects.order_by("business_date")
        assert (first.business_date, second.business_date) == (BUSINESS_DATE, NEW_YEAR)
        assert (first.previous, second.previous, third.previous) == ("", first.root, second.root)
        counts = json.loads(first.line)[6]
        assert (counts["event"], counts["entry"], counts["posting"], counts["accrual"]) == (4, 5, 10, 3)
        assert counts["balance"] == 6
        assert first.leaves == sum(counts.values()) + 1
        sealed = {kind: set() for kind in TABLES}
        for block in SealBlock.objects.exclude(kind="balance"):
            assert len(bytes(block.hashes)) == 32 * len(block.ids)
            assert not sealed[block.kind] & set(block.ids)
            sealed[block.kind] |= set(block.ids)
        for kind, table in TABLES.items():
            assert sealed[kind] == set(table.model.objects.values_list("pk", flat=True)), kind
        night = Night.objects.get(business_date=NEW_YEAR)
        assert seal_night(night) == second
        assert Seal.objects.count() == 3


def test_nothing_differs_from_the_seals_while_nothing_was_touched(book: Book) -> None:
    with book.inside():
        rows = sum(Seal.objects.values_list("leaves", flat=True))
        assert seal_differences(every=True) == (rows, [])
        assert seal_differences(every=False)[1] == []


# --- the export and its verifier --------------------------------------------------------------------------------------
@pytest.fixture
def exported(book: Book, tmp_path: Path) -> Path:
    folder = tmp_path / "seals"
    with book.inside():
        assert write_folder(folder) == 3
        assert write_folder(folder) == 0
    return folder


def findings(folder: Path, *roots: str) -> list[str]:
    """What the verifier says, run as an auditor runs it; its exit code agrees."""
    options = [option for root in roots for option in ("--root", root)]
    done = subprocess.run(
        [sys.executable, "-I", str(TOOL), str(folder), *options], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    *said, _ = done.stdout.strip().splitlines()
    if done.returncode == 0:
        assert "hold. The export follows on the first day of these books." in said[-1]
        return []
    assert done.returncode == 1
    return [line for line in said if line]


def test_an_export_that_nobody_touched_holds(exported: Path, book: Book) -> None:
    assert findings(exported) == []
    with book.inside():
        root = Seal.objects.get(business_date=NEW_YEAR).root
    assert findings(exported, f"{NEW_YEAR}={root}") == []
    (other,) = findings(exported, f"{NEW_YEAR}={'0' * 64}")
    assert other.endswith(f"and the export says {root}: this is another ledger.")


def test_the_zip_holds_the_same_and_a_part_of_the_days_says_what_is_not_in_it(book: Book, tmp_path: Path) -> None:
    with book.inside():
        for name, first in (("all.zip", BUSINESS_DATE), ("part.zip", NEW_YEAR)):
            with (tmp_path / name).open("wb") as file:
                write_zip(file, seals_between(first, date(2009, 12, 31)))
    assert findings(tmp_path / "all.zip") == []
    days, problems = verifier.verify(tmp_path / "part.zip")
    assert ([day.day for day in days], problems) == (["2009-01-01", "2009-01-02"], [])


class Rows:
    """The rows of an exported day, to be tampered with."""

    def __init__(self, folder: Path, day: str = "2009-01-01") -> None:
        self.path = folder / f"{day}.rows.jsonl"
        self.lines = self.path.read_text().splitlines()

    def place(self, kind: str) -> int:
        return next(place for place, line in enumerate(self.lines) if json.loads(line)[0] == kind)

    def row(self, kind: str) -> list[Any]:
        row: list[Any] = json.loads(self.lines[self.place(kind)])
        return row

    def put(self, place: int, row: list[Any]) -> None:
        self.lines[place] = json.dumps(row)

    def save(self) -> None:
        self.path.write_text("\n".join(self.lines) + "\n")


def alter(kind: str, place: int, value: Any) -> Callable[[Rows], str]:
    def tamper(rows: Rows) -> str:
        row = rows.row(kind)
        row[place] = value if not callable(value) else value(row[place])
        rows.put(rows.place(kind), row)
        of = f" of entry {row[2]}" if kind == "posting" else ""
        return f"2009-01-01: {kind.capitalize()} {row[1]}{of} was altered after it was sealed."

    return tamper


def removed_entry(rows: Rows) -> str:
    entry = rows.row("entry")[1]
    rows.lines = [line for line in rows.lines if json.loads(line)[:2] != ["entry", entry]]
    return f"2009-01-01: Entry {entry} was removed."


def inserted_entry(rows: Rows) -> str:
    entry = rows.row("entry")
    rows.lines.insert(rows.place("posting"), json.dumps(["entry", 999_999, *entry[2:]]))
    return "2009-01-01: Entry 999999 was added after the day was sealed."


def swapped(rows: Rows) -> str:
    place = rows.place("posting")
    later = json.loads(rows.lines[place + 1])
    rows.lines[place], rows.lines[place + 1] = rows.lines[place + 1], rows.lines[place]
    return f"2009-01-01: Posting {json.loads(rows.lines[place + 1])[1]} of entry {later[2]}"


TAMPERED: dict[str, Callable[[Rows], str]] = {
    "an amount": alter("posting", 9, lambda debit: "100.01" if debit != "0.00" else "0.01"),
    "a date": alter("entry", 4, "2008-12-30"),
    "an account": alter("posting", 3, lambda account: account + 1),
    "a day's interest": alter("accrual", 6, "2.01"),
    "an event": alter("event", 7, "2009-01-01T00:00:00.000000Z"),
    "a balance": alter("balance", 2, "1.00"),
    "a removed entry": removed_entry,
    "an inserted entry": inserted_entry,
}


@pytest.mark.parametrize("what", TAMPERED)
def test_each_way_of_tampering_is_named(exported: Path, what: str) -> None:
    rows = Rows(exported)
    if what == "a balance":
        expected = f"2009-01-01: The balance of account {rows.row('balance')[1]} was altered after it was sealed."
        TAMPERED[what](rows)
    else:
        expected = TAMPERED[what](rows)
    rows.save()
    assert expected in findings(exported)


def test_rows_that_changed_places_are_named(exported: Path) -> None:
    rows = Rows(exported)
    expected = swapped(rows)
    rows.save()
    (said,) = [line for line in findings(exported) if "another place" in line]
    assert said.startswith(expected)


def test_an_altered_entry_no_longer_balances_either(exported: Path) -> None:
    rows = Rows(exported)
    place = rows.place("posting")
    row = json.loads(rows.lines[place])
    row[9], row[10] = "100.01", "0.00"
    rows.put(place, row)
    rows.save()
    said = findings(exported)
    assert f"2009-01-01: Posting {row[1]} of entry {row[2]} was altered after it was sealed." in said
    assert any(line.startswith(f"2009-01-01: Entry {row[2]} does not balance: ") for line in said)
    assert any(line.startswith(f"2009-01-01: The balance of account {row[3]} is ") for line in said)


def test_a_replaced_root_is_named_by_the_day_itself_and_the_next(exported: Path) -> None:
    path = exported / "2009-01-01.seal.json"
    seal = json.loads(path.read_text())
    true, seal["root"] = seal["root"], "ab" * 32
    path.write_text(json.dumps(seal))
    first, second = findings(exported)
    assert first == (
        f"2009-01-01: The root was replaced, or the day's own line: the hashes give {true}, the seal says {'ab' * 32}."
    )
    assert second == f"2009-01-02: It names {true} as the root of 2009-01-01, whose seal says {'ab' * 32}."


def test_a_day_that_was_forged_whole_breaks_the_chain(exported: Path) -> None:
    """Rows, hashes and root all made anew for one day: the next day still names the true root."""
    rows, day = Rows(exported), "2009-01-01"
    row = rows.row("accrual")
    row[6] = "2.01"
    rows.put(rows.place("accrual"), row)
    rows.save()
    tree, hashes = Tree(), []
    for line in rows.lines:
        tree.add(leaf_hash(line.encode()))
        kind, pk = json.loads(line)[:2]
        hashes.append(f"{kind} {pk} {leaf_hash(line.encode()).hex()}")
    (exported / f"{day}.hashes").write_text("\n".join(hashes[:-1]) + "\n")
    path = exported / f"{day}.seal.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"root": tree.root().hex()}))
    (said,) = findings(exported)
    assert said.startswith("2009-01-02: It names ")


def test_replaced_hashes_a_missing_day_and_a_cut_file_are_named(exported: Path) -> None:
    path = exported / "2009-01-01.hashes"
    whole = path.read_text()
    _, _, digest = whole.splitlines()[0].split()
    path.write_text(whole.replace(digest, "0" * 64))
    assert "2009-01-01: The hashes were replaced: the rows give the root, the hashes do not." in findings(exported)
    path.write_text(whole)
    rows = Rows(exported)
    rows.lines = rows.lines[:-1]
    rows.save()
    assert "2009-01-01: The last line, which names the day, is missing." in findings(exported)
    for name in ("rows.jsonl", "hashes", "seal.json"):
        (exported / f"2009-01-01.{name}").unlink()
    assert any("2008-12-31: a day is missing." in line for line in findings(exported))


@pytest.mark.parametrize("given", ["nothing", "empty", "text"])
def test_what_is_no_export_is_said(tmp_path: Path, given: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / given
    if given == "empty":
        path.mkdir()
    elif given == "text":
        path.write_text("no export")
    assert verifier.main([str(path)]) == 2
    assert capsys.readouterr().err != ""


def test_the_verifier_needs_nothing_but_python() -> None:
    import ast

    tree = ast.parse(TOOL.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


# --- tampering below the application ----------------------------------------------------------------------------------
def as_owner(name: str, sql: str) -> None:
    """What the owner of the tables could do on the server: switch the guards off, and change a row."""
    with psycopg.connect(database.on(database.OWNER_URL, name), autocommit=True) as connection:
        for table in ("ledger_posting", "ledger_entry", "ledger_accrual", "ledger_seal"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        connection.execute(sql)
        for table in ("ledger_posting", "ledger_entry", "ledger_accrual", "ledger_seal"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


BELOW = {
    "UPDATE ledger_accrual SET amount = amount + 0.01 WHERE id = (SELECT min(id) FROM ledger_accrual)": "was altered",
    "DELETE FROM ledger_accrual WHERE id = (SELECT min(id) FROM ledger_accrual)": "was removed",
    "INSERT INTO ledger_accrual (tenant_id, loan_id, effective_on, booked_on, posted_on, amount) SELECT tenant_id,"
    " loan_id, '2008-12-03', '2008-12-03', '2008-12-31', 1 FROM ledger_accrual LIMIT 1": "was added",
}


@pytest.mark.parametrize("sql", BELOW)
def test_a_row_changed_in_the_database_is_found_by_the_proof_and_by_the_verifier(
    book: Book, committed: str, tmp_path: Path, sql: str
) -> None:
    connections.close_all()
    as_owner(committed, sql)
    with book.inside():
        found = [row["what"] for row in seal_differences(every=True)[1]]
        of_accruals = next(what for what in found if what.startswith("Accrual "))
        assert of_accruals.endswith(f"{BELOW[sql]}, sealed on 2008-12-31")
        write_folder(tmp_path / "seals")
    assert any(BELOW[sql] in line for line in findings(tmp_path / "seals"))


def test_a_root_changed_in_the_database_breaks_the_chain(book: Book, committed: str) -> None:
    connections.close_all()
    as_owner(committed, f"UPDATE ledger_seal SET root = '{'ab' * 32}' WHERE business_date = '2008-12-31'")
    with book.inside():
        found = {row["what"] for row in seal_differences(every=True)[1]}
    assert found == {
        "The seal of 2009-01-01 names another root before it",
        "The hashes kept of 2008-12-31 do not give its root, sealed on 2008-12-31",
    }


# --- folders and downloads --------------------------------------------------------------------------------------------
@pytest.fixture
def seals_folder(tmp_path: Path, settings: Any) -> Path:
    settings.SEALS_DIR = str(tmp_path / "published")
    return tmp_path / "published" / "test-lending"


def test_each_close_writes_its_day_and_catches_up(committed: str, seals_folder: Path) -> None:
    book = Book()
    book.close()
    assert {path.name for path in seals_folder.iterdir()} == {
        "accounts.jsonl", "2008-12-31.rows.jsonl", "2008-12-31.hashes", "2008-12-31.seal.json",
    }  # fmt: skip
    for path in seals_folder.iterdir():
        path.unlink()
    seals_folder.rmdir()
    seals_folder.write_text("the disk is full")  # a folder that cannot be written to
    night = book.close()
    with book.inside():
        night.refresh_from_db()
        assert (night.step, Seal.objects.count()) == ("done", 2)
    seals_folder.unlink()
    book.close()
    assert findings(seals_folder) == []
    assert len(list(seals_folder.glob("*.seal.json"))) == 3


def test_days_that_are_not_sealed_or_too_many_are_refused(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    with book.inside():
        with pytest.raises(NothingSealed, match="No day from 2010-01-01 to 2010-01-31 is sealed"):
            seals_between(date(2010, 1, 1), date(2010, 1, 31))
        monkeypatch.setattr("ledger.close.seal_export.ROWS_AT_MOST", 10)
        with pytest.raises(TooManyRows, match="choose fewer days"):
            seals_between(BUSINESS_DATE, NEW_YEAR)
        assert len(seals_between(BUSINESS_DATE, BUSINESS_DATE)) == 1


def test_an_auditor_downloads_and_verifies(book: Book, tmp_path: Path, client_of: Callable[[Any], Any]) -> None:
    from tenants.models import User

    with book.inside():
        auditor = User.objects.get(email="auditor@example.com")
        teller = User.objects.get(email="collections@example.com")
        client, of_teller = client_of(auditor), client_of(teller)
    answer = client.get("/books/proof/sealed-days/?first=2008-12-31&last=2009-01-02")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="sealed-test-lending-2008-12-31-2009-01-02.zip"'
    )
    (tmp_path / "it.zip").write_bytes(b"".join(answer.streaming_content))
    assert len(zipfile.ZipFile(BytesIO((tmp_path / "it.zip").read_bytes())).namelist()) == 10
    assert findings(tmp_path / "it.zip") == []
    assert client.get("/books/proof/verifier/").content == TOOL.read_bytes()
    for query, said in (
        ("first=2010-01-01&last=2010-01-02", "No day from 2010-01-01 to 2010-01-02 is sealed"),
        ("first=2009-01-02&last=2009-01-01", "The last day is before the first"),
        ("first=&last=2009-01-01", "Choose a day."),
        ("first=x&last=2009-01-01", "Choose a day of the calendar."),
    ):
        page = client.get(f"/books/proof/sealed-days/?{query}")
        assert (page.status_code, said in page.content.decode()) == (422, True), query
    assert of_teller.get("/books/proof/sealed-days/?first=2008-12-31&last=2009-01-02").status_code == 403


def test_a_payment_that_comes_late_is_sealed_on_the_day_it_became_known(book: Book) -> None:
    with book.inside():
        late = receive_payment(
            loan_id=book.loans[1].pk, amount=D("50.00"), effective_on=BUSINESS_DATE, key="late", by=book.by
        )
    book.close()
    with book.inside():
        last = Seal.objects.latest("business_date")
        ids = {kind: set[int]() for kind in TABLES}
        for block in SealBlock.objects.filter(business_date=last.business_date).exclude(kind="balance"):
            ids[block.kind] |= set(block.ids)
        assert late.pk in ids["event"]
        assert {row.pk for row in late.entries.all()} <= ids["entry"]
        assert seal_differences(every=True)[1] == []
        assert {model.__name__ for model in (Accrual, Entry, LoanEvent, Posting)} == {
            table.model.__name__ for table in TABLES.values()
        }
