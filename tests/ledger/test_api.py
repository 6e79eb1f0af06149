"""Loans for programs: balances on two dates, and explanations that re-add; who may not ask is told so."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from ledger.operations import receive_payment


@pytest.fixture
def address(loan: Any, people: Any) -> str:
    receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    return f"/api/v1/loans/{loan.number}/"


def test_a_loan_stands_where_its_events_and_its_books_say(address: str, people: Any, client_of: Any) -> None:
    found = client_of(people.auditor).get(f"{address}?as_of=2008-10-31").json()
    books = found.pop("books")
    assert found == {
        "number": address.split("/")[-2], "currency": "USD", "as_of": "2008-10-31", "known_on": None,
        "owed": "11043.57", "principal": "11040.70", "interest": "2.87", "fees": "0.00", "held": "0.00",
        "rate": "9.500000", "past_due": "0.00", "days_past_due": 0, "next_due_on": "2008-11-30",
        "compared_on": "2008-10-31",
    }  # fmt: skip
    assert books[0] == {"what": "Principal", "posted": "11040.70", "replayed": "11040.70", "difference": "0.00"}


def test_a_figure_re_adds(address: str, people: Any, client_of: Any) -> None:
    found = client_of(people.auditor).get(f"{address}explain/payoff/?as_of=2008-10-31").json()
    assert (found["value"], found["rule"]) == ("11043.57", "sum")
    assert sum(Decimal(part["value"]) for part in found["parts"]) == Decimal("11043.57")
    (disbursed, payment) = found["parts"][0]["parts"]
    assert (disbursed["value"], payment["value"]) == ("12000.00", "-959.30")


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("as_of=2009-01-01", "as_of", "This day has not come: the business date is 2008-12-31."),
        ("known_on=yesterday", "known_on", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
    ],
)
def test_a_day_that_makes_no_sense_is_named(
    query: str, field: str, said: str, address: str, people: Any, client_of: Any
) -> None:
    answer = client_of(people.auditor).get(f"{address}?{query}")
    assert answer.status_code == 400
    assert answer.json()["fields"] == {field: [said]}


def test_what_is_not_there_is_not_found(address: str, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    assert client.get("/api/v1/loans/L-99999999/").status_code == 404
    assert client.get(f"{address}explain/happiness/").status_code == 404


def test_a_borrower_and_a_stranger_are_refused(address: str, people: Any, client_of: Any) -> None:
    for client in (client_of(people.borrower), Client()):
        for asked in (address, f"{address}explain/payoff/"):
            answer = client.get(asked)
            assert answer.status_code == 403
            assert "code" in answer.json()
