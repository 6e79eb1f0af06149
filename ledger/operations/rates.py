"""Another rate, from a day on."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.models import LoanEvent
from ledger.operations.steps import lock, record, require_active, require_possible, seen_before
from ledger.replay import enter
from tenants.models import User


@transaction.atomic
def change_rate(
    *, loan_id: int, rate: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Let interest accrue at `rate` percent a year from `effective_on` on, which may lie in the past.

    The instalments stay as agreed; the last one, which is all that is owed, takes up the difference.
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="rate_change", rate=rate, effective_on=effective_on):
        return event
    require_active(loan, "rate changes")
    require_possible(loan, effective_on, day)
    event = record(
        loan,
        "rate_change",
        effective_on=effective_on,
        day=day,
        key=key,
        by=by,
        source=source,
        rate=rate,
        reason=reason,
    )
    enter(loan, balance, event, day)
    return event
