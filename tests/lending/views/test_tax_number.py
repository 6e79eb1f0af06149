"""Correcting a tax number: by whom, with what shown before, what it refuses; and never the whole of it anywhere."""

import logging
from typing import Any

import pytest

from parties.models import Identifier, Party, PartyChange
from parties.operations import correct_identifier
from tests.conftest import BUSINESS_DATE
from tests.origination.conftest import Desk, make_desk
from tests.pages import table, words

RIGHT = "98-7654321"


@pytest.fixture
def desk(people: Any, company: Any, product_version: Any) -> Desk:
    return make_desk(people, company, product_version)


def page_of(party: Party) -> str:
    return f"/parties/{party.pk}/tax-number/"


def number_of(party: Party) -> str:
    return Identifier.objects.get(party=party).reveal()


def test_it_is_corrected_with_a_reason_and_a_history_of_four_digits(
    desk: Desk, people: Any, client_of: Any, caplog: Any
) -> None:
    party, client = desk.at("submitted").party, client_of(people.operations)
    asked = client.get(page_of(party))
    assert "Employer identification number ends in 6789" in words(asked)
    assert "1 application still open: it has the new number from now on." in words(asked)
    assert "Decided with the number as it was" not in words(asked)
    with caplog.at_level(logging.DEBUG):
        answer = client.post(page_of(party), {"number": RIGHT, "reason": "Letter of 30 Dec"}, follow=True)
    assert answer.redirect_chain == [(f"/parties/{party.pk}/", 302)]
    assert number_of(party) == "987654321"
    assert table(answer, "What changed of it")[1][:6] == [
        "Employer identification number", "ends in 6789", "ends in 4321", "Operations", "Letter of 30 Dec",
        "31 Dec 2008",
    ]  # fmt: skip
    for place in (answer.content.decode(), caplog.text, str(PartyChange.objects.values())):
        assert "987654321" not in place
        assert "98-7654321" not in place
        assert "123456789" not in place


def test_what_was_decided_with_the_old_number_is_pointed_out(desk: Desk, people: Any, client_of: Any) -> None:
    application = desk.at("approved")
    said = words(client_of(people.underwriter).get(page_of(application.party)))
    assert "1 of them was approved before this." in said
    assert f"{application.number} Approved" in said


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"number": "12-34", "reason": "Letter"}, "number", "this one has 4"),
        ({"number": "", "reason": "Letter"}, "number", "Type the number."),
        ({"number": RIGHT, "reason": ""}, "reason", "Say why: it is kept for good."),
        ({"number": RIGHT, "reason": "It is 98-7654321"}, "reason", "Leave the number out of the reason"),
        ({"number": "12-3456789", "reason": "Letter"}, "number", "the number that Harbour Tools Rental LLC has alre"),
        ({"number": "55-5555555", "reason": "Letter"}, "number", "Quay Rentals has this number already"),
    ],
)
def test_what_is_wrong_is_refused_beside_its_field_and_nothing_moves(
    desk: Desk, people: Any, client_of: Any, typed: dict[str, str], field: str, sentence: str
) -> None:
    party = desk.at("submitted").party
    other = Party.objects.create(kind="company", name="Quay Rentals")
    Identifier.of(other, "ein", "555555555").save()
    answer = client_of(people.operations).post(page_of(party), typed)
    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors[field][0]
    assert "98-7654321" not in str(answer.context["form"].errors)
    assert (number_of(party), number_of(other), PartyChange.objects.count()) == ("123456789", "555555555", 0)


def test_the_first_number_of_a_boarded_party_is_given_as_well(loan: Any, people: Any, client_of: Any) -> None:
    party, client = loan.borrower, client_of(people.operations)
    assert "None is known" in words(client.get(page_of(party)))
    assert "Give the tax number" in words(client.get(f"/parties/{party.pk}/"))
    client.post(page_of(party), {"number": "12-3456789", "reason": "Form SS-4"})
    assert number_of(party) == "123456789"
    assert PartyChange.objects.values_list("field", "was", "now").get() == ("ein", "", "6789")


def test_a_number_that_ends_in_the_same_four_is_another_one(loan: Any, people: Any) -> None:
    given = {"party": loan.borrower, "kind": "ein", "on": BUSINESS_DATE, "by": people.operations, "because": "x"}
    correct_identifier(number="123456789", **given)
    correct_identifier(number="213456789", **given)
    assert number_of(loan.borrower) == "213456789"
    assert list(PartyChange.objects.values_list("was", "now")) == [("6789", "6789"), ("", "6789")]


def test_what_somebody_typed_into_a_draft_is_not_for_the_staff(desk: Desk, people: Any, client_of: Any) -> None:
    party = desk.at("draft").party
    answer = client_of(people.operations).post(page_of(party), {"number": RIGHT, "reason": "Letter"})
    assert answer.status_code == 404
    assert number_of(party) == "123456789"
