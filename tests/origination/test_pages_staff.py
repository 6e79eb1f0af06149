"""The underwriter's and operations' pages: who may open them, what they show, and where a refusal comes back."""

import html
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Loan
from origination.models import Application
from tests.origination.conftest import Desk

Client = Callable[[Any], Any]

MAY_VIEW = {"underwriter", "operations", "portfolio_manager", "auditor", "administrator"}
ROLES = [*sorted(MAY_VIEW), "collections", "borrower"]
KEY = {"key": "page-1"}


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("role", ROLES)
def test_the_list_and_the_page_are_for_those_who_may_view(
    desk: Desk, people: Any, client_of: Client, role: str
) -> None:
    application = desk.at("accepted")
    client = client_of(getattr(people, role))
    expected = 200 if role in MAY_VIEW else 403
    for path in ("", f"{application.number}/", f"{application.number}/agreement/"):
        assert client.get(f"/applications/{path}").status_code == expected, path


@pytest.mark.parametrize(
    ("page", "state", "allowed"),
    [
        ("approve", "in_review", {"underwriter"}),
        ("decline", "in_review", {"underwriter"}),
        ("release", "accepted", {"operations", "portfolio_manager"}),
    ],
)
def test_each_act_is_for_those_whose_it_is(
    desk: Desk, people: Any, client_of: Client, page: str, state: str, allowed: set[str]
) -> None:
    application = desk.at(state)
    for role in ROLES:
        client = client_of(getattr(people, role))
        answers = (
            client.get(f"/applications/{application.number}/{page}/").status_code,
            client.post(f"/applications/{application.number}/{page}/", {}).status_code,
        )
        assert answers == ((200, 422) if role in allowed else (403, 403)), role


def test_a_stranger_is_taken_to_the_sign_in_page(desk: Desk, client: Any) -> None:
    response = client.get("/applications/")
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/applications/")


