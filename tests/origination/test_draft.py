"""Drafts: started once, saved step by step, sent when complete."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from finance.errors import Refused
from origination.errors import (
    BadIdentifier,
    KeyReused,
    NotComplete,
    NothingOnOffer,
    NotOffered,
    NotTheApplicant,
    WrongState,
)
from origination.identifiers import identifier_digits
from origination.models import Application, ApplicationEvent
from origination.operations import save_draft, start_application
from origination.operations.draft import SECTIONS
from parties.models import Identifier, Party, PartyChange, PortalAccess
from tests.conftest import BUSINESS_DATE
from tests.origination.conftest import BUSINESS, LOAN, YOU, Desk


def test_a_draft_is_started_once_however_often_it_is_asked_for(desk: Desk, people: Any) -> None:
    first = start_application(legal_entity=desk.company, key="s-1", by=people.borrower)
    assert first.application.number.startswith("A-")
    assert len(first.application.number) == 10
    assert (first.kind, first.recorded_on, first.application.state) == ("started", BUSINESS_DATE, "draft")
    assert start_application(legal_entity=desk.company, key="s-1", by=people.borrower) == first
    assert start_application(legal_entity=desk.company, key="s-2", by=people.borrower) == first
    assert Application.objects.count() == 1


def test_saving_makes_the_party_its_access_and_an_encrypted_identifier(desk: Desk, people: Any) -> None:
    application = desk.draft()
    party = Party.objects.get()
    assert PortalAccess.objects.get().user == people.borrower
    assert application.party == party == PortalAccess.objects.get().party
    assert (party.kind, party.name, party.state, party.email) == (
        "company",
        "Harbour Tools Rental LLC",
        "CA",
        "borrower@example.com",
    )
    identifier = Identifier.objects.get()
    assert (identifier.kind, identifier.last_four, identifier.reveal()) == ("ein", "6789", "123456789")
    assert b"123456789" not in bytes(identifier.secret)
    assert [event.note for event in application.events.filter(kind="saved")] == list(SECTIONS)


def test_a_step_can_be_answered_anew_until_the_draft_is_sent(desk: Desk, people: Any) -> None:
    application = desk.draft()
    mine = {"application_id": application.pk, "by": people.borrower}
    save_draft(section="you", answers=YOU | {"kind": "person", "name": "Bo Rower"}, key="again", **mine)
    save_draft(section="business", answers=BUSINESS, identifier="219-09-9998", key="number", **mine)
    party = Party.objects.get()
    assert (party.kind, party.name) == ("person", "Bo Rower")
    assert [(i.kind, i.last_four) for i in Identifier.objects.all()] == [("ssn", "9998")]
    desk.submit(application)
    with pytest.raises(WrongState, match="is submitted: only one that is draft can be changed"):
        save_draft(section="loan", answers=LOAN | {"product_version": desk.version}, key="late", **mine)


def test_a_later_application_keeps_the_name_and_number_that_others_rely_on(desk: Desk, people: Any) -> None:
    desk.at("declined")
    event = start_application(legal_entity=desk.company, key="second", by=people.borrower)
    mine = {"application_id": event.application_id, "by": people.borrower}
    save_draft(section="you", answers=YOU | {"name": "Another Name", "phone": "510-555-0199"}, key="y", **mine)
    save_draft(section="business", answers=BUSINESS, identifier="98-7654321", key="b", **mine)
    second = desk.read(event.application)
    assert second.name == "Harbour Tools Rental LLC"
    assert Identifier.objects.get().last_four == "6789"
    assert Party.objects.get().phone == "510-555-0142"  # the new number counts once the application is sent
    assert not PartyChange.objects.exists()
    save_draft(section="loan", answers=LOAN | {"product_version": desk.version}, key="l", **mine)
    desk.submit(second)
    assert Party.objects.get().phone == "510-555-0199"
    (change,) = PartyChange.objects.all()
    assert (change.field, change.was, change.now) == ("phone", "510-555-0142", "510-555-0199")
    assert (change.by, change.because, change.recorded_on) == (
        people.borrower,
        f"Application {second.number}",
        BUSINESS_DATE,
    )


def test_somebody_with_a_loan_applies_as_the_party_that_borrowed(
    desk: Desk, people: Any, loan: Any, borrower: Party
) -> None:
    PortalAccess.objects.create(user=people.borrower, party=borrower)
    Identifier.of(borrower, "ein", "987654321").save()
    application = desk.at("funded")
    assert application.party == borrower == application.loan.borrower
    assert [identifier.last_four for identifier in Identifier.objects.all()] == ["4321"]
    assert Party.objects.count() == 1


def test_the_same_save_twice_is_one_and_the_key_is_refused_for_other_answers(desk: Desk, people: Any) -> None:
    event = start_application(legal_entity=desk.company, key="s", by=people.borrower)
    save = {"application_id": event.application_id, "section": "you", "key": "y-1", "by": people.borrower}
    first = save_draft(answers=YOU, **save)
    assert save_draft(answers=YOU, **save) == first
    with pytest.raises(KeyReused):
        save_draft(answers=YOU | {"city": "Berkeley"}, **save)
    assert Application.objects.get().city == "Oakland"
    assert ApplicationEvent.objects.filter(kind="saved").count() == 1


def test_nobody_else_saves_or_sends_a_draft(desk: Desk, people: Any) -> None:
    application = desk.draft()
    with pytest.raises(NotTheApplicant, match="is Borrower's: nobody else can change it"):
        save_draft(application_id=application.pk, section="business", answers=BUSINESS, key="x", by=people.underwriter)
    with pytest.raises(NotTheApplicant, match="nobody else can send it"):
        desk.submit(application, by=people.underwriter)
    assert desk.read(application).state == "draft"


def test_sending_fixes_the_day_and_the_version_in_force(desk: Desk) -> None:
    application = desk.draft()
    event = desk.submit(application)
    sent = desk.read(application)
    assert (sent.state, sent.submitted_on, sent.state_since) == ("submitted", BUSINESS_DATE, BUSINESS_DATE)
    assert sent.decide_by == date(2009, 1, 30)
    assert (event.kind, event.amount) == ("submitted", Decimal("12000.00"))
    assert sent.product_version == desk.version


def test_an_incomplete_draft_is_not_sent_and_the_refusal_names_what_is_missing(desk: Desk, people: Any) -> None:
    event = start_application(legal_entity=desk.company, key="s", by=people.borrower)
    save_draft(application_id=event.application_id, section="you", answers=YOU, key="y", by=people.borrower)
    with pytest.raises(NotComplete) as refused:
        desk.submit(event.application, by=people.borrower)
    assert str(refused.value) == (
        "The application cannot be sent yet, because this is missing: the yearly income, the years in business or "
        "work, the product, the amount, the number of months, what the money is for, the employer identification "
        "number. Answer it, then send."
    )
    assert desk.read(event.application).state == "draft"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"amount": Decimal("999.99")}, "Term loan cannot be for $999.99: choose from $1,000.00 to $5,000,000.00."),
        (
            {"amount": Decimal("5000000.01")},
            "Term loan cannot be for $5,000,000.01: choose from $1,000.00 to $5,000,000.00.",
        ),
        ({"months": 2}, "Term loan cannot be over 2 months: choose from 3 to 360 months."),
        ({"months": 361}, "Term loan cannot be over 361 months: choose from 3 to 360 months."),
    ],
)
def test_what_the_product_does_not_offer_is_not_sent(
    desk: Desk, people: Any, changed: dict[str, Any], sentence: str
) -> None:
    application = desk.draft()
    answers = LOAN | {"product_version": desk.version} | changed
    save_draft(application_id=application.pk, section="loan", answers=answers, key="l", by=people.borrower)
    with pytest.raises(NotOffered) as refused:
        desk.submit(application)
    assert str(refused.value) == sentence
    assert refused.value.field == next(iter(changed))
    assert desk.read(application).state == "draft"


def test_a_product_that_is_on_offer_no_more_is_not_sent(desk: Desk) -> None:
    application = desk.draft()
    desk.version.effective_from = date(2009, 6, 1)
    desk.version.save()
    with pytest.raises(NothingOnOffer, match=r"no product to apply for on 31 Dec 2008"):
        desk.submit(application)
    assert desk.read(application).state == "draft"


@pytest.mark.parametrize("typed", ["123456789", "12-3456789", " 12 3456789 ", "12\u20133456789"])
def test_a_number_may_be_typed_with_hyphens_and_spaces(typed: str) -> None:
    assert identifier_digits("ein", typed) == "123456789"


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        ("ssn", "451-77-123", "A social security number has nine digits, such as 219-09-9999: this one has 8."),
        ("ssn", "451-77-12345", "this one has 10."),
        ("ssn", "219-O9-9999", "this one has something else in it."),
        ("ssn", "٢١٩099999", "this one has something else in it."),
        ("ssn", "000-12-3456", "this one was never given to anybody."),
        ("ssn", "666-12-3456", "this one was never given to anybody."),
        ("ssn", "912-12-3456", "this one was never given to anybody."),
        ("ssn", "219-00-3456", "this one was never given to anybody."),
        ("ssn", "219-12-0000", "this one was never given to anybody."),
        ("ein", "00-3456789", "this one was never given to anybody."),
        ("ein", "45-671234", "An employer identification number has nine digits, such as 12-3456789: this one has 8."),
    ],
)
def test_a_wrong_number_is_refused_without_repeating_it(kind: str, typed: str, why: str) -> None:
    with pytest.raises(BadIdentifier) as refused:
        identifier_digits(kind, typed)
    assert str(refused.value).endswith(why)
    assert typed not in str(refused.value)
    assert isinstance(refused.value, Refused)


def test_a_bad_number_saves_nothing_of_its_step(desk: Desk, people: Any) -> None:
    application = desk.draft()
    with pytest.raises(BadIdentifier):
        save_draft(
            application_id=application.pk,
            section="business",
            answers=BUSINESS | {"years_established": 9},
            identifier="1",
            key="x",
            by=people.borrower,
        )
    assert desk.read(application).years_established == 7
    assert Identifier.objects.get().last_four == "6789"
