"""Signing: exactly the text that was on the screen, by the applicant, in time."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from origination.agreement import CONSENT, late_fee_clause
from origination.errors import (
    AgreementChanged,
    ConsentMissing,
    KeyReused,
    NameDiffers,
    NotTheApplicant,
    OfferEnded,
    WrongState,
)
from origination.models import Agreement, Signature
from tests.conftest import BUSINESS_DATE
from tests.origination.conftest import Desk


def test_a_signature_keeps_who_when_where_what_and_the_digest_of_the_text(desk: Desk, people: Any) -> None:
    application = desk.at("approved")
    event = desk.sign(application, typed_name="  borrower ")
    signature, agreement = Signature.objects.get(), Agreement.objects.get()
    assert (signature.signed_by, signature.typed_name, signature.consent) == (people.borrower, "  borrower ", CONSENT)
    assert (signature.ip_address, signature.user_agent, signature.signed_on) == (
        "192.0.2.7",
        "A browser",
        BUSINESS_DATE,
    )
    assert signature.document_sha256 == agreement.sha256 == hashlib.sha256(agreement.html.encode()).hexdigest()
    read = desk.read(application)
    assert (read.state, read.signed_by, read.signed_on) == ("accepted", people.borrower, BUSINESS_DATE)
    assert (event.kind, event.amount) == ("signed", Decimal("12000.00"))


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"document_sha256": "0" * 64}, AgreementChanged),
        ({"typed_name": "Somebody Else"}, NameDiffers),
        ({"consented": False}, ConsentMissing),
    ],
)
def test_a_signature_that_lacks_something_is_refused_and_moves_nothing(
    desk: Desk, given: dict[str, Any], refusal: type[Exception]
) -> None:
    application = desk.at("approved")
    with pytest.raises(refusal):
        desk.sign(application, **given)
    assert desk.read(application).state == "approved"
    assert not Signature.objects.exists()


def test_nobody_signs_for_the_applicant(desk: Desk, people: Any) -> None:
    application = desk.at("approved")
    with pytest.raises(NotTheApplicant, match="nobody else can sign it"):
        desk.sign(application, by=people.underwriter)
    assert not Signature.objects.exists()


def test_an_offer_can_be_signed_on_its_last_day_and_not_after(desk: Desk, move_to: Callable[[date], None]) -> None:
    application = desk.at("approved")
    move_to(date(2009, 1, 31))
    with pytest.raises(OfferEnded, match="was good through 30 Jan 2009: a new one can be made by reviewing it again"):
        desk.sign(application)
    move_to(date(2009, 1, 30))
    assert desk.sign(application).recorded_on == date(2009, 1, 30)


def test_the_same_signature_twice_is_one(desk: Desk) -> None:
    application = desk.at("approved")
    event = desk.sign(application, key="s-1")
    assert desk.sign(application, key="s-1") == event
    with pytest.raises(KeyReused):
        desk.sign(application, key="s-1", typed_name="Bo")
    with pytest.raises(WrongState, match="is accepted: only one that is approved can be signed"):
        desk.sign(application)
    assert Signature.objects.count() == 1


def test_a_replaced_agreement_cannot_be_signed_from_an_old_window(desk: Desk) -> None:
    application = desk.at("approved")
    old = Agreement.objects.get().sha256
    desk.review(application)
    desk.approve(application, amount=Decimal("9000.00"))
    with pytest.raises(AgreementChanged, match="read the present one, then sign"):
        desk.sign(application, document_sha256=old)


@pytest.mark.parametrize(
    ("rule", "clause"),
    [
        ({"grace_days": 10, "percent": "5", "flat": None}, "a late fee of 5 % of that payment."),
        ({"grace_days": 10, "percent": None, "flat": "25.00"}, "a late fee of $25.00."),
        (
            {"grace_days": 10, "percent": "5.0", "flat": "25.00", "combine": "lesser"},
            "a late fee of 5 % of that payment or $25.00, whichever is less.",
        ),
        (
            {"grace_days": 10, "percent": "5", "flat": "25.00", "combine": "sum"},
            "a late fee of 5 % of that payment plus $25.00.",
        ),
    ],
)
def test_the_late_fee_is_said_in_a_sentence(rule: dict[str, Any], clause: str) -> None:
    assert late_fee_clause(rule) == (
        "If a payment is not complete 10 days after the day on which it was due, we may charge " + clause
    )
