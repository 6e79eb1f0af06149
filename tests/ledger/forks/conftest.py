"""A what-if of one loan, its maker, and a second person who may do everything that it tries."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.forks.steps import Step
from ledger.models import Accrual, Entry, Fork, LoanBalance, LoanEvent, Posting
from ledger.operations import receive_payment
from ledger.operations.forks import add_act, open_fork
from tenants.models import User
from tests.conftest import LATE_FEE, make_product_version


@pytest.fixture
def second(people: Any) -> Any:
    """Somebody else, in operations and a portfolio manager."""
    return User.objects.create_user(
        "second@example.com", "a long password 1", full_name="Second Person", roles=["operations", "portfolio_manager"]
    )


@pytest.fixture
def paid(make_loan: Callable[..., Any], people: Any) -> Any:
    """$12,000.00 at 9.5 % since 30 September 2008, late fee 5 % after ten days; 1,053.00 paid on 30 October."""
    found = make_loan(version=make_product_version(people.administrator, people.portfolio_manager, late_fee=LATE_FEE))
    receive_payment(
        loan_id=found.pk,
        amount=Decimal("1053.00"),
        effective_on=date(2008, 10, 30),
        key="p1",
        by=people.operations,
    )
    return found


@pytest.fixture
def fork(paid: Any, people: Any) -> Fork:
    """With one scenario that has no act yet."""
    return open_fork(loan_id=paid.pk, title="Had it come on time?", by=people.operations)


def payment(amount: str = "1,052.21", on: str = "2008-11-28", key: str = "k1") -> Step:
    return Step("take_payment", key, {"amount": amount, "effective_on": on, "purpose": ""})


def rate(percent: str = "7.3", on: str = "2008-11-01", key: str = "k2") -> Step:
    return Step("change_rate", key, {"rate": percent, "effective_on": on, "reason": "Agreed"})


def fee(amount: str = "25.00", on: str = "2008-12-31", key: str = "k3") -> Step:
    return Step("charge_fee", key, {"amount": amount, "effective_on": on, "reason": "Cheque"})


def returned(event: LoanEvent, key: str = "k4") -> Step:
    return Step("reverse_event", key, {"event": str(event.pk), "reason": "R01 Insufficient funds", "remark": ""})


def fill(fork: Fork, *steps: Step, number: int = 1) -> None:
    for step in steps:
        add_act(fork_id=fork.pk, number=number, step=step, by=fork.made_by)


def books(loan: Any) -> tuple[Any, ...]:
    """Everything that could move: how many rows of each table, and the loan's balance and state."""
    counted = [model.objects.count() for model in (LoanEvent, Entry, Posting, Accrual)]
    balance = LoanBalance.objects.filter(pk=loan.pk).values().get()
    return *counted, balance, type(loan).objects.get(pk=loan.pk).state
