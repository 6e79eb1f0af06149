"""What little is left of a loan, written off to close it."""

from datetime import date

from django.db import transaction

from ledger.errors import AboveTolerance, NothingIsOwed
from ledger.models import LoanEvent
from ledger.operations.steps import (
    known_to_the_night,
    lock,
    record,
    require_active,
    require_possible,
    seen_before,
)
from ledger.replay import enter
from ledger.standing import position, read_account
from tenants.models import User


@transaction.atomic
def write_off_small_balance(
    *, loan_id: int, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Give up all that is owed, when that is no more than the loan's own tolerance; the loan is then paid off."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="write_off", effective_on=effective_on):
        return event
    require_active(loan, "write-off")
    require_possible(loan, effective_on, day)
    at = position(read_account(loan), as_of=effective_on)
    owed, tolerance = at.payoff, at.terms.small_balance
    if not owed:
        raise NothingIsOwed(number=loan.number, what="", on=effective_on.isoformat(), verb="write off")
    if owed > tolerance:
        raise AboveTolerance(number=loan.number, owed=f"${owed:,}", tolerance=f"${tolerance:,.2f}")
    event = record(
        loan,
        "write_off",
        effective_on=effective_on,
        day=day,
        key=key,
        by=by,
        source=source,
        amount=owed,
        reason=reason,
        recorded_on=known_to_the_night(balance, effective_on, day) if source == "night" else None,
    )
    enter(loan, balance, event, day)
    return event
