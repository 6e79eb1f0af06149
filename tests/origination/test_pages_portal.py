"""The applicant's pages: three steps with save and resume, check, send, the offer, the signature."""

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Loan
from origination.models import Application, Signature
from origination.selectors import applications_of, applications_to_release, applications_to_review
from origination.waiting import for_applicant, for_staff
from parties.models import Identifier, Party, PortalAccess
from parties.operations import correct_identifier
from tests.conftest import BUSINESS_DATE
from tests.origination.conftest import YOU, Desk

Client = Callable[[Any], Any]
BUSINESS = {"identifier": "12-3456789", "annual_income": "480,000", "years_established": "7"}


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def loan_answers(desk: Desk) -> dict[str, Any]:
    return {
        "product_version": desk.version.pk,
        "amount": "$12,000",
        "months": "12",
        "purpose": "A second delivery van",
    }


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_application_is_made_in_three_steps_checked_and_sent_once(
    desk: Desk, people: Any, client_of: Client
) -> None:
    client = client_of(people.borrower)
    assert client.get("/portal/apply/").headers["Location"] == "/portal/apply/you/"
    assert client.post("/portal/apply/you/", YOU).headers["Location"] == "/portal/apply/business/"
    # Left here and opened again, it goes on where it was.
    assert client.get("/portal/apply/").headers["Location"] == "/portal/apply/business/"
    assert client.post("/portal/apply/business/", BUSINESS).headers["Location"] == "/portal/apply/loan/"
    assert client.post("/portal/apply/loan/", loan_answers(desk)).headers["Location"] == "/portal/apply/check/"
    page = text(client.get("/portal/apply/check/"))
    for said in ("Harbour Tools Rental LLC", "ends in 6789", "$480,000.00", "$12,000.00", "A second delivery van"):
        assert said in page, said
    application = Application.objects.get()
    for _ in range(2):
        sent = client.post("/portal/apply/check/", {"key": key_in(page)})
        assert (sent.status_code, sent.headers["Location"]) == (302, f"/portal/applications/{application.number}/")
    status = text(client.get(f"/portal/applications/{application.number}/"))
    assert "Waiting for us: we tell you our decision by Fri 30 Jan 2009." in status


def test_wrong_answers_come_back_beside_their_fields_with_nothing_lost(
    desk: Desk, people: Any, client_of: Client
) -> None:
    client = client_of(people.borrower)
    response = client.post("/portal/apply/you/", YOU | {"phone": "none", "postal_code": "", "city": "São Paulo"})
    page = text(response)
    assert response.status_code == 422
    assert "Phone number: A phone number has ten digits or more, such as 212-555-0142." in page
    assert '<a href="#id_postal_code">ZIP code: Fill this in.</a>' in page
    assert 'id="id_phone_error"' in page
    assert "São Paulo" in page
    assert not Application.objects.exists()
    client.post("/portal/apply/you/", YOU)
    response = client.post("/portal/apply/business/", BUSINESS | {"identifier": "12-34"})
    assert response.status_code == 422
    assert "An employer identification number has nine digits, such as 12-3456789: this one has 4." in text(response)
    client.post("/portal/apply/business/", BUSINESS)
    response = client.post("/portal/apply/loan/", loan_answers(desk) | {"months": "361"})
    assert response.status_code == 422
    assert "Over how many months?: Term loan cannot be over 361 months: choose from 3 to 360 months." in text(response)


def test_a_saved_step_shows_its_answers_and_never_the_number(desk: Desk, people: Any, client_of: Client) -> None:
    client = client_of(people.borrower)
    desk.draft()
    page = text(client.get("/portal/apply/business/"))
    assert 'value="480000.00"' in page
    assert "We have the one ending in 6789. Leave this empty to keep it." in page
    assert "3456789" not in page
    kept = client.post("/portal/apply/business/", BUSINESS | {"identifier": "", "years_established": "8"})
    assert kept.headers["Location"] == "/portal/apply/check/"
    assert Application.objects.get().years_established == 8
    assert client.post("/portal/apply/you/", YOU | {"leave": "1"}).headers["Location"] == "/portal/"


