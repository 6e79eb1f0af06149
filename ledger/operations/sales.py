"""A loan sold to another owner, and bought back."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.errors import EventsFollow, MoneyIsHeld, StillOurs
from ledger.models import Loan, LoanEvent
from ledger.operations.steps import lock, record, require_possible, require_state, seen_before
from ledger.records import last_standing
from ledger.replay import enter
from tenants.models import User


@transaction.atomic
def sell_loan(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Sell the loan for `amount` dollars at the end of `effective_on`. reason: to whom, under which agreement.

    What the books carry is compared with the proceeds; the difference is gain or loss. Refuses while money of the
    borrower's is held, and a day before the loan's last event: what came after the sale would be the buyer's.
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="sale", amount=amount, effective_on=effective_on):
        return event
    require_state(loan, (Loan.State.ACTIVE, Loan.State.CHARGED_OFF), "sale")
    require_possible(loan, effective_on, day)
    if held := balance.unapplied + balance.escrow:
        raise MoneyIsHeld(number=loan.number, held=f"${held:,}")
    require_last(loan, effective_on, "sold")
    event = record(
        loan, "sale", effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount, reason=reason
    )
    enter(loan, balance, event, day)
    return event


@transaction.atomic
def buy_back_loan(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Buy the loan back for `amount` dollars at the end of `effective_on`, with all that is owed on it by then.

    What the borrower paid the buyer is entered afterwards, on its own days: it counts for the loan, and is no cash of
    ours.
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="buy_back", amount=amount, effective_on=effective_on):
        return event
    require_possible(loan, effective_on, day)
    if loan.state != Loan.State.SOLD or (loan.ended_on and effective_on <= loan.ended_on):
        state = f"{loan.get_state_display().lower()}{f' since {loan.ended_on}' if loan.ended_on else ''}"
        raise StillOurs(number=loan.number, state=state, on=effective_on.isoformat())
    require_last(loan, effective_on, "bought back")
    event = record(
        loan,
        "buy_back",
        effective_on=effective_on,
        day=day,
        key=key,
        by=by,
        source=source,
        amount=amount,
        reason=reason,
    )
    enter(loan, balance, event, day)
    return event


def require_last(loan: Loan, effective_on: date, verb: str) -> None:
    last = last_standing(loan)
    if last is not None and last.effective_on > effective_on:
        raise EventsFollow(
            number=loan.number,
            verb=verb,
            on=effective_on.isoformat(),
            kind=last.get_kind_display().lower(),
            last=last.effective_on.isoformat(),
        )
