"""Interest and fees that become principal, where the agreement says so."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.errors import NothingIsOwed, NothingToCapitalise
from ledger.models import LoanEvent
from ledger.operations.steps import lock, record, require_active, require_possible, seen_before
from ledger.replay import enter
from ledger.standing import position, read_account
from tenants.models import User

# part -> the event's kind
KINDS = {"interest": LoanEvent.Kind.CAPITALISE_INTEREST, "fees": LoanEvent.Kind.CAPITALISE_FEES}


@transaction.atomic
def capitalise(
    *,
    loan_id: int,
    part: str,
    effective_on: date,
    reason: str,
    key: str,
    by: User | None,
    amount: Decimal | None = None,
    source: str = "staff",
) -> LoanEvent:
    """Add to principal what is owed of `part` ("interest" or "fees") at the end of the day, or `amount` of it.

    reason: the clause of the agreement. From that day on it bears interest; the instalments stay as agreed.
    """
    loan, balance, day = lock(loan_id)
    kind = KINDS[part]
    if event := seen_before(key, loan_id=loan_id, kind=kind, amount=amount, effective_on=effective_on):
        return event
    require_active(loan, "capitalisation")
    require_possible(loan, effective_on, day)
    owed: Decimal = getattr(position(read_account(loan), as_of=effective_on).state, part)
    if not owed:
        raise NothingIsOwed(number=loan.number, what=f" of {part}", on=effective_on.isoformat(), verb="capitalise")
    if amount is not None and amount > owed:
        raise NothingToCapitalise(number=loan.number, part=part, owed=f"${owed:,}", amount=f"${amount:,}")
    event = record(
        loan, kind, effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount, reason=reason
    )
    enter(loan, balance, event, day)
    return event
