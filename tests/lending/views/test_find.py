"""Find anything: what it finds, for whom, and what it says when there is nothing."""

from typing import Any

import pytest

from ledger.models import Loan
from parties.models import Party
from tests.origination.conftest import make_desk
from tests.pages import queries, words

PART = {"HX-Request": "true"}


@pytest.fixture
def book(make_loan: Any) -> list[Loan]:
    return [
        make_loan("12000.00", to=Party.objects.create(kind="company", name="Alder Rentals", city="Fresno", state="CA")),
        make_loan("24000.00", to=Party.objects.create(kind="person", name="Birch, Jane")),
    ]


def found(client: Any, text: str) -> list[str]:
    """The hits, in order, as their addresses."""
    page = client.get("/find/", {"q": text}, headers=PART).content.decode()
    return [part.split('"')[0] for part in page.split('href="')[1:]]


def test_a_loan_is_found_by_its_number_with_what_can_be_done_to_it(book: Any, people: Any, client_of: Any) -> None:
    number = book[0].number
    hits = found(client_of(people.operations), number)
    assert hits[:3] == [f"/loans/{number}/", f"/loans/{number}/take-payment/", f"/loans/{number}/charge-fee/"]


def test_what_is_to_be_done_may_be_typed_with_the_number(book: Any, people: Any, client_of: Any) -> None:
    number = book[0].number
    hits = found(client_of(people.operations), f"take paym {number.lower()}")
    assert hits == [f"/loans/{number}/", f"/loans/{number}/take-payment/"]


def test_what_is_not_allowed_comes_last_with_why_not_and_no_way(book: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get("/find/", {"q": f"payment {book[0].number}"}, headers=PART)
    assert "Operations and collections can." in words(page)
    assert "take-payment" not in page.content.decode()


def test_a_name_finds_the_party_and_its_loans(book: Any, people: Any, client_of: Any) -> None:
    party = book[0].borrower
    hits = found(client_of(people.operations), "ald")
    assert hits[0] == f"/loans/{book[0].number}/"
    assert hits[-1] == f"/parties/{party.pk}/"
    assert "Fresno, CA" in words(client_of(people.operations).get("/find/", {"q": "rentals alder"}, headers=PART))


def test_an_application_is_found_by_those_who_may_see_it(
    company: Any, people: Any, product_version: Any, client_of: Any
) -> None:
    application = make_desk(people, company, product_version).at("submitted")
    for text in (application.number, application.name):
        assert f"/applications/{application.number}/" in found(client_of(people.underwriter), text)
        assert found(client_of(people.collections), text).count(f"/applications/{application.number}/") == 0


def test_a_draft_is_the_applicants_own(company: Any, people: Any, product_version: Any, client_of: Any) -> None:
    draft = make_desk(people, company, product_version).at("draft")
    assert found(client_of(people.underwriter), draft.number) == []


def test_pages_are_found_by_those_who_may_open_them(tenant: Any, people: Any, client_of: Any) -> None:
    assert found(client_of(people.operations), "boa") == ["/books/boarding/"]
    assert found(client_of(people.underwriter), "boa") == []
    assert found(client_of(people.operations), "chart acc") == ["/books/chart/"]


def test_nothing_found_says_what_search_covers(tenant: Any, people: Any, client_of: Any) -> None:
    page = words(client_of(people.operations).get("/find/", {"q": "zebra"}, headers=PART))
    assert page.startswith("Nothing found for “zebra”. Search covers loan and application numbers")


def test_empty_it_shows_what_was_opened_last(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    assert "appear here" in words(client.get("/find/", headers=PART))
    for loan in (*book, book[0]):
        client.get(f"/loans/{loan.number}/")
    assert found(client, "") == [f"/loans/{book[0].number}/", f"/loans/{book[1].number}/"]


def test_without_a_script_it_is_a_page(book: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.operations).get("/find/", {"q": "alder"})
    assert "<html" in page.content.decode()
    assert book[0].number in words(page)


def test_a_borrower_is_told_no_and_a_stranger_to_sign_in(tenant: Any, people: Any, client_of: Any, client: Any) -> None:
    assert client_of(people.borrower).get("/find/").status_code == 403
    assert client.get("/find/").status_code == 302


def test_sixty_borrowers_cost_as_many_queries_as_two(make_loan: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    for n in range(2):
        make_loan(to=Party.objects.create(kind="company", name=f"Alder {n}x"))
    few = queries(client, "/find/?q=alder")
    for n in range(10):
        make_loan(to=Party.objects.create(kind="company", name=f"Alder {n}y"))
    assert queries(client, "/find/?q=alder") == few
    assert few <= 12
