"""Interest that is no longer counted as income, and that is again."""

from datetime import date

from django.db import transaction

from finance.ageing import is_met, owed
from finance.nonaccrual import check_restorable
from ledger.errors import StatusStands
from ledger.models import Loan, LoanBalance, LoanEvent
from ledger.operations.steps import (
    known_to_the_night,
    lock,
    record,
    require_active,
    require_possible,
    seen_before,
)
from ledger.policies import nonaccrual_of
from ledger.replay import enter
from ledger.standing import Account, position, read_account
from ledger.terms import servicing_of
from tenants.models import User


@transaction.atomic
def place_on_nonaccrual(
    *, loan_id: int, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Take uncollected interest out of income at the end of the day, and let later interest stand in suspense.

    The borrower goes on owing it. source: "night" for one that the night found, which then knew it on its own day.
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="nonaccrual", effective_on=effective_on):
        return event
    require_active(loan, "non-accrual")
    require_possible(loan, effective_on, day)
    if is_on_nonaccrual(loan, balance, effective_on):
        raise StatusStands(number=loan.number, status="on non-accrual", on=effective_on.isoformat())
    event = record(
        loan,
        "nonaccrual",
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


def is_on_nonaccrual(loan: Loan, balance: LoanBalance, on: date) -> bool:
    """Whether it is at the end of `on`; replayed only when something has happened since."""
    if balance.last_event_on is None or balance.last_event_on <= on:
        now: bool = balance.nonaccrual
        return now
    return position(read_account(loan), as_of=on).state.nonaccrual


@transaction.atomic
def restore_accrual(
    *, loan_id: int, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Count the loan's interest as income again from the day after.

    Refuses one that is late, or has not made as many payments in a row as its product asks (finance.nonaccrual).
    """
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="restoration", effective_on=effective_on):
        return event
    require_active(loan, "return to accrual")
    require_possible(loan, effective_on, day)
    account = read_account(loan)
    at = position(account, as_of=effective_on)
    if not at.state.nonaccrual:
        raise StatusStands(number=loan.number, status="on accrual", on=effective_on.isoformat())
    asked = nonaccrual_of(servicing_of(loan)).payments
    made = payments_in_a_row(account, effective_on, most=asked)
    check_restorable(at.arrears, payments_in_a_row=made, asked=asked)
    event = record(
        loan, "restoration", effective_on=effective_on, day=day, key=key, by=by, source=source, reason=reason
    )
    enter(loan, balance, event, day)
    return event


def payments_in_a_row(account: Account, on: date, *, most: int) -> int:
    """How many of the latest instalments up to `on` were each met before the next one fell due; at most `most`.

    Counted since the terms last changed: what was met under an earlier schedule shows nothing about this one.
    Replays the loan once for each.
    """
    rows = position(account, as_of=on).terms.schedule
    last = sum(row.due_date <= on for row in rows) - 1
    made = 0
    for k in range(last, -1, -1):
        if made == most:
            break
        by = min(on, rows[k + 1].due_date) if k + 1 < len(rows) else on
        at = position(account, as_of=by)
        if at.terms.schedule != rows or not is_met(at.terms, at.state, k, owed(at.state)):
            break
        made += 1
    return made