def test_an_unfinished_step_is_saved_as_far_as_it_is_right(desk: Desk, people: Any, client_of: Client) -> None:
    client = client_of(people.borrower)
    # Somebody has to be named first; nothing of what was typed is lost.
    nobody = client.post("/portal/apply/you/", YOU | {"name": "", "leave": "1"})
    assert (nobody.status_code, Application.objects.count()) == (422, 0)
    assert YOU["street"] in text(nobody)
    left = client.post("/portal/apply/you/", YOU | {"phone": "none", "city": "", "leave": "1"})
    assert left.headers["Location"] == "/portal/"
    home = text(client.get("/portal/"))
    assert "Saved. Go on when you like, on any device. Still to answer here: Phone number, City." in home
    assert "Waiting for you: your application is saved and not sent yet." in home
    # On another device it goes on at that step, with what was right.
    other = client_of(people.borrower)
    assert other.get("/portal/apply/").headers["Location"] == "/portal/apply/you/"
    page = text(other.get("/portal/apply/you/"))
    assert f'value="{YOU["street"]}"' in page
    assert other.post("/portal/apply/you/", YOU).headers["Location"] == "/portal/apply/business/"
    other.post("/portal/apply/business/", {"identifier": "12-34", "annual_income": "480,000", "leave": "1"})
    draft = Application.objects.get()
    assert (draft.annual_income, draft.years_established) == (Decimal("480000.00"), None)
    assert other.get("/portal/apply/").headers["Location"] == "/portal/apply/business/"
    other.post("/portal/apply/business/", BUSINESS)
    other.post("/portal/apply/loan/", loan_answers(desk) | {"months": "361", "purpose": "", "leave": "1"})
    draft.refresh_from_db()
    assert (draft.amount, draft.months, draft.purpose) == (Decimal("12000.00"), None, "")
    assert other.get("/portal/apply/").headers["Location"] == "/portal/apply/loan/"


def test_later_steps_wait_for_the_first(desk: Desk, people: Any, client_of: Client) -> None:
    client = client_of(people.borrower)
    for step in ("business", "loan", "check"):
        assert client.get(f"/portal/apply/{step}/").headers["Location"] == "/portal/apply/", step
        assert client.post(f"/portal/apply/{step}/", {"key": "x"}).headers["Location"] == "/portal/apply/", step
    assert client.get("/portal/apply/elsewhere/").status_code == 404


def test_a_second_application_keeps_the_name(desk: Desk, people: Any, client_of: Client) -> None:
    desk.at("declined")
    client = client_of(people.borrower)
    page = text(client.get("/portal/apply/you/"))
    assert "As we know it already. Write to us if it has changed." in page
    client.post("/portal/apply/you/", YOU | {"name": "Somebody Else", "kind": "person"})
    assert desk.read(Application.objects.order_by("id").last()).name == "Harbour Tools Rental LLC"
    assert 'name="identifier"' not in text(client.get("/portal/apply/business/"))


def test_whoever_borrowed_before_without_a_number_gives_it_and_applies(
    desk: Desk, people: Any, client_of: Client, borrower: Party, loan: Any
) -> None:
    """A loan boarded from a tape comes without its borrower's number: the name stands, the number is asked for."""
    PortalAccess.objects.create(user=people.borrower, party=borrower)
    client = client_of(people.borrower)
    assert client.post("/portal/apply/you/", YOU).headers["Location"] == "/portal/apply/business/"
    asked = {name: answer for name, answer in BUSINESS.items() if name != "identifier"}
    page = text(client.post("/portal/apply/business/", asked))
    assert "Employer identification number (EIN): Fill this in." in page
    assert not Identifier.objects.exists()
    assert client.post("/portal/apply/business/", BUSINESS).headers["Location"] == "/portal/apply/loan/"
    assert client.post("/portal/apply/loan/", loan_answers(desk)).headers["Location"] == "/portal/apply/check/"
    page = text(client.get("/portal/apply/check/"))
    assert "ends in 6789" in page
    sent = client.post("/portal/apply/check/", {"key": key_in(page)})
    application = Application.objects.get()
    assert sent.headers["Location"] == f"/portal/applications/{application.number}/"
    assert (application.state, application.party, application.name) == ("submitted", borrower, borrower.name)
    assert [(one.party, one.kind, one.last_four) for one in Identifier.objects.all()] == [(borrower, "ein", "6789")]
    changes = {change.field: (change.was, change.now) for change in borrower.changes.all()}
    assert changes["ein"] == ("", "6789")
    assert changes["phone"] == ("", "510-555-0142")
    # From now on it is known, and no later answer takes its place.
    client.post("/portal/apply/you/", YOU)
    assert 'name="identifier"' not in text(client.get("/portal/apply/business/"))


