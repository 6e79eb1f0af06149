"""The underwriter's part: review, approve with exact figures, decline for a reason."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.terms import NoIndexRate
from origination.errors import KeyReused, NotOffered, OwnApplication, UnknownReason, WrongState
from origination.models import Agreement, ApplicationEvent, Offer
from tests.conftest import BUSINESS_DATE
from tests.origination.conftest import Desk


def test_a_review_is_started_by_name(desk: Desk, people: Any) -> None:
    application = desk.at("submitted")
    event = desk.review(application, key="r-1")
    assert desk.review(application, key="r-1") == event
    read = desk.read(application)
    assert (read.state, read.reviewer, event.kind, event.by) == (
        "in_review",
        people.underwriter,
        "review_started",
        people.underwriter,
    )
    with pytest.raises(WrongState, match="is in review: only one that is submitted or approved can be reviewed"):
        desk.review(application)


def test_an_approval_offers_the_index_of_the_day_plus_the_margin(desk: Desk, people: Any) -> None:
    application = desk.at("in_review")
    event = desk.approve(application, note="Good books")
    # 7.75 % prime + 2.25 % up to 83 months. The payment, 1,054.9906..., is rounded up; the last one absorbs the rest.
    offer = Offer.objects.get()
    assert (offer.index, offer.index_rate, offer.margin, offer.rate) == (
        "prime",
        Decimal("7.75"),
        Decimal("2.25"),
        Decimal("10"),
    )
    assert (offer.amount, offer.months, offer.payment, offer.final_payment) == (
        Decimal("12000.00"),
        12,
        Decimal("1055.00"),
        Decimal("1054.90"),
    )
    assert (offer.total_of_payments, offer.finance_charge) == (Decimal("12659.90"), Decimal("659.90"))
    assert offer.apr == Decimal("10.000249949756")
    assert (offer.priced_on, offer.first_due_on, offer.good_through) == (
        BUSINESS_DATE,
        date(2009, 1, 31),
        date(2009, 1, 30),
    )
    assert len(offer.schedule) == 12
    assert offer.schedule[1] == {
        "due_on": "2009-02-28",
        "payment": "1055.00",
        "principal": "962.96",
        "interest": "92.04",
        "balance": "10082.04",
    }
    read = desk.read(application)
    assert (read.state, read.decided_by, read.decided_on, read.offer) == (
        "approved",
        people.underwriter,
        BUSINESS_DATE,
        offer,
    )
    assert read.decision_note == "Good books"
    assert (event.kind, event.amount, event.note) == ("approved", Decimal("12000.00"), "12 months at 10 %")


def test_the_underwriter_may_offer_another_amount_and_term(desk: Desk) -> None:
    application = desk.at("in_review")
    desk.approve(application, amount=Decimal("8000.00"), months=84)
    offer = Offer.objects.get()
    assert (offer.amount, offer.months, offer.margin, offer.rate) == (
        Decimal("8000.00"),
        84,
        Decimal("2.75"),
        Decimal("10.5"),
    )
    read = desk.read(application)
    assert (read.amount, read.money) == (Decimal("12000.00"), Decimal("8000.00"))


@pytest.mark.parametrize("terms", [{"amount": Decimal("5000000.01")}, {"months": 361}])
def test_an_approval_outside_the_products_limits_is_refused_and_moves_nothing(
    desk: Desk, terms: dict[str, Any]
) -> None:
    application = desk.at("in_review")
    with pytest.raises(NotOffered):
        desk.approve(application, **terms)
    assert desk.read(application).state == "in_review"
    assert not Offer.objects.exists()
    assert not ApplicationEvent.objects.filter(kind="approved").exists()


def test_an_approval_without_a_published_rate_is_refused(desk: Desk, move_to: Callable[[date], None]) -> None:
    application = desk.at("in_review")
    move_to(date(2007, 9, 17))
    with pytest.raises(NoIndexRate, match="No prime rate is known on 2007-09-17"):
        desk.approve(application)
    assert not Offer.objects.exists()


def test_the_same_approval_twice_is_one_offer_and_the_key_is_refused_for_another(desk: Desk) -> None:
    application = desk.at("in_review")
    event = desk.approve(application, key="a-1")
    assert desk.approve(application, key="a-1") == event
    with pytest.raises(KeyReused):
        desk.approve(application, key="a-1", amount=Decimal("11000.00"))
    with pytest.raises(KeyReused):
        desk.decline(application, key="a-1")
    assert Offer.objects.count() == 1


def test_an_unsigned_offer_can_be_taken_back_and_made_anew(desk: Desk) -> None:
    application = desk.at("approved")
    event = desk.review(application)
    assert event.note == "The offer was taken back."
    read = desk.read(application)
    assert (read.state, read.offer, read.decided_by, read.decided_on) == ("in_review", None, None, None)
    desk.approve(application, amount=Decimal("9000.00"))
    assert [(offer.number, offer.amount) for offer in Offer.objects.order_by("number")] == [
        (1, Decimal("12000.00")),
        (2, Decimal("9000.00")),
    ]
    assert desk.read(application).offer.number == 2


def test_a_decline_gives_a_listed_reason_and_keeps_the_note_in_the_file(desk: Desk, people: Any) -> None:
    application = desk.at("in_review")
    event = desk.decline(application, reason="time_in_business", note="Opened last month")
    read = desk.read(application)
    assert (read.state, read.decided_by, read.decline_reason, read.decision_note) == (
        "declined",
        people.underwriter,
        "time_in_business",
        "Opened last month",
    )
    assert event.note == "You have not been in your business or your work for long enough."


def test_a_reason_that_is_not_listed_is_refused(desk: Desk) -> None:
    application = desk.at("in_review")
    with pytest.raises(UnknownReason, match="'a hunch': choose one of the listed reasons"):
        desk.decline(application, reason="a hunch")
    assert desk.read(application).state == "in_review"


def test_nobody_reviews_or_decides_on_their_own_application(desk: Desk, somebody: Callable[..., Any]) -> None:
    both = somebody("underwriter", "borrower")
    application = desk.at("submitted", by=both)
    with pytest.raises(OwnApplication, match="is your own: somebody else has to review it"):
        desk.review(application, by=both)
    desk.review(application)
    for act in (desk.approve, desk.decline):
        with pytest.raises(OwnApplication, match="somebody else has to decide on it"):
            act(application, by=both)
    assert desk.read(application).state == "in_review"


def test_the_agreement_says_what_is_offered(desk: Desk) -> None:
    desk.at("approved")
    html = Agreement.objects.get().html
    for said in (
        "Test Lending LLC",
        "Harbour Tools Rental LLC",
        "$12,000.00",
        "10.000\u00a0%",
        "10.00\u00a0%",
        "$659.90",
        "$12,659.90",
        "$1,055.00",
        "$1,054.90",
        "30 Jan 2009",
        "28 Feb 2009",
        "There is no late fee.",
        "fees, then interest, then principal",
    ):
        assert said in html, said
