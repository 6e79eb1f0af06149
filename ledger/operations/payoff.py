"""The payment that leaves nothing owing."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from finance.payoff import changed_by
from ledger.errors import PayoffDiffers
from ledger.models import LoanEvent
from ledger.operations.steps import lock, record, require_active, require_possible, seen_before
from ledger.replay import enter
from ledger.standing import Account, history, position, read_account
from tenants.models import User


@transaction.atomic
def receive_payoff(
    *,
    loan_id: int,
    amount: Decimal,
    effective_on: date,
    key: str,
    by: User | None,
    quoted_on: date | None = None,
    source: str = "staff",
) -> LoanEvent:
    """Take the payoff of `effective_on`, exactly.

    quoted_on: when the borrower was told the amount; a refusal then says what changed it since.
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="payoff", amount=amount, effective_on=effective_on):
        return event
    require_active(loan, "payoff")
    require_possible(loan, effective_on, day)
    account = read_account(loan)
    payoff = position(account, as_of=effective_on).payoff
    if amount != payoff:
        short = amount < payoff
        left = f"${abs(payoff - amount):,} would be {'left owing' if short else 'left over'}"
        raise PayoffDiffers(
            number=loan.number,
            on=effective_on.isoformat(),
            payoff=f"${payoff:,}",
            amount=f"${amount:,}",
            difference=f"{left}. Take it as a payment, or ask for the payoff.",
            changed=changed(account, quoted_on, effective_on) if quoted_on else "",
        )
    event = record(loan, "payoff", effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount)
    enter(loan, balance, event, day)
    return event


def changed(account: Account, quoted_on: date, on: date) -> str:
    """What has become known since the quote, as a sentence; empty when nothing has."""
    rows = {f"{row.pk:012d}": row for row in account.events}
    found = [rows[event.id] for event in changed_by(history(account.events), quoted_on=quoted_on, on=on)]
    if not found:
        return ""
    words = [
        f"{row.get_kind_display().lower()} of {row.effective_on}, known on {row.recorded_on}" for row in found[-3:]
    ]
    return f" Since the quote of {quoted_on}: {'; '.join(words)}."