def test_a_number_mistyped_in_a_draft_is_corrected_until_it_is_sent(
    desk: Desk, people: Any, client_of: Client, borrower: Party, loan: Any
) -> None:
    """Of a party on which others rely already: the history keeps both, by their last four digits."""
    PortalAccess.objects.create(user=people.borrower, party=borrower)
    client = client_of(people.borrower)
    client.post("/portal/apply/you/", YOU)
    client.post("/portal/apply/business/", BUSINESS | {"identifier": "12-3456798"})
    page = text(client.get("/portal/apply/business/"))
    assert "We have the one ending in 6798. Leave this empty to keep it." in page
    for typed in ("", "12-3456789", "12-3456789"):  # kept, corrected, and the same again
        client.post("/portal/apply/business/", BUSINESS | {"identifier": typed})
    number = Application.objects.get().number
    assert Identifier.objects.get().reveal() == "123456789"
    assert list(borrower.changes.filter(field="ein").values_list("was", "now", "because")) == [
        ("6798", "6789", f"Application {number}"),
        ("", "6798", f"Application {number}"),
    ]
    # Once staff have corrected it, it is no longer what was typed here.
    correct_identifier(
        party=borrower, kind="ein", number="213456789", on=BUSINESS_DATE, by=people.operations, because="Letter"
    )
    assert 'name="identifier"' not in text(client.get("/portal/apply/business/"))
    client.post("/portal/apply/business/", BUSINESS)
    assert Identifier.objects.get().reveal() == "213456789"


def test_a_borrower_sees_no_application_but_their_own(
    desk: Desk, people: Any, client_of: Client, somebody: Callable[..., Any]
) -> None:
    application = desk.at("approved")
    stranger = client_of(somebody("borrower"))
    for page in ("", "offer/", "agreement/", "withdraw/"):
        assert stranger.get(f"/portal/applications/{application.number}/{page}").status_code == 404, page
    for page in ("offer/", "withdraw/"):
        answer = stranger.post(f"/portal/applications/{application.number}/{page}", {"key": "x"})
        assert answer.status_code == 404, page
    assert client_of(people.underwriter).get("/portal/apply/").status_code == 403
    assert desk.read(application).state == "approved"


