"""What changed on a day: ranked by money, each line with the rows that it adds up."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from io import StringIO
from typing import Any

import pytest

from ledger.models import Difference, LoanBalance, NightException, Proof
from ledger.operations import charge_off_loan, reverse_event
from reporting.changes import KINDS, changes, day_asked, rows_behind, sum_behind
from tenants.models import User
from tests.conftest import BUSINESS_DATE
from tests.ledger.close.book import NEW_YEAR, Book
from tests.pages import table, words

SECOND, THIRD = date(2009, 1, 2), date(2009, 1, 3)


@pytest.fixture
def book(committed: str) -> Book:
    return Book()


def lines(on: date) -> dict[str, tuple[int, D, str]]:
    """{what: how many, their money, the loan with most of it}"""
    return {line.what: (line.number, line.amount, line.largest) for line in changes(on)}


def test_loans_become_late_and_are_brought_up_to_date(book: Book) -> None:
    book.close()
    third = book.loans[2].number
    with book.inside():
        # The loan of 20 November is eleven days late at the first close there is: it did not become so that day.
        assert set(lines(BUSINESS_DATE)) == {"funded", "back_dated"}
        assert lines(BUSINESS_DATE)["funded"] == (3, D("60000.00"), third)
    book.close()
    book.pay(2, "1414.63", SECOND, "paid")  # the instalment and the late fee
    book.close(times=2)
    with book.inside():
        assert lines(NEW_YEAR) == {}
        # Their first instalment was due on 1 January: 449.09 and 898.18 were missing on the second.
        assert lines(SECOND) == {
            "newly_late": (2, D("1347.27"), book.loans[1].number),
            "cured": (1, D("1347.27"), third),
        }
        assert lines(THIRD) == {}
        assert [(row.loan, row.amount) for row in rows_behind(SECOND, "newly_late", first=0, most=9)] == [
            (book.loans[1], D("898.18")),
            (book.loans[0], D("449.09")),
        ]


def test_events_of_the_day_are_told_by_what_they_mean(book: Book) -> None:
    book.close(times=2)
    payment = book.pay(0, "5000.00", SECOND, "large")
    book.pay(1, "300.00", BUSINESS_DATE, "small and late")
    with book.inside():
        book_is_gone = LoanBalance.objects.get(pk=book.loans[2].pk).owed
        charge_off_loan(loan_id=book.loans[2].pk, effective_on=SECOND, reason="No trace", key="gone", by=book.by)
        assert lines(SECOND) == {
            "charge_off": (1, lines(SECOND)["charge_off"][1], book.loans[2].number),
            "large_payment": (1, D("5000.00"), book.loans[0].number),
            "back_dated": (1, D("300.00"), book.loans[1].number),
        }
        assert lines(SECOND)["charge_off"][1] >= book_is_gone
        (gone,) = [line for line in changes(SECOND) if line.what == "charge_off"]
        assert (gone.reason, gone.sentence) == ("No trace", "1 loan was charged off")
        reverse_event(event_id=payment.pk, reason="R01", key="back", by=book.by)
        assert lines(SECOND)["payment_reversed"] == (1, D("5000.00"), book.loans[0].number)


def test_what_is_wrong_with_the_books_comes_before_any_money_and_ten_lines_are_all(book: Book) -> None:
    night = book.close()
    with book.inside():
        NightException.objects.create(night=night, loan=book.loans[0], step="accrue", sentence="No rate.")
        proof = Proof.objects.earliest("pk")
        Difference.objects.create(
            law=proof.law, what="1200", expected="1", found="2", first_proof=proof, last_proof=proof
        )
        first, second, *_ = changes(BUSINESS_DATE)
        assert (first.what, first.amount, first.reason) == ("exception", D("10000.00"), "No rate.")
        assert (second.what, second.largest, second.reason) == ("difference", "", "1200")
        assert sum_behind(BUSINESS_DATE, "difference") == (1, D("0.00"))


def test_the_home_of_the_portfolio_manager_shows_any_day_and_opens_to_rows(
    book: Book, client_of: Callable[[Any], Any]
) -> None:
    book.close(times=3)
    with book.inside():
        client = client_of(User.objects.get(email="portfolio_manager@example.com"))
        assert day_asked("") == SECOND
        assert day_asked("2030-01-01") == SECOND
    assert 'hx-get="?part=changes&amp;day=2009-01-02"' in client.get("/").content.decode()
    page = client.get("/?part=changes")
    assert "What changed on Fri 2 Jan 2009" in words(page)
    assert table(page, "What changed")[1:] == [
        ["2 loans became late", f"{book.loans[1].number} , $898.18", "Past due: an instalment was not met", "1,347.27"]
    ]
    assert 'hx-get="?part=changes&amp;day=2008-12-31"' in client.get("/?day=2008-12-31").content.decode()
    earlier = client.get("/?part=changes&day=2008-12-31")
    assert "3 loans were paid out or drawn on" in words(earlier)
    assert "Nothing changed on this day" in words(client.get("/?part=changes&day=2008-12-30"))
    rows = client.get("/portfolio/changes/?day=2009-01-02&what=newly_late")
    assert "Loans became late 2 on Fri 2 Jan 2009, $1,347.27" in words(rows)
    assert [row[0] for row in table(rows, "Loans became late")[1:]] == [book.loans[1].number, book.loans[0].number]
    file = client.get("/portfolio/changes/?day=2009-01-02&what=newly_late&format=csv")
    assert len(list(csv.reader(StringIO(file.content.decode("utf-8-sig"))))) == 3
    assert "Nothing of the kind" in words(client.get("/portfolio/changes/?day=2009-01-02&what=sale"))
    assert client.get("/portfolio/changes/?what=hope").status_code == 404


@pytest.mark.parametrize("what", KINDS)
def test_every_kind_of_change_is_a_sentence_and_has_rows(company: Any, what: str) -> None:
    one, several, money = KINDS[what]
    assert all((one, several, money))
    assert rows_behind(BUSINESS_DATE, what, first=0, most=5) == []
