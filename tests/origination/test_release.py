"""The money leaves: by a second person, once, as the loan that was signed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from ledger.models import Entry, Loan, LoanEvent, Posting
from ledger.opening import open_books
from origination import handover
from origination.errors import FourEyes, KeyReused, OwnApplication, PaymentsDiffer, WrongState
from origination.operations import preview_release
from tenants.current import tenant_context
from tenants.models import LegalEntity
from tests.conftest import BUSINESS_DATE, make_people, make_product_version, make_tenant
from tests.origination.conftest import Desk, make_desk


def lines(entry: Entry) -> list[tuple[str, Decimal, Decimal]]:
    return [(posting.account.role, posting.debit, posting.credit) for posting in entry.postings.order_by("id")]


def test_a_release_boards_the_signed_loan_and_pays_it_out(desk: Desk, people: Any) -> None:
    application = desk.at("accepted")
    event = desk.release(application, key="f-1")
    loan = Loan.objects.get()
    assert (loan.amount, loan.rate, loan.opened_on, loan.first_due_on, loan.state) == (
        Decimal("12000.00"),
        Decimal("10"),
        BUSINESS_DATE,
        date(2009, 1, 31),
        "active",
    )
    assert loan.borrower == application.party
    assert loan.balance.principal == Decimal("12000.00")
    assert [str(row.amount) for row in loan.instalments.all()] == ["1055.00"] * 11 + ["1054.90"]
    (entry,) = Entry.objects.all()
    assert sorted(lines(entry)) == [
        ("cash", Decimal("0.00"), Decimal("12000.00")),
        ("principal", Decimal("12000.00"), Decimal("0.00")),
    ]
    read = desk.read(application)
    assert (read.state, read.loan, read.released_by) == ("funded", loan, people.operations)
    assert (event.kind, event.amount, event.note) == ("released", Decimal("12000.00"), loan.number)
    # And the same release again is the same loan; the same key for another act is refused.
    assert desk.release(application, key="f-1") == event
    with pytest.raises(KeyReused):
        desk.withdraw(application, key="f-1")
    with pytest.raises(WrongState, match="is funded: only one that is accepted can be paid out"):
        desk.release(application)
    assert Loan.objects.count() == LoanEvent.objects.count() == 1


def test_a_loan_paid_out_later_has_later_dates_and_the_signed_payments(
    desk: Desk, move_to: Callable[[date], None]
) -> None:
    application = desk.at("accepted")
    move_to(date(2009, 1, 14))
    desk.release(application)
    loan = Loan.objects.get()
    assert (loan.opened_on, loan.first_due_on, loan.matures_on) == (
        date(2009, 1, 14),
        date(2009, 2, 14),
        date(2010, 1, 14),
    )
    assert [str(row.amount) for row in loan.instalments.all()] == [
        row["payment"] for row in desk.read(application).offer.schedule
    ]


def test_payments_other_than_the_signed_ones_are_refused(desk: Desk) -> None:
    application = desk.at("accepted")
    # As if the day of paying out had changed an amount.
    application.offer.schedule[11]["payment"] = "1054.91"
    with pytest.raises(PaymentsDiffer, match="cannot be paid out on 31 Dec 2008: its payments would differ"):
        handover.board(application, on=BUSINESS_DATE, by=desk.people.operations)
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("approves", "refusal", "sentence"),
    [
        (True, FourEyes, "You approved application {}: somebody else has to release its funds."),
        (False, OwnApplication, "Application {} is your own: somebody else has to release the funds of it."),
    ],
)
def test_who_approved_or_signed_does_not_release(
    desk: Desk, somebody: Callable[..., Any], approves: bool, refusal: type[Exception], sentence: str
) -> None:
    many = somebody("underwriter", "operations", "borrower")
    application = desk.at("in_review", by=None if approves else many)
    desk.approve(application, **({"by": many} if approves else {}))
    desk.sign(application)
    with pytest.raises(refusal) as refused:
        desk.release(application, by=many)
    assert str(refused.value) == sentence.format(application.number)
    assert desk.read(application).state == "accepted"
    assert not Posting.objects.exists()
    desk.release(application)
    assert desk.read(application).state == "funded"


def test_a_preview_shows_what_will_be_posted_and_leaves_nothing(desk: Desk, people: Any) -> None:
    application = desk.at("accepted")
    seen = preview_release(application_id=application.pk, by=people.operations)
    assert seen.refusal is None
    assert seen.loan is not None
    assert seen.loan.amount == Decimal("12000.00")
    assert [entry.total for entry in seen.entries] == [Decimal("12000.00")]
    assert len(seen.instalments) == 12
    assert desk.read(application).state == "accepted"
    assert not Loan.objects.exists()
    assert not Entry.objects.exists()
    refused = preview_release(application_id=application.pk, by=people.underwriter)
    assert isinstance(refused.refusal, FourEyes)


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review", "approved", "accepted"])
def test_the_applicant_may_withdraw_until_the_money_has_left(desk: Desk, state: str) -> None:
    application = desk.at(state)
    event = desk.withdraw(application, key="w-1")
    assert desk.withdraw(application, key="w-1") == event
    assert desk.read(application).state == "withdrawn"


@pytest.mark.parametrize("state", ["declined", "funded", "withdrawn"])
def test_what_has_ended_is_not_withdrawn(desk: Desk, state: str) -> None:
    application = desk.at(state)
    with pytest.raises(WrongState):
        desk.withdraw(application)
    assert desk.read(application).state == state


def test_two_people_who_release_at_once_pay_out_one_loan(committed: str) -> None:
    tenant = make_tenant()
    with tenant_context(tenant.pk):
        people, company = make_people(), LegalEntity.objects.get()
        open_books(company, first_day=date(2008, 12, 1), last_day=date(2009, 1, 31))
        desk = make_desk(people, company, make_product_version(people.administrator, people.portfolio_manager))
        application = desk.at("accepted")
    together = Barrier(2)

    def release(by: Any) -> str:
        try:
            with tenant_context(tenant.pk):
                together.wait(timeout=10)
                return desk.release(application, by=by).kind
        except WrongState as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        outcomes = list(both.map(release, [people.operations, people.portfolio_manager]))
    assert sorted(outcomes) == ["released", "wrong_state"]
    with tenant_context(tenant.pk):
        assert Loan.objects.count() == Entry.objects.count() == 1
