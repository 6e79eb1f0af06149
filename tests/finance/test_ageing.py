"""Arrears: instalments met, days past due, buckets."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from finance.ageing import Arrears, arrears, bucket
from finance.replay import Event, replay
from finance.terms import Instalment, LoanTerms

DISBURSED = Event(id="E1", kind="disburse", on=date(2024, 1, 15), amount=D("300.00"))
EDGES = (1, 30, 60, 90, 120)


def terms(**changes: Any) -> LoanTerms:
    rows = tuple(Instalment(due_date=date(2024, month, 15), amount=D("100.00")) for month in (2, 3, 4))
    return LoanTerms(**{"rate": D("0"), "day_count": "ACT/365F", "schedule": rows, **changes})


def paid(amount: str, on: date, **changes: Any) -> Event:
    return Event(id=f"P{on}", kind="payment", on=on, amount=D(amount), **changes)


def standing(*events: Event, as_of: date, **changes: Any) -> Arrears:
    return replay(terms(**changes), [DISBURSED, *events], as_of=as_of).arrears


def test_the_due_date_itself_is_not_late() -> None:
    assert standing(as_of=date(2024, 2, 15)).dpd == 0
    assert standing(as_of=date(2024, 2, 16)) == Arrears(
        dpd=1,
        bucket="1-29",
        past_due_amount=D("100.00"),
        instalments_satisfied=0,
        next_due_date=date(2024, 2, 15),
        next_due_amount=D("100.00"),
    )


def test_what_is_due_today_is_not_yet_past_due() -> None:
    late = standing(paid("30.00", date(2024, 2, 15)), as_of=date(2024, 3, 15))
    assert (late.dpd, late.past_due_amount, late.next_due_amount) == (29, D("70.00"), D("70.00"))
    assert standing(as_of=date(2024, 3, 16)).past_due_amount == D("200.00")


def test_an_ordinary_prepayment_fills_future_instalments_and_a_principal_only_one_does_not() -> None:
    on = date(2024, 2, 1)
    ahead = standing(paid("150.00", on), as_of=on)
    assert (ahead.instalments_satisfied, ahead.next_due_date, ahead.next_due_amount) == (
        1,
        date(2024, 3, 15),
        D("50.00"),
    )
    assert standing(paid("150.00", on, principal_only=True), as_of=date(2024, 2, 20)).dpd == 5


def test_the_tolerance_is_inclusive() -> None:
    payments = paid("95.00", date(2024, 2, 15))
    assert standing(payments, as_of=date(2024, 2, 20), past_due_tolerance=D("5.00")).dpd == 0
    assert standing(payments, as_of=date(2024, 2, 20), past_due_tolerance=D("4.99")).dpd == 5


def test_the_last_instalment_means_all_that_is_owed() -> None:
    # Interest of 1 % a day on $300.00 makes the credit fill two instalments, but not the loan.
    events = paid("310.00", date(2024, 4, 15))
    late = standing(events, as_of=date(2024, 4, 25), rate=D("36.5"))
    assert late.instalments_satisfied == 2
    assert (late.dpd, late.past_due_amount) == (10, D("17.47"))


def test_the_last_instalment_lacks_what_will_be_owed_on_its_date() -> None:
    paid_up = standing(paid("203.30", date(2024, 2, 15)), as_of=date(2024, 2, 15), rate=D("36.5"))
    # $106.00 stays out for another 60 days at 0.1 % a day.
    assert (paid_up.next_due_date, paid_up.next_due_amount) == (date(2024, 4, 15), D("112.36"))


def test_unpaid_fees_never_make_a_loan_late() -> None:
    # Interest and principal are paid first, so that the fee is what stays open.
    fee = Event(id="F", kind="fee", on=date(2024, 2, 1), amount=D("25.00"))
    order = ("interest", "principal", "fees")
    done = standing(fee, paid("300.00", date(2024, 2, 2)), as_of=date(2024, 6, 1), allocation_order=order)
    assert done == Arrears(
        dpd=0,
        bucket="current",
        past_due_amount=D("0.00"),
        instalments_satisfied=3,
        next_due_date=None,
        next_due_amount=D("0.00"),
    )


def test_before_it_is_paid_out_a_loan_has_met_nothing() -> None:
    before = replay(terms(), [DISBURSED], as_of=date(2024, 1, 14)).arrears
    assert (before.dpd, before.instalments_satisfied, before.next_due_date) == (0, 0, date(2024, 2, 15))
    assert before.next_due_amount == D("100.00")


def test_a_charged_off_loan_neither_ages_nor_counts_as_paid() -> None:
    charge_off = Event(id="C", kind="charge_off", on=date(2024, 3, 20))
    off = standing(paid("100.00", date(2024, 2, 15)), charge_off, as_of=date(2024, 9, 1))
    assert (off.dpd, off.past_due_amount, off.instalments_satisfied, off.next_due_date) == (0, D("0.00"), 1, None)


def test_a_loan_without_a_schedule_is_never_late() -> None:
    assert standing(as_of=date(2030, 1, 1), schedule=()).dpd == 0


@pytest.mark.parametrize(
    ("dpd", "name"),
    [(0, "current"), (1, "1-29"), (29, "1-29"), (30, "30-59"), (89, "60-89"), (119, "90-119"), (120, "120+")],
)
def test_buckets(dpd: int, name: str) -> None:
    assert bucket(dpd, EDGES) == name


def test_arrears_of_a_loan_not_accrued_through_the_day_is_a_bug() -> None:
    position = replay(terms(), [DISBURSED], as_of=date(2024, 2, 1))
    with pytest.raises(AssertionError):
        arrears(terms(), position.state, date(2024, 2, 2))
