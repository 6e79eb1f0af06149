"""The ageing of the whole book on any two dates: what a close knew, and what became known later."""

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from html import unescape
from io import StringIO
from typing import Any

import pytest

from ledger.loan_books import loan_books
from ledger.models import LateLoan, Loan, LoanBalance
from ledger.standing import position, read_account
from lending.tasks import list_file_task
from reporting.ageing import NotClosed, TooManyCorrections, ageing
from tenants.models import ListFile, LongWork, User
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.test_night import NEW_YEAR, Book
from tests.pages import queries, table, words

LATER = date(2009, 1, 2)


@pytest.fixture
def book(committed: str) -> Book:
    """Three loans of $10,000, $20,000 and $30,000, three days closed; the third is eleven days late on the first."""
    made = Book()
    made.close(times=3)
    return made


def buckets(as_of: date, known_on: date | None = None) -> dict[str, tuple[int, D, D]]:
    """{code: loans, owed, past due} of the buckets that are not empty."""
    (rows,) = ageing(as_of, known_on).buckets.values()
    return {row.code: (row.loans, row.owed, row.past_due) for row in rows if row.loans}


def test_a_past_day_is_as_its_close_wrote_it_down(book: Book) -> None:
    with book.inside():
        assert LateLoan.objects.filter(business_date=BUSINESS_DATE).get().dpd == 11
        # 30,000.00 and 41 days at $6.00 and the late fee of 67.36; the other two, 30 days at $2.00 and $4.00.
        late = (1, D("30313.36"), D("1347.27"))
        assert buckets(BUSINESS_DATE) == {"current": (2, D("30180.00"), D("0.00")), "1-29": late}
        assert buckets(BUSINESS_DATE, BUSINESS_DATE)["1-29"] == late
        for loan in Loan.objects.all():
            at = position(read_account(loan), as_of=BUSINESS_DATE, known_on=BUSINESS_DATE)
            assert loan_books(loan.pk, as_of=BUSINESS_DATE, known_on=BUSINESS_DATE).owed == at.payoff


def test_what_became_known_later_counts_unless_the_second_date_is_before_it(book: Book) -> None:
    # Found on 3 January: the instalment was paid on its due date.
    book.pay(2, "1347.27", date(2008, 12, 20), "found")
    with book.inside():
        now = ageing(BUSINESS_DATE)
        assert now.late == []
        (rows,) = now.buckets.values()
        assert rows[0].loans == 3
        as_was_known = ageing(BUSINESS_DATE, BUSINESS_DATE)
        assert [(row.dpd, row.past_due, row.replayed) for row in as_was_known.late] == [(11, D("1347.27"), False)]
        third = book.loans[2].pk
        known = loan_books(third, as_of=BUSINESS_DATE, known_on=LATER)
        assert (known.principal, known.interest, known.fees) == (D("30000.00"), D("246.00"), D("67.36"))
        found = loan_books(third, as_of=BUSINESS_DATE)
        at = position(read_account(book.loans[2]), as_of=BUSINESS_DATE)
        assert (found.principal, found.interest, found.fees, found.unapplied) == (
            at.state.principal, at.state.interest, at.state.fees, at.state.unapplied,
        )  # fmt: skip


