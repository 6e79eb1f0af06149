"""Nights of loans whose terms were changed, really committed: the sweep and the replay agree, and every law holds."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from ledger.models import LoanEvent
from ledger.operations import defer_instalments, restructure_loan, reverse_event, transfer_loan
from tenants.models import User
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_product_version
from tests.ledger.close.test_night import ALL_HOLD, Book


@pytest.fixture
def book(committed: str) -> Book:
    return Book()


def test_nights_age_charge_and_prove_loans_by_the_terms_in_force(book: Book) -> None:
    with book.inside():
        common = {"effective_on": BUSINESS_DATE, "reason": "Agreed", "by": book.by}
        # 10,000.00 for 24 months from 1 December: the instalment due tomorrow is skipped.
        defer_instalments(loan_id=book.loans[0].pk, count=1, key="defer", **common)
        restructure_loan(
            loan_id=book.loans[1].pk, interest="capitalise", fees="carry", rate=D("3.65"), count=12, key="new", **common
        )
        flat = LATE_FEE | {"grace_days": 3, "percent": None, "flat": "20.00"}
        drafter = User.objects.get(email="administrator@example.com")
        approver = User.objects.get(email="auditor@example.com")
        others = make_product_version(drafter, approver, day_count="ACT/360", late_fee=flat)
        transfer_loan(loan_id=book.loans[2].pk, product_version=others, key="move", **common)
    book.close(times=3)
    first, second, third = (book.balance(number) for number in range(3))
    # $10,000.00 and $20,000.00 earn $2.00 and, from the 31st at half the rate on 20,120.00, $2.012 a day.
    assert (first.dpd, first.next_due_on, first.interest) == (0, date(2009, 2, 1), D("64.00"))
    assert (second.principal, second.interest, second.rate) == (D("20120.00"), D("4.02"), D("3.65"))
    # $30,000.00: 41 days of 365 at $6.00, then two of 360 at $6.0833.
    assert (third.interest, third.day_count) == (D("258.17"), "ACT/360")
    # Its instalment of 20 December was in the old rule's days of grace: the new one's fees begin with the move.
    assert (third.fees, third.dpd) == (D("0.00"), 13)
    assert book.proofs() == ALL_HOLD
    with book.inside():
        event = LoanEvent.objects.get(key="move")
        reverse_event(event_id=event.pk, reason="Wrong loan", key="back", by=book.by)
    # Undone, the fee of the old rule is charged on the day it was due.
    assert (book.balance(2).fees, book.balance(2).interest) == (D("67.36"), D("258.00"))
    book.close(times=1)
    assert book.proofs() == ALL_HOLD
    assert book.balance(2).accrued_through == BUSINESS_DATE + timedelta(3)