def test_the_offer_is_read_and_signed_once(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("approved")
    client, url = client_of(people.borrower), f"/portal/applications/{application.number}/offer/"
    page = text(client.get(url))
    for said in (
        "$12,000.00",
        "10.00\u00a0%",
        "$659.90",
        "$12,659.90",
        "$1,055.00",
        "Sat 31 Jan 2009",
        "Fri 30 Jan 2009",
    ):
        assert said in page, said
    given = {"key": key_in(page), "document": application.offer.agreement.sha256, "typed_name": "Borrower"}
    unticked = client.post(url, given)
    assert unticked.status_code == 422
    assert "Tick this box to sign." in text(unticked)
    misnamed = client.post(url, given | {"typed_name": "B. Orrower", "consented": "on"})
    assert misnamed.status_code == 422
    assert "type Borrower to sign" in text(misnamed)
    assert 'value="B. Orrower"' in text(misnamed)
    for _ in range(2):
        signed = client.post(url, given | {"consented": "on"}, headers={"User-Agent": "Test browser"})
        assert signed.headers["Location"] == f"/portal/applications/{application.number}/"
    signature = Signature.objects.get()
    assert (signature.ip_address, signature.user_agent) == ("127.0.0.1", "Test browser")
    assert "The text is the signed one" in text(client.get(f"/portal/applications/{application.number}/agreement/"))
    assert "cannot be signed any more, or is signed already" in text(client.get(url))


def test_an_agreement_that_changed_meanwhile_is_shown_anew_and_can_then_be_signed(
    desk: Desk, people: Any, client_of: Client
) -> None:
    application = desk.at("approved")
    old = application.offer.agreement.sha256
    desk.review(application)
    desk.approve(application, amount=Decimal("9000.00"))
    client, url = client_of(people.borrower), f"/portal/applications/{application.number}/offer/"
    refused = client.post(url, {"key": "s", "document": old, "typed_name": "Borrower", "consented": "on"})
    page = text(refused)
    assert refused.status_code == 422
    assert "has changed since you opened it: read the present one, then sign" in page
    present = desk.read(application).offer.agreement.sha256
    assert f'name="document" value="{present}"' in page
    signed = client.post(url, {"key": "s", "document": present, "typed_name": "Borrower", "consented": "on"})
    assert signed.status_code == 302


def test_a_decline_is_told_in_plain_words_without_the_note(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("in_review")
    desk.decline(application, reason="income_unverified", note="Do not tell")
    page = text(client_of(people.borrower).get(f"/portal/applications/{application.number}/"))
    assert "We cannot make you this loan." in page
    assert "The main reason: We could not confirm the income you told us about." in page
    assert "Do not tell" not in page


def test_withdrawing_asks_once_and_says_so(desk: Desk, people: Any, client_of: Client) -> None:
    application = desk.at("approved")
    client, url = client_of(people.borrower), f"/portal/applications/{application.number}/"
    assert client.get(f"{url}withdraw/").status_code == 200
    for _ in range(2):
        assert client.post(f"{url}withdraw/", {"key": "w"}).headers["Location"] == url
    assert "You withdrew this application on 31 Dec 2008. Nothing is owed." in text(client.get(url))
    assert client.get(f"{url}withdraw/").status_code == 409


@pytest.mark.parametrize(
    ("state", "to_applicant", "to_staff"),
    [
        (
            "draft",
            "Waiting for you: your application is saved and not sent yet.",
            "The applicant has not sent it yet.",
        ),
        (
            "submitted",
            "Waiting for us: we tell you our decision by Fri 30 Jan 2009.",
            "An underwriter starts the review. The decision is due by Fri 30 Jan 2009.",
        ),
        (
            "approved",
            "Waiting for you: read our offer of $12,000.00 and sign it by Fri 30 Jan 2009.",
            "Borrower signs the offer, which is good through Fri 30 Jan 2009.",
        ),
        (
            "declined",
            "We cannot make you this loan.",
            "Underwriter declined it on 31 Dec 2008.",
        ),
        (
            "accepted",
            "Waiting for us: you have signed, and a second person checks before we send $12,000.00.",
            "Somebody other than Underwriter releases the funds.",
        ),
        (
            "funded",
            "We sent you $12,000.00 on 31 Dec 2008. Your first payment of $1,055.00 is due on Sat 31 Jan 2009.",
            "Paid out as loan {loan} on 31 Dec 2008.",
        ),
        (
            "withdrawn",
            "You withdrew this application on 31 Dec 2008. Nothing is owed.",
            "Borrower withdrew it on 31 Dec 2008.",
        ),
    ],
)
def test_every_state_is_one_sentence_that_says_what_waits_for_whom(
    desk: Desk, people: Any, client_of: Client, state: str, to_applicant: str, to_staff: str
) -> None:
    application = desk.at(state)
    loan = Loan.objects.first()
    assert for_applicant(application, BUSINESS_DATE) == to_applicant
    assert for_staff(application, BUSINESS_DATE) == to_staff.format(loan=loan and loan.number)
    assert to_applicant in text(client_of(people.borrower).get(f"/portal/applications/{application.number}/"))


def test_an_offer_that_ended_says_so(desk: Desk) -> None:
    application = desk.at("approved")
    after = date(2009, 1, 31)
    assert for_applicant(application, after) == (
        "Our offer ended on 30 Jan 2009. Write to us if you would like a new one."
    )
    assert for_staff(application, after) == (
        "The offer ended unsigned on 30 Jan 2009. Reviewing it again makes a new one."
    )


def test_the_queues_are_one_query_each_with_money_and_since_when(
    desk: Desk, people: Any, somebody: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    first = desk.at("in_review")
    signed = desk.at("accepted", by=somebody("borrower"))
    sent = desk.at("submitted", by=somebody("borrower"))
    with django_assert_num_queries(1):
        assert [(a, a.money, a.state_since) for a in applications_to_review()] == [
            (first, first.amount, BUSINESS_DATE),
            (sent, sent.amount, BUSINESS_DATE),
        ]
    with django_assert_num_queries(1):
        (waiting,) = applications_to_release()
        assert (waiting, waiting.money, str(waiting.decided_by), waiting.party.name) == (
            signed,
            signed.offer.amount,
            "Underwriter",
            "Harbour Tools Rental LLC",
        )
    with django_assert_num_queries(1):
        mine = applications_of(people.borrower)
        assert [for_applicant(a, BUSINESS_DATE) for a in mine] == [
            "Waiting for us: we tell you our decision by Fri 30 Jan 2009."
        ]
