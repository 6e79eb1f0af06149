"""Loans that a night could not do: caught up by a later night, or tried again by a person once they are mended."""

from django.db import DatabaseError, transaction
from django.utils import timezone

from finance.errors import Refused
from ledger.close.proof import replay_differences
from ledger.errors import StillStopped
from ledger.models import LoanBalance, Night, NightException
from ledger.operations import assess_late_fees
from ledger.operations.steps import lock
from ledger.sql import execute
from tenants.models import User

# What a later night does again by itself, for every day that was missed.
CAUGHT_UP = ("accrue", "late_fees", "age")


@transaction.atomic
def try_again(*, exception_id: int, by: User) -> NightException:
    """Bring the loan of an exception to the last closed day, with the statements of the night, and prove it by replay.

    Refuses, and moves nothing, while something still stops it. All open exceptions of the loan are then resolved.
    """
    exception = NightException.objects.select_related("loan").get(pk=exception_id)
    loan_id, number = exception.loan_id, exception.loan.number
    try:
        with transaction.atomic():
            catch_up(loan_id)
    except (Refused, DatabaseError, ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        raise StillStopped(number=number, why=str(error).strip().partition("\n")[0] or type(error).__name__) from error
    open_ones = NightException.objects.filter(loan_id=loan_id, resolved_at=None)
    open_ones.update(resolved_at=timezone.now(), resolved_by=by)
    exception.refresh_from_db()
    return exception


def catch_up(loan_id: int) -> None:
    """What the nights owe the loan, through the last closed day. Posted today, unless that day's night still runs."""
    _, balance, day = lock(loan_id)
    through = day.closed_through
    posted_on = through if day.closing == through else day.today
    execute("accrue", on=through, posted_on=posted_on, first=loan_id, last=loan_id)
    if balance.open and balance.next_due_on is not None:
        assess_late_fees(loan_id=loan_id, through=through, key=f"night/{through}/loan/{loan_id}/again")
    execute("age", on=through, loans=[loan_id])
    for found in replay_differences([loan_id], late_fees_through=through):
        raise ValueError(f"{found['what']} is {found['found']}, and its events give {found['expected']}.")


def resolve_caught_up(night: Night) -> None:
    """Mark as resolved what stood alone in an earlier night and did not in this one."""
    earlier = NightException.objects.filter(resolved_at=None, step__in=CAUGHT_UP).exclude(night=night)
    again = night.exceptions.values("loan")
    earlier.exclude(loan__in=again).update(resolved_at=timezone.now())


def lagging_loans(night: Night) -> int:
    """Open loans that the night did not bring to its date, whether it wrote down why or not."""
    return LoanBalance.objects.filter(open=True, accrued_through__lt=night.business_date).count()
