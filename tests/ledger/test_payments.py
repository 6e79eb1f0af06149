"""Payments: ordinary, early, late, partial, over, and repeated."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from ledger.errors import BeforeTheLoan, InTheFuture, KeyReused, LoanNotOpen
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, Posting
from ledger.operations import change_rate, receive_payment
from ledger.replay import difference
from tests.conftest import BUSINESS_DATE, People


@pytest.fixture
def pay(loan: Any, people: People) -> Callable[..., LoanEvent]:
    def take(amount: str, on: date = BUSINESS_DATE, key: str = "p-1", **more: Any) -> LoanEvent:
        return receive_payment(
            loan_id=loan.pk, amount=D(amount), effective_on=on, key=key, by=people.operations, **more
        )

    return take


def lines(event: LoanEvent) -> list[tuple[str, D, D]]:
    """(role, debit, credit) of everything the event posted, in order."""
    found = Posting.objects.filter(entry__event=event).order_by("id")
    return [(row.account.role, row.debit, row.credit) for row in found.select_related("account")]


def lines_on(event: LoanEvent, day: date) -> list[tuple[str, D, D]]:
    """(role, debit, credit) of the event's entry of one day, by role."""
    found = event.entries.get(effective_on=day).postings.select_related("account")
    return sorted((row.account.role, row.debit, row.credit) for row in found)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (LoanEvent, Entry, Posting, Accrual))


def proved(loan: Loan) -> bool:
    through = LoanBalance.objects.get(pk=loan.pk).accrued_through
    return difference(loan, through=through, late_fees_through=date(2008, 12, 30)).nothing


def test_a_payment_pays_the_interest_to_its_day_and_then_principal(loan: Any, pay: Callable[..., LoanEvent]) -> None:
    # Given $12,000.00 at 9.5 % since 30 September: 92 days to 31 December, $287.34 of interest.
    # When
    event = pay("1052.21")
    # Then
    assert lines(event) == [
        ("principal", D("0.00"), D("764.87")),
        ("interest", D("0.00"), D("287.34")),
        ("cash", D("1052.21"), D("0.00")),
    ]
    balance = LoanBalance.objects.get(pk=loan.pk)
    assert (balance.principal, balance.interest) == (D("11235.13"), D("0.00"))
    assert (balance.next_due_on, balance.dpd) == (date(2008, 11, 30), 31)
    assert proved(loan)


def test_the_same_key_moves_nothing_again_and_another_amount_is_refused(pay: Callable[..., LoanEvent]) -> None:
    event = pay("1052.21")
    before = counts()
    assert pay("1052.21") == event
    with pytest.raises(KeyReused):
        pay("1052.22")
    assert counts() == before


def test_what_is_left_over_after_everything_owed_is_held_unapplied(loan: Any, pay: Callable[..., LoanEvent]) -> None:
    event = pay("13000.00")
    assert ("unapplied", D("0.00"), D("712.66")) in lines(event)
    loan = Loan.objects.get(pk=loan.pk)
    assert (loan.state, loan.ended_on) == ("paid_off", BUSINESS_DATE)
    assert (loan.balance.owed, loan.balance.unapplied, loan.balance.open) == (D("0.00"), D("712.66"), False)


def test_a_principal_only_payment_leaves_the_interest(loan: Any, pay: Callable[..., LoanEvent]) -> None:
    event = pay("500.00", principal_only=True)
    assert lines(event) == [("principal", D("0.00"), D("500.00")), ("cash", D("500.00"), D("0.00"))]
    assert LoanBalance.objects.get(pk=loan.pk).interest == D("287.34")


def test_a_back_dated_payment_is_replayed_and_the_interest_of_the_days_since_corrected(
    loan: Any, pay: Callable[..., LoanEvent]
) -> None:
    pay("1052.21", key="december")
    event = pay("1052.21", on=date(2008, 10, 30), key="october")
    # 30 days of $12,000.00: $93.70 interest and $958.51 principal in October ...
    october = [
        (row.account.role, row.debit, row.credit) for row in event.entries.get(effective_on="2008-10-30").postings.all()
    ]
    assert sorted(october) == [
        ("cash", D("1052.21"), D("0.00")),
        ("interest", D("0.00"), D("93.70")),
        ("principal", D("0.00"), D("958.51")),
    ]
    # ... so the December payment finds 62 days of $11,041.49, $178.18, and pays more principal.
    december = [
        (row.account.role, row.debit, row.credit)
        for row in event.entries.get(effective_on=BUSINESS_DATE).postings.all()
    ]
    assert sorted(december) == [("interest", D("109.16"), D("0.00")), ("principal", D("0.00"), D("109.16"))]
    assert [(row.effective_on, row.amount) for row in event.accruals.order_by("effective_on")] == [
        (date(2008, 10, 30), D("93.70")),
        (BUSINESS_DATE, D("-109.16")),
    ]
    assert LoanBalance.objects.get(pk=loan.pk).principal == D("10167.46")
    assert proved(loan)


@pytest.mark.parametrize(("on", "error"), [(date(2009, 1, 1), InTheFuture), (date(2008, 9, 29), BeforeTheLoan)])
def test_a_day_that_cannot_be_is_refused_and_moves_nothing(
    pay: Callable[..., LoanEvent], on: date, error: type[Exception]
) -> None:
    before = counts()
    with pytest.raises(error):
        pay("100.00", on=on)
    assert counts() == before


def test_a_paid_off_loan_takes_no_payment(pay: Callable[..., LoanEvent]) -> None:
    pay("12287.34")
    before = counts()
    with pytest.raises(LoanNotOpen) as refusal:
        pay("1.00", key="p-2")
    assert str(refusal.value).endswith("is paid off: it takes no payments. A reversal of what ended it opens it again.")
    assert counts() == before


def test_a_rate_changed_in_the_past_is_charged_from_its_day(
    loan: Any, people: People, pay: Callable[..., LoanEvent]
) -> None:
    pay("1052.21")
    # $12,000.00: 32 days to 1 November at 9.5 %, $99.95, and 60 days at 7.3 %, $144.00: $243.95 instead of $287.34.
    event = change_rate(
        loan_id=loan.pk, rate=D("7.3"), effective_on=date(2008, 11, 1), reason="agreed", key="r", by=people.operations
    )
    assert lines(event) == [("interest", D("43.39"), D("0.00")), ("principal", D("0.00"), D("43.39"))]
    balance = LoanBalance.objects.get(pk=loan.pk)
    assert (balance.rate, balance.principal, balance.interest) == (D("7.3"), D("11191.74"), D("0.00"))
    assert proved(loan)
