"""A loan that will not be repaid, and what comes of it afterwards."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.errors import LoanNotOpen, NothingToChargeOff
from ledger.models import Loan, LoanEvent
from ledger.operations.steps import (
    known_to_the_night,
    lock,
    record,
    require_active,
    require_possible,
    seen_before,
)
from ledger.replay import enter
from tenants.models import User


@transaction.atomic
def charge_off_loan(
    *, loan_id: int, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Write off everything that is owed. Nothing accrues afterwards; cash that still comes is a recovery."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="charge_off", effective_on=effective_on):
        return event
    require_active(loan, "charge-off")
    require_possible(loan, effective_on, day)
    if not balance.owed:
        raise NothingToChargeOff(number=loan.number, on=effective_on.isoformat())
    event = record(
        loan,
        "charge_off",
        effective_on=effective_on,
        day=day,
        key=key,
        by=by,
        source=source,
        reason=reason,
        recorded_on=known_to_the_night(balance, effective_on, day) if source == "night" else None,
    )
    enter(loan, balance, event, day)
    return event


@transaction.atomic
def receive_recovery(
    *, loan_id: int, amount: Decimal, effective_on: date, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Take `amount` dollars on a loan that was charged off."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="recovery", amount=amount, effective_on=effective_on):
        return event
    if loan.state != Loan.State.CHARGED_OFF:
        raise LoanNotOpen(number=loan.number, state=loan.get_state_display().lower(), what="recoveries")
    require_possible(loan, effective_on, day)
    event = record(loan, "recovery", effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount)
    enter(loan, balance, event, day)
    return event
