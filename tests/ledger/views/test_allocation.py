"""The allocation simulator: every pot of what is owed, under every hierarchy of the loan and one that is tried."""

from typing import Any

from ledger.models import LoanEvent
from ledger.operations import charge_off_loan
from tests.conftest import BUSINESS_DATE
from tests.pages import queries, table, words


def url(loan: Any, query: str = "") -> str:
    return f"/loans/{loan.number}/allocation/{query}"


def test_it_opens_with_what_is_due_and_shows_every_pot(loan: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get(url(loan))
    rows = table(page, "Where it goes")
    assert rows[0] == [
        "What is owed",
        "Due on",
        "Owed USD",
        "Ordinary payment",
        "What is due, no more",
        "Principal only",
    ]
    assert rows[-1] == ["In all", "", "12,287.34", "3,156.63", "3,156.63", "3,156.63"]
    assert [row[0] for row in rows[1:-1]] == [
        *["Interest Late", "Principal Late"] * 3,
        "Principal To come",
        "Held for the borrower",
    ]
    # By component all interest comes first; principal only never pays it.
    assert next(row[3:] for row in rows if row[0] == "Interest Late")[2] == "–"
    assert LoanEvent.objects.filter(kind="payment").count() == 0


def test_an_order_can_be_tried_beside_them(loan: Any, people: Any, client_of: Any) -> None:
    query = "?amount=1,000.00&order=principal,interest,fees&by=component&reach=due"
    rows = table(client_of(people.operations).get(url(loan, query)), "Where it goes")
    assert rows[0][-1] == "As tried"
    late = [row[-1] for row in rows if row[0] == "Principal Late"]
    assert late[0] != "0.00"
    assert [row[-1] for row in rows if row[0] == "Interest Late"] == ["0.00", "0.00", "0.00"]
    assert rows[-1][-1] == "1,000.00"


def test_a_wrong_amount_is_said_beside_it_and_nothing_is_worked_out(loan: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).get(url(loan, "?amount=lots"))
    assert "Type dollars and cents, such as 312.40." in words(page)
    assert "Held for the borrower" not in words(page)


def test_htmx_gets_the_part_that_changes(loan: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).get(url(loan, "?amount=10"), headers={"HX-Request": "true"})
    assert page.content.decode().lstrip().startswith('<section id="simulation"')


def test_a_loan_that_ended_says_so(loan: Any, people: Any, client_of: Any) -> None:
    charge_off_loan(loan_id=loan.pk, effective_on=BUSINESS_DATE, reason="Gone", key="c", by=people.operations)
    assert "The loan is charged off" in words(client_of(people.operations).get(url(loan)))


def test_a_borrower_may_not_open_it_and_the_queries_are_few(loan: Any, people: Any, client_of: Any) -> None:
    assert client_of(people.borrower).get(url(loan)).status_code == 403
    assert queries(client_of(people.operations), url(loan, "?amount=10")) == 11
