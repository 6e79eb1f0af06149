"""Payments for a purpose: each goes down the hierarchy that the loan has for it, and replaying agrees."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from ledger.errors import KeyReused, NoSuchPurpose
from ledger.models import Entry, LoanBalance, LoanEvent
from ledger.operations import receive_payment, reverse_event
from ledger.replay import difference
from tests.conftest import BUSINESS_DATE, People, make_product_version

OWN = {
    "ordinary": {"by": "instalment"},
    "hardship": {"order": ["past_due.principal", "principal"]},
}


@pytest.fixture
def make_payment(people: People) -> Callable[..., LoanEvent]:
    def take(loan: Any, amount: str, key: str = "p-1", **more: Any) -> LoanEvent:
        given = {"effective_on": BUSINESS_DATE} | more
        return receive_payment(loan_id=loan.pk, amount=D(amount), key=key, by=people.operations, **given)

    return take


def stands(loan: Any) -> tuple[D, D, D, D]:
    balance = LoanBalance.objects.get(pk=loan.pk)
    return balance.principal, balance.interest, balance.fees, balance.unapplied


def proved(loan: Any) -> bool:
    loan.refresh_from_db()
    return difference(loan, through=loan.balance.accrued_through, late_fees_through=date(2008, 12, 30)).nothing


def test_clearing_the_dues_holds_the_rest(loan: Any, make_payment: Any) -> None:
    # Three instalments of $1,052.21 are due, $3,156.63; $287.34 of interest and $12,000.00 of principal are owed.
    make_payment(loan, "4000.00", purpose="clear_dues")
    assert stands(loan) == (D("9130.71"), D("0.00"), D("0.00"), D("843.37"))
    assert proved(loan)


def test_an_ordinary_payment_of_the_same_amount_prepays(loan: Any, make_payment: Any) -> None:
    make_payment(loan, "4000.00")
    assert stands(loan) == (D("8287.34"), D("0.00"), D("0.00"), D("0.00"))


def test_a_product_that_goes_by_instalment_pays_the_oldest_whole(
    people: People, make_loan: Any, make_payment: Any
) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, hierarchies=OWN)
    loan = make_loan(version=version)
    # The first instalment's schedule calls $93.70 interest (12,000.00 x 9.5 % x 30 / 365 on the schedule's own days).
    first = loan.instalments.get(number=1)
    make_payment(loan, "1052.21")
    principal, interest, *_ = stands(loan)
    assert principal == D("12000.00") - first.principal
    assert interest == D("287.34") - first.interest
    assert proved(loan)


def test_a_purpose_of_the_products_own(people: People, make_loan: Any, make_payment: Any) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, hierarchies=OWN)
    loan = make_loan(version=version)
    make_payment(loan, "500.00", purpose="hardship")
    assert stands(loan) == (D("11500.00"), D("287.34"), D("0.00"), D("0.00"))
    assert proved(loan)


def test_prepayments_that_curtail_meet_the_next_instalment_and_no_other(
    people: People, make_loan: Any, make_payment: Any
) -> None:
    version = make_product_version(people.administrator, people.portfolio_manager, prepayments="curtail")
    loan = make_loan(version=version, disbursed_on=date(2008, 11, 30))
    # On 31 December the instalment of the 30th is a day late; the next is of 30 January.
    make_payment(loan, "5000.00")
    balance = LoanBalance.objects.get(pk=loan.pk)
    assert (balance.credit, balance.next_due_on) == (D("2104.42"), date(2009, 2, 28))
    assert proved(loan)


def test_a_purpose_the_loan_has_not_is_refused_and_moves_nothing(loan: Any, make_payment: Any) -> None:
    before = stands(loan), Entry.objects.count(), LoanEvent.objects.count()
    with pytest.raises(NoSuchPurpose) as refused:
        make_payment(loan, "100.00", purpose="hardship")
    assert "its payments can be ordinary, clear_dues, principal_only" in str(refused.value)
    assert (stands(loan), Entry.objects.count(), LoanEvent.objects.count()) == before


def test_the_purpose_is_part_of_what_a_key_means(loan: Any, make_payment: Any) -> None:
    event = make_payment(loan, "4000.00", purpose="clear_dues")
    assert make_payment(loan, "4000.00", purpose="clear_dues") == event
    with pytest.raises(KeyReused):
        make_payment(loan, "4000.00")


def test_a_reversal_restores_and_a_later_payment_keeps_its_purpose(
    loan: Any, make_payment: Any, people: People
) -> None:
    before = stands(loan)
    first = make_payment(loan, "1000.00", effective_on=date(2008, 11, 15))
    make_payment(loan, "4000.00", key="p-2", purpose="clear_dues")
    reverse_event(event_id=first.pk, reason="Wrong loan", key="r-1", by=people.operations)
    # Without the first, $3,156.63 of the second are due and $843.37 are held.
    assert stands(loan) == (D("9130.71"), D("0.00"), D("0.00"), D("843.37"))
    assert proved(loan)
    assert before == (D("12000.00"), D("0.00"), D("0.00"), D("0.00"))
