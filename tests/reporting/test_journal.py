"""The journal: every entry, filtered by month, kind, company and number, and taken away as it is shown."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Entry
from ledger.operations import receive_payment
from ledger.posting import Line, post
from tests.conftest import BUSINESS_DATE
from tests.pages import queries, table, words

ADDRESS = "/books/journal/"


@pytest.fixture
def paid(loan: Any, people: Any) -> Any:
    receive_payment(
        loan_id=loan.pk, amount=Decimal("1053.00"), effective_on=date(2008, 10, 30), key="p1", by=people.operations
    )
    return loan


def rows(page: Any) -> list[list[str]]:
    return [row[:9] for row in table(page, "Journal")[1:] if row[0].isdecimal()]


def test_the_latest_day_comes_first_and_each_entry_names_its_loan(paid: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get(ADDRESS)
    first, second = Entry.objects.order_by("booked_on")
    name = paid.borrower.name
    assert rows(page) == [
        [str(second.pk), "30 Oct 2008", "Payment", paid.number, name, "30 Oct 2008", "31 Dec 2008", "3", "1,053.00"],
        [str(first.pk), "30 Sep 2008", "Disbursement", paid.number, name, "30 Sep 2008", "31 Dec 2008", "2",
         "12,000.00"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("month=2008-10", ["Payment"]),
        ("month=2008-11", []),
        ("kind=disbursement", ["Disbursement"]),
        ("q={number}", ["Payment", "Disbursement"]),
        ("q={entry}", ["Disbursement"]),
        ("q=L-99999999", []),
        ("month=never&kind=nothing", ["Payment", "Disbursement"]),
    ],
)
def test_it_is_filtered_by_its_address(query: str, kinds: list[str], paid: Any, people: Any, client_of: Any) -> None:
    entry = Entry.objects.get(kind="disbursement").pk
    page = client_of(people.auditor).get(f"{ADDRESS}?{query.format(number=paid.number, entry=entry)}")
    assert page.status_code == 200
    if kinds:
        assert [row[2] for row in rows(page)] == kinds
    else:
        assert "No entry fits these filters" in words(page)


def test_an_entry_of_no_loan_leads_to_itself_alone(paid: Any, people: Any, client_of: Any) -> None:
    lines = [Line(role, amount, BUSINESS_DATE) for role, amount in (("cash", Decimal(5)), ("fee_income", Decimal(-5)))]
    made = post(
        legal_entity_id=paid.legal_entity_id, currency="USD", kind="capital", lines=lines,
        effective_on=BUSINESS_DATE, posted_on=BUSINESS_DATE, key="capital",
    )  # fmt: skip
    first = rows(client_of(people.auditor).get(ADDRESS))[0]
    assert first == [str(made.pk), "31 Dec 2008", "Capital", "–", "–", "31 Dec 2008", "31 Dec 2008", "2", "5.00"]


def test_a_file_holds_what_is_shown(paid: Any, people: Any, client_of: Any) -> None:
    answer = client_of(people.auditor).get(f"{ADDRESS}?kind=payment&format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].split(",")[-1] == "1053.00"


def test_the_number_of_queries_does_not_grow(paid: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    few = queries(client, ADDRESS)
    for n in range(12):
        receive_payment(
            loan_id=paid.pk, amount=Decimal("1.00"), effective_on=date(2008, 12, 31), key=f"q{n}", by=people.operations
        )
    assert queries(client, ADDRESS) == few
    assert few <= 20


def test_only_who_may_see_the_books_sees_it(people: Any, client_of: Any) -> None:
    assert client_of(people.borrower).get(ADDRESS).status_code == 403
