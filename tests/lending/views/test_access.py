"""Who may open which page: a table of every role and every address that a person can type."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Entry, Period
from ledger.operations import receive_payment
from ledger.operations.forks import open_fork
from parties.models import PortalAccess

STAFF = {"underwriter", "operations", "collections", "portfolio_manager", "auditor", "administrator"}
BOARDING = {"operations", "portfolio_manager", "auditor", "administrator"}
CONTROL_ROOM = {"auditor", "administrator"}
BORROWER = {"borrower"}
BOOKS = ("Trial balance", "Journal", "General ledger", "Ageing", "Proof", "End of day", "Long work")
# The places of whoever sees applications and tapes.
WIDE = ["Home", "Applications", "Loans", "Calculator", *BOOKS, "Boarding"]
# Those who answer for the whole book.
WIDEST = ["Home", "Applications", "Loans", "Portfolio", "Calculator", *BOOKS, "Boarding"]

# address -> who may open it; everybody else is told no.
PAGES: dict[str, set[str]] = {
    "/loans/": STAFF,
    "/loans/{loan}/": STAFF,
    "/loans/{loan}/events/{event}/": STAFF,
    "/loans/{loan}/events/{event}/reverse/": {"operations"},
    "/loans/{loan}/take-payment/": {"operations", "collections"},
    "/loans/{loan}/charge-fee/": {"operations"},
    "/loans/{loan}/waive-fee/": {"operations"},
    "/loans/{loan}/change-rate/": {"operations"},
    "/loans/{loan}/charge-off/": {"operations"},
    "/loans/{loan}/what-if/": STAFF,
    "/loans/{loan}/what-if/{fork}/": STAFF,
    "/loans/{loan}/receive-recovery/": {"operations", "collections"},
    "/books/trial-balance/": STAFF,
    "/books/accounts/1200/": STAFF,
    "/books/entries/{entry}/": STAFF,
    "/books/periods/": STAFF,
    "/books/periods/{period}/": STAFF,
    "/books/chart/": STAFF,
    "/books/mapping/": STAFF,
    "/books/mapping/draft/": {"operations", "portfolio_manager", "administrator"},
    "/books/companies/": STAFF,
    "/books/consolidated/": STAFF,
    "/books/exports/": STAFF,
    "/books/exports/reconciliation/": STAFF,
    "/books/night/": STAFF,
    "/books/boarding/": BOARDING,
    "/books/ageing/": STAFF,
    "/books/journal/": STAFF,
    "/loans/{loan}/recalculation/": STAFF,
    "/loans/{loan}/balance-over-time/": STAFF,
    "/loans/{loan}/documents/": STAFF,
    "/books/proof/": STAFF,
    "/books/proof/laws/seals_hold/": STAFF,
    "/books/accounts/1200/explain/": STAFF,
    "/loans/{loan}/explain/payoff/": STAFF,
    "/parties/{party}/": STAFF,
    "/parties/{party}/tax-number/": {"operations", "underwriter"},
    "/applications/": BOARDING | {"underwriter"},
    "/staff/components/": STAFF,
    "/find/": STAFF,
    "/help/loans/": STAFF,
    "/admin/": CONTROL_ROOM,
    "/portal/": BORROWER,
    "/portal/loans/{loan}/pay/": BORROWER,
    "/portal/loans/{loan}/payments/{event}/": BORROWER,
}


@pytest.fixture
def names(loan: Any, people: Any) -> dict[str, Any]:
    PortalAccess.objects.create(user=people.borrower, party=loan.borrower)
    event = receive_payment(
        loan_id=loan.pk, amount=Decimal("100.00"), effective_on=date(2008, 12, 31), key="p", by=people.operations
    )
    return {
        "loan": loan.number,
        "party": loan.borrower_id,
        "event": event.pk,
        "entry": Entry.objects.latest("pk").pk,
        "period": Period.objects.latest("pk").pk,
        "fork": open_fork(loan_id=loan.pk, title="x", by=people.operations).pk,
    }


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_for_those_who_work_with_it(names: dict[str, Any], people: Any, client_of: Any, page: str) -> None:
    address = page.format(**names)
    found = {
        role for role, user in vars(people).items() if client_of(user).get(address, follow=True).status_code == 200
    }
    assert found == PAGES[page]
    refused = set(vars(people)) - PAGES[page]
    assert {client_of(getattr(people, role)).get(address, follow=True).status_code for role in refused} <= {403}


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_taken_to_the_sign_in_page_and_back(names: dict[str, Any], client: Any, page: str) -> None:
    address = page.format(**names)
    response = client.get(address, follow=True)
    assert response.redirect_chain[-1][0] == f"/accounts/login/?next={address}"


@pytest.mark.parametrize(
    ("role", "places"),
    [
        ("underwriter", ["Home", "Applications", "Loans", "Calculator", *BOOKS]),
        ("operations", WIDE),
        ("collections", ["Home", "Loans", "Calculator", *BOOKS]),
        ("portfolio_manager", WIDEST),
        ("auditor", [*WIDEST, "Control room"]),
        ("administrator", [*WIDE, "Control room"]),
        ("borrower", ["Your loans", "Documents", "Apply", "Calculator"]),
    ],
)
def test_the_navigation_leads_where_the_role_may_go_and_nowhere_else(
    company: Any, people: Any, client_of: Any, role: str, places: list[str]
) -> None:
    client = client_of(getattr(people, role))
    shown = client.get("/", follow=True).context["navigation"]
    assert [place["label"] for place in shown] == places
    for place in shown:
        assert client.get(place["url"], follow=True).status_code == 200, place


@pytest.mark.parametrize(
    ("address", "active"),
    [
        ("/", "Home"),
        ("/loans/{loan}/", "Loans"),
        ("/books/accounts/1200/", "Trial balance"),
        ("/books/entries/{entry}/", "Journal"),
        ("/books/mapping/", "General ledger"),
        ("/books/boarding/", "Boarding"),
        ("/parties/{party}/", "Loans"),
    ],
)
def test_the_place_one_is_in_is_marked(
    names: dict[str, Any], people: Any, client_of: Any, address: str, active: str
) -> None:
    shown = client_of(people.operations).get(address.format(**names)).context["navigation"]
    assert [place["label"] for place in shown if place["active"]] == [active]


def test_an_address_that_nobody_is_served_at_says_so(tenant: Any, client: Any) -> None:
    response = client.get("/loans/", headers={"host": "127.0.0.1"})
    assert response.status_code == 404
    assert "Nobody is served at this address" in response.content.decode()
