"""The list of loans: what it shows, filters, sorts and adds up, and that its length costs no query."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import LoanBalance
from ledger.operations import charge_off_loan, receive_payment
from parties.models import Party
from tests.pages import queries, table, words


@pytest.fixture
def book(make_loan: Any, people: Any) -> list[Any]:
    """Three loans: one current, one 45 days late by the last close, one paid off."""
    loans = [
        make_loan("12000.00", to=Party.objects.create(kind="company", name="Alder Rentals")),
        make_loan("24000.00", to=Party.objects.create(kind="company", name="Birch Storage")),
        make_loan("1000.00", to=Party.objects.create(kind="person", name="Cedar, Jane")),
    ]
    LoanBalance.objects.filter(pk=loans[1].pk).update(dpd=45, past_due_amount=Decimal("2104.42"))
    owed = receive_payment(
        loan_id=loans[2].pk,
        amount=Decimal("1023.95"),
        effective_on=date(2008, 12, 31),
        key="off",
        by=people.operations,
    )
    assert owed.loan.balance.owed == Decimal("0.00")
    return loans


def test_each_row_says_who_how_much_and_how_late(book: list[Any], people: Any, client_of: Any) -> None:
    rows = table(client_of(people.operations).get("/loans/"), "Loans")
    numbers = [loan.number for loan in book]
    assert rows[1] == [
        numbers[0], "Alder Rentals", "12,000.00", "0.00", "0.00", "0.00", "Current", "30 Oct 2008", "Active",
    ]  # fmt: skip
    assert rows[2] == [
        numbers[1], "Birch Storage", "24,000.00", "0.00", "0.00", "2,104.42", "30–59 days", "30 Oct 2008", "Active",
    ]  # fmt: skip
    assert rows[3] == [numbers[2], "Cedar, Jane", "0.00", "0.00", "0.00", "0.00", "–", "–", "Paid off"]
    assert rows[4] == ["All 3", "USD", "36,000.00", "0.00", "0.00", "2,104.42", "", "", ""]


@pytest.mark.parametrize(
    ("query", "shown", "total"),
    [
        ("state=active", ["Alder Rentals", "Birch Storage"], "36,000.00"),
        ("bucket=past-due", ["Birch Storage"], "24,000.00"),
        ("bucket=30-59", ["Birch Storage"], "24,000.00"),
        ("bucket=current", ["Alder Rentals"], "12,000.00"),
        ("q=cedar", ["Cedar, Jane"], "0.00"),
        ("q=birch&state=active", ["Birch Storage"], "24,000.00"),
        ("sort=-principal", ["Birch Storage", "Alder Rentals", "Cedar, Jane"], "36,000.00"),
        ("sort=borrower", ["Alder Rentals", "Birch Storage", "Cedar, Jane"], "36,000.00"),
        ("sort=-next_due&state=nonsense&bucket=1", ["Alder Rentals", "Birch Storage", "Cedar, Jane"], "36,000.00"),
    ],
)
def test_the_address_filters_and_sorts_and_the_sum_follows(
    book: list[Any], people: Any, client_of: Any, query: str, shown: list[str], total: str
) -> None:
    rows = table(client_of(people.auditor).get(f"/loans/?{query}"), "Loans")
    assert [row[1] for row in rows[1:-1]] == shown
    assert rows[-1][2] == total


def test_a_loan_is_found_by_its_number(book: list[Any], people: Any, client_of: Any) -> None:
    rows = table(client_of(people.operations).get(f"/loans/?q={book[1].number.lower()}"), "Loans")
    assert [row[0] for row in rows[1:-1]] == [book[1].number]


def test_filters_that_nothing_fits_say_so_and_offer_the_way_back(book: list[Any], people: Any, client_of: Any) -> None:
    page = client_of(people.operations).get("/loans/?q=zebra&state=active")
    assert "No loan fits these filters" in words(page)
    assert "No loans yet" not in words(page)


def test_an_empty_book_says_what_the_place_is_for(company: Any, people: Any, client_of: Any) -> None:
    assert "Loans appear here when the funds of an application are released" in words(
        client_of(people.operations).get("/loans/")
    )


def test_a_charged_off_loan_owes_nothing_and_is_in_no_bucket(loan: Any, people: Any, client_of: Any) -> None:
    charge_off_loan(loan_id=loan.pk, effective_on=date(2008, 12, 31), reason="Gone", key="co", by=people.operations)
    client = client_of(people.operations)
    assert table(client.get("/loans/"), "Loans")[1][2:] == [
        "0.00", "0.00", "0.00", "0.00", "–", "–", "Charged off",
    ]  # fmt: skip
    assert "No loan fits these filters" in words(client.get("/loans/?bucket=past-due"))


def test_sixty_rows_cost_as_many_queries_as_five(make_loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    for _ in range(5):
        make_loan()
    few = queries(client, "/loans/")
    for _ in range(55):
        make_loan()
    assert queries(client, "/loans/") == few
    assert few <= 13
    page = client.get("/loans/?page=2")
    assert len(table(page, "Loans")) == 1 + 10 + 1
    assert "51–60 of 60 loans" in words(page)


def test_a_list_of_one_says_it_in_the_singular(loan: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.operations).get("/loans/"))
    assert "1–1 of 1 loan " in page
    assert "1 loans" not in page
