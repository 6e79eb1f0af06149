"""The steps that every operation on a loan shares: lock, seen before, allowed, record."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.day import BusinessDay, hold_business_day
from ledger.errors import BeforeTheLoan, InTheFuture, KeyReused, LoanNotOpen
from ledger.models import Loan, LoanBalance, LoanEvent
from tenants.models import User


def lock(loan_id: int) -> tuple[Loan, LoanBalance, BusinessDay]:
    """The loan, locked until the transaction ends, with its balance and the business day held still.

    The lock is on the narrow balance row, which the night rewrites too. The day first and the loan second, everywhere:
    two orders would deadlock with the night.
    """
    day = hold_business_day()
    locked = LoanBalance.objects.select_for_update(no_key=True, of=("self",))
    balance = locked.select_related("loan").get(pk=loan_id)
    return balance.loan, balance, day


def seen_before(key: str, **content: Any) -> LoanEvent | None:
    """The event this key already made. The same key with other content is refused."""
    event = LoanEvent.objects.filter(key=key).first()
    if event is not None and any(getattr(event, name) != value for name, value in content.items()):
        raise KeyReused(key=key)
    return event


def require_active(loan: Loan, what: str) -> None:
    require_state(loan, (Loan.State.ACTIVE,), what)


def require_state(loan: Loan, states: Collection[str], what: str) -> None:
    if loan.state not in states:
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
    recorded_on: date | None = None,
    **details: Any,
) -> LoanEvent:
    """Write the event itself; what it posts is ledger.replay's. recorded_on: today, unless a night says otherwise."""
    return LoanEvent.objects.create(
        loan=loan,
        kind=kind,
        effective_on=effective_on,
        recorded_on=recorded_on or day.today,
        amount=amount,
        key=key,
        by=by,
        source=source,
        **details,
    )


def known_to_the_night(balance: LoanBalance, on: date, day: BusinessDay) -> date:
    """When the night of `on` knew what it found: then, unless the loan was moved on before the night came to it."""
    return on if balance.accrued_through <= on else day.today
