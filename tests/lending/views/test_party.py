"""The page of a person or a company: exact figures, what is kept from whom, and the same queries for many loans."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Loan
from ledger.operations import charge_off_loan
from origination.applicant import party_of
from parties.models import Identifier, Party
from parties.operations import change_party, give_identifier
from reporting.exposure import Exposure, exposure_of
from tests.conftest import BUSINESS_DATE, make_product_version
from tests.origination.conftest import Desk, make_desk
from tests.pages import queries, table, words

D = Decimal


@pytest.fixture
def desk(people: Any, company: Any, product_version: Any) -> Desk:
    return make_desk(people, company, product_version)


def page_of(party: Party) -> str:
    return f"/parties/{party.pk}/"


def test_the_page_shows_what_is_owed_and_offered_in_all(
    make_loan: Any, desk: Desk, people: Any, client_of: Any
) -> None:
    application = desk.at("approved")
    party = application.party
    make_loan("12000.00", to=party)
    lost = make_loan("6000.00", to=party)
    charge_off_loan(loan_id=lost.pk, effective_on=BUSINESS_DATE, reason="x", key="c", by=people.operations)
    page = client_of(people.operations).get(page_of(party))
    header, row = table(page, "Exposure")
    figures = dict(zip(header, row, strict=True))
    live = Loan.objects.get(borrower=party, state="active").balance
    assert figures["Owed"] == f"{live.owed:,}"
    assert figures["Offered, not paid out"] == "12,000.00"
    assert figures["To draw on lines"] == "0.00"
    assert figures["In all"] == f"{live.owed + D('12000.00'):,}"
    assert figures["Past due"] == f"{live.past_due_amount:,}"
    assert D(figures["Written off"].replace(",", "")) >= D("6000.00")
    assert "1 open of 2 loans" in words(page)
    assert [cells[:2] for cells in table(page, "Applications")[1:]] == [[application.number, "Approved"]]
    assert {cells[0] for cells in table(page, "Loans")[1:]} == {loan.number for loan in Loan.objects.all()}


def test_what_changed_of_it_is_told_with_who_when_and_why(
    make_loan: Any, desk: Desk, people: Any, client_of: Any
) -> None:
    application = desk.at("declined")
    party, client = application.party, client_of(people.operations)
    # What was typed before anything was sent is no history.
    assert "Nothing, since it was entered on" in words(client.get(page_of(party)))
    give = {"party": party, "on": BUSINESS_DATE, "by": people.borrower}
    change_party(values={"phone": "510-555-0199", "city": "Oakland"}, because="Application A-2", **give)
    change_party(values={"street": ""}, because="Application A-3", **give)
    give_identifier(
        identifier=Identifier.of(party, "ssn", "987654321"), on=BUSINESS_DATE, by=people.borrower, because="A letter"
    )
    page = client.get(page_of(party))
    assert [row[:6] for row in table(page, "What changed of it")[1:]] == [
        ["Social security number", "–", "ends in 4321", "Borrower", "A letter", "31 Dec 2008"],
        ["Street", "12 Dock Street", "–", "Borrower", "Application A-3", "31 Dec 2008"],
        ["Phone", "510-555-0142", "510-555-0199", "Borrower", "Application A-2", "31 Dec 2008"],
    ]
    assert "98765" not in page.content.decode()
    few = queries(client, page_of(party))
    for number in range(60):
        change_party(values={"phone": f"510-555-{number:04d}"}, because=f"Call {number}", **give)
    assert queries(client, page_of(party)) == few
    page = client.get(page_of(party))
    assert len(table(page, "What changed of it")) == 1 + 50
    assert "The latest fifty. The control room has all." in words(page)


def test_who_it_is_is_shown_with_the_last_four_of_its_number(desk: Desk, people: Any, client_of: Any) -> None:
    application = desk.at("submitted")
    page = client_of(people.underwriter).get(page_of(application.party))
    said = words(page)
    assert "Company Harbour Tools Rental LLC" in said
    assert "Place Oakland, CA 94607" in said
    assert "Street 12 Dock Street" in said
    assert "EIN ends in 6789" in said
    assert "123456789" not in page.content.decode()
    assert "12-3456789" not in page.content.decode()
    assert f"Application {application.number}: sent" in said
    assert "borrower@example.com" in said


def test_whoever_may_not_see_applications_sees_none(desk: Desk, people: Any, client_of: Any) -> None:
    application = desk.at("submitted")
    page = words(client_of(people.collections).get(page_of(application.party)))
    assert application.number not in page
    assert "Applications" not in page


def test_what_was_typed_into_a_draft_is_the_applicants_own(desk: Desk, people: Any, client_of: Any) -> None:
    desk.at("draft")
    party = party_of(people.borrower)
    assert party is not None
    page = words(client_of(people.underwriter).get(page_of(party)))
    assert "Nothing of this party has been sent to us" in page
    for own in ("12 Dock Street", "Oakland", "510-555-0142", "6789", "12,000.00"):
        assert own not in page


def test_the_same_number_on_another_party_is_pointed_out(desk: Desk, people: Any, client_of: Any) -> None:
    party = desk.at("submitted").party
    other = Party.objects.create(kind="company", name="Harbor Tool Rentals")
    Identifier.of(other, "ein", "123456789").save()
    Identifier.of(Party.objects.create(kind="company", name="Quay Rentals"), "ein", "987654321").save()
    page = client_of(people.underwriter).get(page_of(party))
    assert "The same number stands on another party" in words(page)
    assert f'href="{page_of(other)}"' in page.content.decode()
    assert "Quay Rentals" not in words(page)


def test_a_line_counts_with_what_can_still_be_drawn(make_loan: Any, people: Any, borrower: Party) -> None:
    line = {"revolving": True, "draw_months": 6}
    version = make_product_version(people.administrator, people.portfolio_manager, line=line)
    loan = make_loan("12000.00", version=version)
    owed = loan.balance.owed
    assert loan.terms["line"]["draw_until"] == "2009-03-30"
    (before,) = exposure_of(borrower, BUSINESS_DATE)
    assert (before.owed, before.undrawn, before.total) == (owed, D("0.00"), owed)
    type(loan.balance).objects.filter(pk=loan.pk).update(principal=D("7000.00"))
    (drawn,) = exposure_of(borrower, BUSINESS_DATE)
    assert drawn.undrawn == D("5000.00")
    (late,) = exposure_of(borrower, date(2009, 3, 31))
    assert late.undrawn == D("0.00")


def test_a_party_without_a_loan_has_no_exposure_and_says_so(tenant: Any, people: Any, client_of: Any) -> None:
    party = Party.objects.create(kind="person", name="Birch, Jane")
    assert exposure_of(party, BUSINESS_DATE) == []
    page = words(client_of(people.operations).get(page_of(party)))
    assert "It has no loan and no offer." in page


def test_currencies_are_never_added_up() -> None:
    assert Exposure("USD", owed=D("1.00"), undrawn=D("2.00"), offered=D("4.00")).total == D("7.00")


def test_many_loans_take_the_same_queries(make_loan: Any, borrower: Party, people: Any, client_of: Any) -> None:
    make_loan()
    client = client_of(people.operations)
    one = queries(client, page_of(borrower))
    for _ in range(4):
        make_loan()
    assert queries(client, page_of(borrower)) == one


def test_the_loan_and_the_application_lead_to_it(make_loan: Any, desk: Desk, people: Any, client_of: Any) -> None:
    application = desk.at("submitted")
    loan = make_loan(to=application.party)
    client = client_of(people.underwriter)
    for address in (f"/loans/{loan.number}/", f"/applications/{application.number}/"):
        assert f'href="{page_of(application.party)}"' in client.get(address).content.decode()
