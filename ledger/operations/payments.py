"""Money from the borrower."""

from datetime import date
from decimal import Decimal

from finance.allocation import ORDINARY, PRINCIPAL_ONLY
from ledger.errors import NoSuchPurpose
from ledger.models import LoanEvent
from ledger.operations.steps import hold_loan, in_transaction, record, require_active, require_possible, same_content
from ledger.plain_payments import is_plain, learn_place, take_plain
from ledger.replay import enter
from ledger.terms import purposes_of
from tenants.models import User


@in_transaction
def receive_payment(
    *,
    loan_id: int,
    amount: Decimal,
    effective_on: date,
    key: str,
    by: User | None,
    principal_only: bool = False,
    purpose: str = ORDINARY,
    source: str = "staff",
) -> LoanEvent:
    """Take `amount` dollars from the borrower, as of `effective_on`, which may lie in the past.

    purpose: which of the loan's hierarchies allocates it; principal_only is one of its own.
    Returns the event; its entries and accruals are what was posted. What a payment leaves over after everything owed
    is held unapplied. Refuses a loan that is not active, a day that has not come, and a reused key.
    """
    if purpose == PRINCIPAL_ONLY:
        principal_only, purpose = True, ORDINARY
    if purpose == ORDINARY and not principal_only and is_plain(amount, key):
        placed = take_plain([loan_id], [amount], [key], effective_on=effective_on, by=by, source=source)
        if event := placed.get(0):
            return event
    return enter_payment(
        loan_id=loan_id,
        amount=amount,
        effective_on=effective_on,
        key=key,
        by=by,
        principal_only=principal_only,
        purpose=purpose,
        source=source,
    )


def enter_payment(
    *,
    loan_id: int,
    amount: Decimal,
    effective_on: date,
    key: str,
    by: User | None,
    principal_only: bool,
    purpose: str,
    source: str,
) -> LoanEvent:
    """receive_payment() of any payment, plain or not."""
    loan, balance, day, earlier = hold_loan(loan_id, key)
    content = {"loan_id": loan_id, "kind": "payment", "amount": amount, "effective_on": effective_on}
    if event := same_content(earlier, **content, principal_only=principal_only, purpose=purpose):
        return event
    require_active(loan, "payments")
    require_possible(loan, effective_on, day)
    if purpose not in purposes_of(loan):
        raise NoSuchPurpose(number=loan.number, purpose=purpose, known=", ".join(purposes_of(loan)))
    event = record(
        loan,
        "payment",
        effective_on=effective_on,
        day=day,
        key=key,
        by=by,
        source=source,
        amount=amount,
        principal_only=principal_only,
        purpose=purpose,
    )
    enter(loan, balance, event, day)
    if effective_on == day.today:
        learn_place(loan, effective_on)
    return event
