"""The steps that every operation on a loan shares: lock, seen before, allowed, record."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

from ledger.day import BusinessDay
from ledger.errors import BeforeTheLoan, InTheFuture, KeyReused, LoanNotOpen
from ledger.holding import hold
from ledger.instances import fresh
from ledger.models import Loan, LoanBalance, LoanEvent
from tenants.current import current_tenant_id
from tenants.models import User

P = ParamSpec("P")
R = TypeVar("R")


def in_transaction(operation: Callable[P, R]) -> Callable[P, R]:
    """Run the operation in the transaction that is open, or in one of its own.

    It makes no savepoint, as transaction.atomic would: an operation refuses before it writes, what the short way writes
    is one statement, and the long way makes a savepoint itself.
    """

    @wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return operation(*args, **kwargs)
        with transaction.atomic():
            return operation(*args, **kwargs)

    return run


def lock(loan_id: int) -> tuple[Loan, LoanBalance, BusinessDay]:
    """The loan, locked until the transaction ends, with its balance and the business day held still."""
    return hold_loan(loan_id)[:3]


def hold_loan(loan_id: int, key: str = "") -> tuple[Loan, LoanBalance, BusinessDay, LoanEvent | None]:
    """As lock(), and the event that `key` already made, read with them."""
    held = hold([loan_id], [key])
    if held.day is None:
        raise LoanBalance.DoesNotExist(f"There is no loan {loan_id}.")
    balance = held.balances[loan_id]
    return balance.loan, balance, held.day, held.earlier.get(key)


def seen_before(key: str, **content: Any) -> LoanEvent | None:
    """The event this key already made. The same key with other content is refused."""
    return same_content(LoanEvent.objects.filter(key=key).first(), **content)


def same_content(event: LoanEvent | None, **content: Any) -> LoanEvent | None:
    """The event, when there is one: it must have this content, or its key was used for something else."""
    if event is not None and any(getattr(event, name) != value for name, value in content.items()):
        raise KeyReused(key=event.key)
    return event


def require_active(loan: Loan, what: str) -> None:
    if loan.state != Loan.State.ACTIVE:
        raise LoanNotOpen(number=loan.number, state=loan.get_state_display().lower(), what=what)


def require_possible(loan: Loan, effective_on: date, day: BusinessDay) -> None:
    """An event counts from the loan's first day to today."""
    if effective_on > day.today:
        raise InTheFuture(on=effective_on.isoformat(), today=day.today.isoformat())
    if effective_on < loan.opened_on:
        raise BeforeTheLoan(on=effective_on.isoformat(), number=loan.number, opened_on=loan.opened_on.isoformat())


def record(
    loan: Loan,
    kind: str,
    *,
    effective_on: date,
    day: BusinessDay,
    key: str,
    by: User | None,
    source: str,
    amount: Decimal | None = None,
    **details: Any,
) -> LoanEvent:
    """The event itself. ledger.replay.enter writes it, together with what it posts."""
    event = fresh(
        LoanEvent,
        tenant_id=current_tenant_id(),
        loan_id=loan.pk,
        kind=kind,
        effective_on=effective_on,
        recorded_on=day.today,
        amount=amount,
        key=key,
        by_id=by.pk if by else None,
        source=source,
    )
    for name, value in details.items():
        setattr(event, name, value)
    return event
