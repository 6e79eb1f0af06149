"""The file of a long list: ordered, written by a worker, fetched by whoever ordered it, and removed after some days."""

import csv
import os
import re
import time
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zipfile import ZipFile

import pytest
from django.core.cache import cache
from django.utils import timezone

from ledger.models import Loan, LoanBalance
from ledger.views.lists import ADDRESSES
from lending import list_files, tasks
from lending.work import lines as lines_of
from parties.models import Party
from tenants.long_work import KEY, WorkerLost, heard_of, reached, write_down_lost
from tenants.models import ListFile, ListFilePiece, LongWork, Tenant, User
from tests.pages import table, words


@pytest.fixture
def book(make_loan: Any, settings: Any) -> list[Loan]:
    """Four loans, where two rows are what a person waits for; the second and third are late."""
    settings.ROWS_AT_ONCE = 2
    names = ["Alder Rentals", "Birch Storage", "=Cedar LLC", "Dogwood Inc"]
    loans = [make_loan(to=Party.objects.create(kind="company", name=name)) for name in names]
    LoanBalance.objects.filter(pk__in=[loans[1].pk, loans[2].pk]).update(dpd=45, past_due_amount="2104.42")
    return loans


def signed(client: Any, address: str) -> str:
    """What the list's own page orders its file with."""
    return str(fields(client.get(address))["address"])


def fields(page: Any) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.content.decode())
    return {name: value.replace("&amp;", "&") for name, value in found}


def order(client: Any, address: str, kind: str = "csv") -> Any:
    return client.post("/work/files/", {"address": signed(client, address), "format": kind})


def written(work: LongWork) -> LongWork:
    tasks.list_file_task(work.tenant_id, work.pk)
    work.refresh_from_db()
    return work


def the_work() -> LongWork:
    return LongWork.objects.get(kind="file")