def test_a_day_that_nobody_closed_is_refused(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    with book.inside():
        with pytest.raises(NotClosed, match="from 2008-12-31 on"):
            ageing(date(2008, 12, 30))
        monkeypatch.setattr("reporting.ageing.REPLAYED_AT_MOST", 0)
        assert ageing(NEW_YEAR).late
    book.pay(2, "1.00", date(2008, 12, 20), "found")
    with book.inside(), pytest.raises(TooManyCorrections):
        ageing(NEW_YEAR)


def test_the_page_shows_a_day_its_loans_and_the_file(book: Book, client_of: Callable[[Any], Any]) -> None:
    with book.inside():
        client = client_of(User.objects.get(email="auditor@example.com"))
    page = client.get("/books/ageing/?as_of=2008-12-31")
    rows = table(page, "USD")
    assert rows[1][1:] == ["2", "30,180.00", "0.00"]
    assert rows[2][1:] == ["1", "30,313.36", "1,347.27"]
    assert "Shown as of Wed 31 Dec 2008" in words(page)
    late, in_all = table(page, "Loans that were late")[1:]
    assert late[1:] == ["Borrower", "1–29 days", "11", "1,347.27", "30,313.36"]
    assert in_all == ["All 1", "USD", "", "", "1,347.27", "30,313.36"]
    none = client.get("/books/ageing/?as_of=2008-12-31&bucket=30-59").content.decode()
    assert '<table class="table lw-list lw-compact" aria-label="Loans that were late"' not in none
    columns = "columns=borrower,currency,days,past_due,owed"
    figures = ["USD", "11", "1347.27", "30313.36"]
    file = client.get(f"/books/ageing/?as_of=2008-12-31&known_on=2008-12-31&format=csv&{columns}")
    assert file.headers["Content-Disposition"] == 'attachment; filename="ageing-2008-12-31-known-2008-12-31.csv"'
    assert list(csv.reader(StringIO(file.getvalue().decode("utf-8-sig"))))[1][2:] == figures
    refused = client.get("/books/ageing/?as_of=2008-12-30")
    assert (refused.status_code, "is not known: closes wrote it down" in words(refused)) == (422, True)


def test_its_file_is_ordered_where_it_is_long_and_refused_by_the_worker_in_the_words_of_the_page(
    book: Book, client_of: Callable[[Any], Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROWS_AT_ONCE = 0
    with book.inside():
        client = client_of(User.objects.get(email="auditor@example.com"))
    page = client.get("/books/ageing/?as_of=2008-12-31&columns=borrower,days,past_due").content.decode()
    given = re.findall(r'name="(address)" value="([^"]*)"', page)
    for _ in range(2):
        assert client.post("/work/files/", {name: unescape(value) for name, value in given} | {"format": "csv"}).url
    with book.inside():
        work = LongWork.objects.get(kind="file")
    assert work.title == "Loans as CSV, as of 31 Dec 2008"
    list_file_task(book.tenant.pk, work.pk)
    with book.inside():
        work.refresh_from_db()
    answer = client.get(f"/work/files/{work.subject}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ageing-2008-12-31.csv"'
    assert list(csv.reader(StringIO(answer.getvalue().decode("utf-8-sig")))) == [
        ["Loan", "Borrower", "Days", "Past due"],
        [book.loans[2].number, "Borrower", "11", "1347.27"],
    ]
    # Ordered once more; before a worker comes to it, more becomes known than can be replayed while somebody waits.
    client.post("/work/files/", {name: unescape(value) for name, value in given} | {"format": "xlsx"})
    book.pay(2, "1.00", date(2008, 12, 20), "found")
    monkeypatch.setattr("reporting.ageing.REPLAYED_AT_MOST", 0)
    with book.inside():
        again = LongWork.objects.get(kind="file", finished_at=None)
    with pytest.raises(TooManyCorrections):
        list_file_task(book.tenant.pk, again.pk)
    with book.inside():
        again.refresh_from_db()
        assert again.failure.startswith("0 loans were corrected after 2008-12-31, too many to replay")
        assert ListFile.objects.get(work=again).kept_until is None


def test_the_open_day_is_read_from_the_balances_and_its_sums_come_after_the_page(
    book: Book, client_of: Callable[[Any], Any]
) -> None:
    with book.inside():
        client = client_of(User.objects.get(email="auditor@example.com"))
        numbers = [loan.number for loan in book.loans]
    page = client.get("/books/ageing/")
    assert 'hx-get="?part=buckets"' in page.content.decode()
    # At the close of 2 January: the third, two days at $6.00 later; the others, whose first instalment was due the day
    # before, 32 days at $2.00 and $4.00 after they were paid out.
    assert table(page, "Loans that are late")[1:] == [
        [numbers[2], "Borrower", "1–29 days", "13", "1,347.27", "30,325.36"],
        [numbers[0], "Borrower", "1–29 days", "1", "449.09", "10,064.00"],
        [numbers[1], "Borrower", "1–29 days", "1", "898.18", "20,128.00"],
        ["All 3", "USD", "", "", "2,694.54", "60,517.36"],
    ]
    sums = table(client.get("/books/ageing/?part=buckets"), "USD")
    assert [row[1:] for row in sums[1:4]] == [
        ["0", "0.00", "0.00"],
        ["3", "60,517.36", "2,694.54"],
        ["0", "0.00", "0.00"],
    ]
    none = client.get("/books/ageing/?bucket=30-59").content.decode()
    assert 'aria-label="Loans that are late"' not in none
    file = client.get("/books/ageing/?sort=past_due&format=csv&columns=late,days,past_due,owed")
    assert list(csv.reader(StringIO(file.getvalue().decode("utf-8-sig"))))[1:] == [
        [numbers[0], "1-29", "1", "449.09", "10064.00"],
        [numbers[1], "1-29", "1", "898.18", "20128.00"],
        [numbers[2], "1-29", "13", "1347.27", "30325.36"],
    ]
    dearest = client.get("/books/ageing/?sort=-owed&bucket=1-29")
    assert [row[0] for row in table(dearest, "Loans that are late")[1:4]] == [numbers[2], numbers[1], numbers[0]]


def test_the_open_day_takes_the_same_queries_whatever_is_late(book: Book, client_of: Callable[[Any], Any]) -> None:
    with book.inside():
        client = client_of(User.objects.get(email="auditor@example.com"))
        one = queries(client, "/books/ageing/")
        LoanBalance.objects.filter(open=True).update(dpd=40, past_due_amount=D("5.00"))
        assert queries(client, "/books/ageing/") == one
        assert len(table(client.get("/books/ageing/"), "Loans that are late")) == 5
