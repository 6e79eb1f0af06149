"""Undoing: the event stays, and another one takes it back from its own date on."""

from django.db import transaction

from ledger.errors import AlreadyReversed, NotReversible
from ledger.models import LoanEvent
from ledger.operations.steps import lock, record, seen_before
from ledger.replay import enter
from tenants.models import User

# Why not, for those that cannot be.
NOT_REVERSIBLE = {
    "disbursement": "the money has left. Take it back as a payment.",
    "draw": "the money has left. Take it back as a payment.",
    "reversal": "enter again what it took back.",
}


@transaction.atomic
def reverse_event(*, event_id: int, reason: str, key: str, by: User | None, source: str = "staff") -> LoanEvent:
    """Take back a payment, fee, waiver, change of rate or terms, charge-off or recovery as if it had never been.

    Everything after it is allocated and accrued anew, late fees that this brings are charged, and the difference is
    posted today. Returns the reversal; its entries, accruals and consequences are what changed.
    """
    found = LoanEvent.objects.only("loan_id").get(pk=event_id)
    loan, balance, day = lock(found.loan_id)
    target = LoanEvent.objects.get(pk=event_id)
    if event := seen_before(key, kind="reversal", target_id=event_id):
        return event
    if why := NOT_REVERSIBLE.get(target.kind):
        raise NotReversible(kind=target.get_kind_display().lower(), why=why)
    if earlier := target.reversals.first():
        raise AlreadyReversed(kind=target.get_kind_display().lower(), on=earlier.recorded_on.isoformat())
    event = record(
        loan,
        "reversal",
        effective_on=target.effective_on,
        day=day,
        key=key,
        by=by,
        source=source,
        target=target,
        reason=reason,
    )
    enter(loan, balance, event, day)
    return event
