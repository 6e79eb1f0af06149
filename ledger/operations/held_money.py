"""Money of the borrower's that is held: what nothing was owed for when it came, and escrow."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.errors import NotHeld
from ledger.models import Loan, LoanEvent
from ledger.operations.steps import lock, record, require_active, require_possible, seen_before
from ledger.replay import enter
from ledger.standing import position, read_account
from tenants.models import User

WORDS = {"unapplied": "unapplied", "escrow": "in escrow"}


@transaction.atomic
def apply_credit(
    *, loan_id: int, amount: Decimal, effective_on: date, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Pay with `amount` dollars that are held unapplied, in the loan's order of allocation."""
    return take_held("credit_applied", loan_id, amount, effective_on, key=key, by=by, source=source, active=True)


@transaction.atomic
def refund_credit(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Pay `amount` dollars that are held unapplied back to the borrower, whatever the loan's state."""
    return take_held("refund", loan_id, amount, effective_on, key=key, by=by, source=source, reason=reason)


@transaction.atomic
def disburse_escrow(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Pay `amount` dollars out of escrow. reason: to whom and what for. At most what escrow holds."""
    return take_held("escrow_disbursement", loan_id, amount, effective_on, key=key, by=by, source=source, reason=reason)


@transaction.atomic
def receive_escrow(
    *, loan_id: int, amount: Decimal, effective_on: date, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Take `amount` dollars from the borrower into escrow, for taxes and insurance. It pays nothing of the loan."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="escrow_deposit", amount=amount, effective_on=effective_on):
        return event
    require_active(loan, "escrow")
    require_possible(loan, effective_on, day)
    event = record(
        loan, "escrow_deposit", effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount
    )
    enter(loan, balance, event, day)
    return event


def take_held(
    kind: str,
    loan_id: int,
    amount: Decimal,
    effective_on: date,
    *,
    key: str,
    by: User | None,
    source: str,
    reason: str = "",
    active: bool = False,
) -> LoanEvent:
    """Record an event that takes what is held. It must be held both on its day and now."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind=kind, amount=amount, effective_on=effective_on):
        return event
    if active:
        require_active(loan, "credit")
    require_possible(loan, effective_on, day)
    part = "escrow" if kind == "escrow_disbursement" else "unapplied"
    held = min(getattr(balance, part), held_on(loan, part, effective_on))
    if amount > held:
        raise NotHeld(
            number=loan.number, held=f"${max(held, Decimal(0)):,.2f}", what=WORDS[part], amount=f"${amount:,}"
        )
    event = record(
        loan, kind, effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount, reason=reason
    )
    enter(loan, balance, event, day)
    return event


def held_on(loan: Loan, part: str, on: date) -> Decimal:
    """What was held of "unapplied" or "escrow" at the end of `on`."""
    held: Decimal = getattr(position(read_account(loan), as_of=on).state, part)
    return held