def rows_in(response: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig"))))


def test_a_short_list_comes_at_once(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    short = "/loans/?bucket=past-due&columns=number"
    assert "A worker writes a file this long" not in words(client.get(short))
    assert rows_in(client.get(f"{short}&format=csv")) == [["Loan"], [book[1].number], [book[2].number]]
    assert not LongWork.objects.exists()


def test_a_long_list_is_ordered_written_and_fetched(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    address = "/loans/?columns=borrower,past_due&sort=-borrower&page=1"
    assert "A worker writes a file this long. You fetch it from Long work." in words(client.get(address))
    answer = order(client, address)
    assert (answer.status_code, answer.url) == (302, "/loans/?columns=borrower%2Cpast_due&sort=-borrower")
    page = client.get(answer.url)
    assert "Loans as CSV is written by a worker. Fetch it from Long work" in words(page)
    work = the_work()
    assert (work.title, work.by, work.total, work.finished_at) == ("Loans as CSV", people.operations, 0, None)
    assert not ListFilePiece.objects.exists()
    assert "Loans as CSV Waiting for a worker Started by Operations" in words(client.get("/work/"))
    reached(work.pk, 2, 4)
    going_on = words(client.get("/work/progress/"))
    assert "Loans as CSV 2 of 4 rows" in going_on
    assert "Running Started by Operations" in going_on
    cache.delete(f"{KEY}/{work.pk}")
    work = written(work)
    assert (work.done, work.total, work.result) == (4, 4, "4 loans, 0.1 MB.")
    file = ListFile.objects.get()
    assert work.subject == file.pk
    answer = client.get(f"/work/files/{file.pk}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="loans.csv"'
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.getvalue()) == file.size
    answer = client.get(f"/work/files/{file.pk}/")
    shown = [row[:3] for row in table(page, "Loans")[1:-1]]
    assert rows_in(answer) == [
        ["Loan", "Borrower", "Past due"],
        [book[3].number, "Dogwood Inc", "0.00"],
        [book[1].number, "Birch Storage", "2104.42"],
        [book[0].number, "Alder Rentals", "0.00"],
        [book[2].number, "'=Cedar LLC", "2104.42"],
    ]
    assert [row[0] for row in shown] == [book[place].number for place in (3, 1, 0, 2)]


def test_a_workbook_has_the_same_rows(book: Any, people: Any, client_of: Any, settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    client = client_of(people.operations)
    order(client, "/loans/?columns=borrower,principal&sort=-number", "xlsx")
    written(the_work())
    answer = client.get(f"/work/files/{ListFile.objects.get().pk}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="loans.xlsx"'
    sheet = ZipFile(BytesIO(answer.getvalue())).read("xl/worksheets/sheet1.xml").decode()
    texts = [text.partition("</t>")[0] for text in sheet.split("<t>")[1:]]
    assert texts[:3] == ["Loan", "Borrower", "Principal"]
    assert texts[3:] == [
        text
        for place in (3, 2, 1, 0)
        for text in (book[place].number, ["Alder Rentals", "Birch Storage", "=Cedar LLC", "Dogwood Inc"][place])
    ]
    assert sheet.count("<v>12000.00</v>") == 4
    assert "<f>" not in sheet  # text, not a formula
    assert list(list_files.writing_folder().iterdir()) == []


def test_what_was_typed_to_find_somebody_is_not_told_to_all(book: Any, people: Any, client_of: Any) -> None:
    Party.objects.update(name="Birch Storage")
    client = client_of(people.operations)
    order(client, "/loans/?q=birch&state=active&columns=number")
    work = written(the_work())
    assert work.title == "Loans as CSV, found by a search, state Active"
    assert rows_in(client.get(f"/work/files/{work.subject}/")) == [["Loan"], *([loan.number] for loan in book)]


def test_the_same_list_twice_is_one_work_until_it_is_there(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    for address in ("/loans/?columns=borrower&sort=number", "/loans/?sort=number&page=1&columns=borrower"):
        order(client, address)
    assert LongWork.objects.count() == ListFile.objects.count() == 1
    order(client, "/loans/?columns=borrower", "xlsx")  # another format is another file
    order(client_of(people.auditor), "/loans/?columns=borrower&sort=number")  # and so is another person's
    assert LongWork.objects.count() == ListFile.objects.count() == 3
    first = LongWork.objects.earliest("pk")
    written(first)
    order(client, "/loans/?columns=borrower&sort=number")
    assert LongWork.objects.filter(title=first.title, by=first.by).count() == 2


def test_a_message_that_comes_twice_writes_once(book: Any, people: Any, client_of: Any) -> None:
    order(client_of(people.operations), "/loans/")
    work = written(the_work())
    before = list(ListFilePiece.objects.values_list("pk", "content"))
    kept = ListFile.objects.values().get()
    written(work)
    assert list(ListFilePiece.objects.values_list("pk", "content")) == before
    assert ListFile.objects.values().get() == kept


def test_how_many_rows_were_read_is_told_while_it_is_written(
    book: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "TOLD", 3)
    order(client_of(people.operations), "/loans/")
    work = written(the_work())
    heard = heard_of([work.pk])[work.pk]
    assert (heard.done, heard.total) == (3, 4)


def test_a_file_of_many_pieces_is_put_together_again(
    book: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_files, "PIECE", 10)  # bytes: a line of the file and no more
    client = client_of(people.operations)
    order(client, "/loans/?columns=borrower")
    work = written(the_work())
    assert ListFilePiece.objects.count() == 5
    names = ["Alder Rentals", "Birch Storage", "'=Cedar LLC", "Dogwood Inc"]
    expected = [[loan.number, name] for loan, name in zip(book, names, strict=True)]
    assert rows_in(client.get(f"/work/files/{work.subject}/"))[1:] == expected


def test_an_address_no_list_was_shown_at_is_refused(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    for address in ("", "/loans/", "https://elsewhere.example/", signed(client, "/loans/") + "x"):
        refused = client.post("/work/files/", {"address": address, "format": "csv"})
        assert refused.status_code == 409
        assert "There is no list at this address" in words(refused)
    refused = client.post("/work/files/", {"address": signed(client, "/loans/"), "format": "pdf"})
    assert "There is no list at this address" in words(refused)
    assert not LongWork.objects.exists()


def test_a_link_to_a_file_that_is_long_leads_to_ordering_it(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    page = client.get("/loans/?columns=borrower&format=xlsx")
    assert "The list has more than 2 loans, so a worker writes its file." in words(page)
    assert 'href="/loans/?columns=borrower"' in page.content.decode()
    answer = client.post("/work/files/", {"address": fields(page)["address"], "format": "xlsx"})
    assert answer.url == "/loans/?columns=borrower"
    assert ListFile.objects.get().format == "xlsx"


def test_the_rows_chosen_by_hand_are_the_file(book: Any, people: Any, client_of: Any, settings: Any) -> None:
    client = client_of(people.operations)
    page = client.get("/loans/?columns=number&" + "&".join(f"pick={loan.pk}" for loan in book[1:]) + "&format=csv")
    client.post("/work/files/", {"address": fields(page)["address"], "format": "csv"})
    work = written(the_work())
    assert work.title == "Loans as CSV, chosen by hand"
    assert rows_in(client.get(f"/work/files/{work.subject}/")) == [["Loan"], *([loan.number] for loan in book[1:])]


def test_the_days_are_those_that_were_shown(people: Any, book: Any, client_of: Any, settings: Any) -> None:
    """The business date moves before a worker comes to it: the file is as of the day on which it was ordered."""
    client = client_of(people.auditor)
    settings.ROWS_AT_ONCE = 1
    order(client, "/books/accounts/1200/")
    work = the_work()
    today = Tenant.objects.get().business_date
    assert work.title == "Postings as CSV, as of 31 Dec 2008"
    query = parse_qs(ListFile.objects.get().address.partition("?")[2])
    assert query == {"as_of": ["2008-12-31"], "format": ["csv"]}
    Tenant.objects.update(business_date=today + timedelta(days=30))
    written(work)
    found = rows_in(client.get(f"/work/files/{work.subject or ListFile.objects.get().pk}/"))
    assert len(found) == 1 + 4


# --- who may --------------------------------------------------------------------------------------------------------
def test_it_is_for_whoever_ordered_it_while_they_may_open_its_list(book: Any, people: Any, client_of: Any) -> None:
    client, other = client_of(people.operations), client_of(people.portfolio_manager)
    order(client, "/loans/")
    work = the_work()
    assert client.get(f"/work/files/{ListFile.objects.get().pk}/").status_code == 404  # it is not written yet
    address = f"/work/files/{written(work).subject}/"
    assert address in client.get("/work/").content.decode()
    assert address not in other.get("/work/").content.decode()
    assert other.get(address).status_code == 404
    assert client_of(people.borrower).get(address).status_code == 403
    User.objects.filter(pk=people.operations.pk).update(roles=["borrower"])
    assert client.get(address).status_code == 403
    User.objects.filter(pk=people.operations.pk).update(roles=["operations"], is_active=False)
    assert client.get(address).status_code == 302


def test_nobody_orders_a_list_they_may_not_open(book: Any, people: Any, client_of: Any) -> None:
    address = signed(client_of(people.operations), "/loans/").replace("/loans/", "/applications/")
    assert client_of(people.collections).post("/work/files/", {"address": address, "format": "csv"}).status_code == 409
    given = {"address": ADDRESSES.sign("/applications/"), "format": "csv"}
    assert client_of(people.collections).post("/work/files/", given).status_code == 403
    assert client_of(people.borrower).post("/work/files/", given).status_code == 403
    assert not LongWork.objects.exists()


def test_whoever_may_not_open_the_list_any_more_gets_no_file(book: Any, people: Any, client_of: Any) -> None:
    order(client_of(people.operations), "/loans/")
    User.objects.filter(pk=people.operations.pk).update(roles=["borrower"])
    work = the_work()
    with pytest.raises(list_files.NotAllowed):
        tasks.list_file_task(work.tenant_id, work.pk)
    assert the_work().failure == "Operations may not open this list any more, so its file was not written."
    assert not ListFilePiece.objects.exists()
    assert ListFile.objects.get().kept_until is None


# --- where it stops, and how long it is kept ------------------------------------------------------------------------
def test_a_worker_that_was_killed_left_nothing_and_the_work_says_so(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    order(client, "/loans/")
    work = the_work()
    reached(work.pk, 2, 4)  # a worker had it, and is gone
    with pytest.raises(WorkerLost):
        tasks.list_file_task(work.tenant_id, work.pk)  # its message is delivered again
    (row,) = table(client.get("/work/"), "Long work that ended")[1:]
    assert row[1] == (
        "Failed The worker that had it was stopped before it was done, and nothing of it was kept. "
        "Order the file again from its list."
    )
    assert not ListFilePiece.objects.exists()
    assert 'href="/loans/">Loans as CSV</a>' in client.get("/work/").content.decode()
    assert ">Loans as CSV</a>" not in client_of(people.auditor).get("/work/").content.decode()
    # Ordered again it is other work, and is done.
    order(client, "/loans/")
    again = LongWork.objects.get(kind="file", finished_at=None)
    assert written(again).result == "4 loans, 0.1 MB."


def test_what_nobody_has_any_more_is_written_down_as_stopped(book: Any, people: Any, client_of: Any) -> None:
    order(client_of(people.operations), "/loans/")
    write_down_lost()
    assert the_work().failure == ""  # no worker came to it yet
    reached(the_work().pk, 2, 4)
    write_down_lost()
    assert the_work().failure == str(WorkerLost())


def test_it_is_kept_for_seven_days_and_then_the_line_says_so(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    order(client, "/loans/")
    work = written(the_work())
    file = ListFile.objects.get()
    assert file.kept_until is not None
    assert abs(file.kept_until - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    assert "4 loans, 0.1 MB. Kept until" in words(client.get("/work/"))
    tasks.remove_files()
    assert ListFilePiece.objects.count() == 1
    ListFile.objects.update(kept_until=timezone.now() - timedelta(seconds=1))
    assert client.get(f"/work/files/{file.pk}/").status_code == 404  # before the job comes to it
    tasks.remove_files()
    assert not ListFilePiece.objects.exists()
    (line,) = lines_of(people.operations)
    assert line.fetch == ""
    (row,) = table(client.get("/work/"), "Long work that ended")[1:]
    assert row[1].startswith("Done 4 loans, 0.1 MB. Removed on")
    assert row[1].endswith("order it again from its list.")
    assert f"/work/files/{file.pk}/" not in client.get("/work/").content.decode()
    assert work.subject == file.pk


def test_what_a_killed_worker_left_on_the_disk_goes_after_a_day(tenant: Any, settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    for name, hours in (("old", 25), ("new", 23)):
        path = list_files.writing_folder() / name
        path.write_text("x")
        os.utime(path, (time.time() - hours * 3600,) * 2)
    tasks.remove_files()
    assert [path.name for path in list_files.writing_folder().iterdir()] == ["new"]