def test_a_draft_is_not_shown_to_staff(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("draft")
    client = client_of(people.underwriter)
    assert application.number not in text(client.get("/applications/"))
    assert client.get(f"/applications/{application.number}/").status_code == 404


def test_the_list_costs_the_same_queries_for_one_row_and_for_sixty(desk: Desk, people: Any, client_of: Client) -> None:
    client = client_of(people.underwriter)

    def queries() -> int:
        client.get("/applications/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/applications/").status_code == 200
        return len(captured)

    first = desk.at("submitted")
    one = queries()
    columns = {field.attname: getattr(first, field.attname) for field in Application._meta.local_concrete_fields}
    Application.objects.bulk_create(
        Application(**columns | {"id": None, "number": f"A-9{number:07d}"}) for number in range(59)
    )
    assert queries() == one
    page = text(client.get("/applications/"))
    assert "60 applications, $720,000.00" in page
    assert "1–50 of 60 applications" in page
    assert page.count('<a href="/applications/A-') == 50


def test_the_list_filters_by_state_and_name_and_sorts(
    desk: Desk, people: Any, client_of: Client, somebody: Callable[..., Any]
) -> None:
    waiting = desk.at("submitted")
    declined = desk.at("declined", by=somebody("borrower"))
    client = client_of(people.underwriter)
    found = text(client.get("/applications/?state=declined"))
    assert declined.number in found
    assert waiting.number not in found
    assert "Remove filter State: Declined" in found
    assert waiting.number in text(client.get("/applications/?q=harbour"))
    assert "No application fits these filters" in text(client.get("/applications/?q=nobody"))
    ascending = text(client.get("/applications/?sort=number"))
    assert ascending.index(waiting.number) < ascending.index(declined.number)
    descending = text(client.get("/applications/?sort=-number"))
    assert descending.index(declined.number) < descending.index(waiting.number)
    assert client.get("/applications/?sort=password").status_code == 200


def test_the_page_says_what_is_next_what_was_stated_and_what_stops_each_act(
    desk: Desk, people: Any, client_of: Client
) -> None:
    application = desk.at("in_review")
    page = text(client_of(people.underwriter).get(f"/applications/{application.number}/"))
    assert "Underwriter is reviewing it. The decision is due by Fri 30 Jan 2009." in page
    for said in ("Harbour Tools Rental LLC", "ends in 6789", "A second delivery van", "$480,000.00", "12 months"):
        assert said in page, said
    assert "12-3456789" not in page
    assert f"Application {application.number} is in review: only one that is accepted can be paid out." in page
    assert f'href="/applications/{application.number}/approve/" data-key="a"' in " ".join(page.split())
    others = text(client_of(people.auditor).get(f"/applications/{application.number}/"))
    assert others.count("An underwriter does this.") == 2
    assert 'data-key="a"' not in others


def test_the_bar_tells_who_approved_that_somebody_else_releases(
    desk: Desk, people: Any, client_of: Client, somebody: Callable[..., Any]
) -> None:
    both = somebody("underwriter", "operations")
    application = desk.at("in_review")
    desk.approve(application, by=both)
    desk.sign(application)
    page = text(client_of(both).get(f"/applications/{application.number}/"))
    assert f"You approved application {application.number}: somebody else has to release its funds." in page
    assert "Release $12,000.00" in page
    refused = client_of(both).post(f"/applications/{application.number}/release/", KEY)
    assert refused.status_code == 422
    assert "somebody else has to release its funds" in text(refused)
    assert not Loan.objects.exists()


def test_starting_a_review_twice_by_the_same_key_is_one_and_a_refusal_stays_on_the_page(
    desk: Desk, people: Any, client_of: Client
) -> None:
    application = desk.at("submitted")
    client, url = client_of(people.underwriter), f"/applications/{application.number}/review/"
    for _ in range(2):
        response = client.post(url, KEY)
        assert (response.status_code, response.headers["Location"]) == (302, f"/applications/{application.number}/")
    assert application.events.filter(kind="review_started").count() == 1
    refused = client.post(url, {"key": "page-2"})
    assert refused.status_code == 422
    assert "is in review: only one that is submitted or approved can be reviewed" in text(refused)


def test_approving_shows_the_price_as_one_types_and_makes_the_offer_once(
    desk: Desk, people: Any, client_of: Client
) -> None:
    application = desk.at("in_review")
    client, url = client_of(people.underwriter), f"/applications/{application.number}"
    opened = text(client.get(f"{url}/approve/"))
    assert "$1,055.00" in opened
    assert 'value="12000.00"' in opened
    price = text(client.post(f"{url}/price/", {"amount": "$8,000", "months": "84", "key": "x"}))
    for said in (
        "10.500\u00a0%",
        "8,000.00",
        "This is $4,000.00 less than was asked for.",
        "Asked for over 12 months.",
    ):
        assert said in price, said
    assert "once amount and months are filled in" in text(client.post(f"{url}/price/", {"amount": "", "months": "12"}))
    assert "Term loan cannot be over 400 months" in text(
        client.post(f"{url}/price/", {"amount": "8000", "months": "400"})
    )
    for _ in range(2):
        response = client.post(f"{url}/approve/", KEY | {"amount": "8000", "months": "84", "note": ""})
        assert (response.status_code, response.headers["Location"]) == (302, f"{url}/")
    assert [offer.amount for offer in application.offers.all()] == [Decimal("8000.00")]


def test_what_the_product_does_not_offer_comes_back_beside_its_field(
    desk: Desk, people: Any, client_of: Client
) -> None:
    application = desk.at("in_review")
    response = client_of(people.underwriter).post(
        f"/applications/{application.number}/approve/", KEY | {"amount": "9,000,000", "months": "12", "note": "Keep me"}
    )
    page = text(response)
    assert response.status_code == 422
    assert "Amount: Term loan cannot be for $9,000,000.00: choose from $1,000.00 to $5,000,000.00." in page
    assert 'id="id_amount_error"' in page
    assert "9,000,000" in page
    assert "Keep me" in page
    assert 'name="key" value="page-1"' in page
    assert desk.read(application).state == "in_review"


def test_an_act_that_is_not_possible_any_more_is_refused_in_a_sentence(
    desk: Desk, people: Any, client_of: Client
) -> None:
    application = desk.at("approved")
    response = client_of(people.underwriter).get(f"/applications/{application.number}/approve/")
    assert response.status_code == 409
    assert "is approved: only one that is in review can be approved" in text(response)


def test_declining_needs_a_listed_reason(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("in_review")
    client, url = client_of(people.underwriter), f"/applications/{application.number}/decline/"
    assert client.post(url, KEY | {"note": "No"}).status_code == 422
    assert client.post(url, KEY | {"reason": "bankruptcy", "note": "No"}).status_code == 302
    page = text(client.get(f"/applications/{application.number}/"))
    assert "Bankruptcy. The applicant reads: There is a bankruptcy on record." in page
    assert "Nothing is left to decide." in page


def test_releasing_shows_what_is_posted_first_and_boards_once(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("accepted")
    client, url = client_of(people.operations), f"/applications/{application.number}"
    shown = text(client.get(f"{url}/release/"))
    assert "begins on Wed 31 Dec 2008" in shown
    assert shown.count("12,000.00</td>") == 2
    assert not Loan.objects.exists()
    for _ in range(2):
        response = client.post(f"{url}/release/", KEY)
        assert (response.status_code, response.headers["Location"]) == (302, f"{url}/")
    loan = Loan.objects.get()
    assert f"Paid out as loan {loan.number} on 31 Dec 2008." in text(client.get(f"{url}/"))


def test_the_agreement_page_proves_the_text_is_the_signed_one(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("accepted")
    page = text(client_of(people.auditor).get(f"/applications/{application.number}/agreement/"))
    assert "The text is the signed one" in page
    assert application.offer.agreement.sha256 in page
    assert "192.0.2.7" in page
    assert client_of(people.auditor).get("/applications/A-99999999/agreement/").status_code == 404
