"""Fees: charged by a person, charged by the night, waived."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.errors import NothingToWaive
from ledger.models import LoanEvent, Night
from ledger.operations.steps import lock, record, require_active, require_possible, seen_before
from ledger.replay import difference, enter, enter_difference, standing_events
from tenants.models import User


@transaction.atomic
def charge_fee(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Charge the borrower a fee of `amount` dollars."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="fee", amount=amount, effective_on=effective_on):
        return event
    require_active(loan, "fees")
    require_possible(loan, effective_on, day)
    event = record(
        loan, "fee", effective_on=effective_on, day=day, key=key, by=by, source=source, amount=amount, reason=reason
    )
    enter(loan, balance, event, day)
    return event


@transaction.atomic
def waive_fee(
    *, loan_id: int, amount: Decimal, effective_on: date, reason: str, key: str, by: User | None, source: str = "staff"
) -> LoanEvent:
    """Let the borrower off `amount` dollars of the fees that are owed."""
    loan, balance, day = lock(loan_id)
    if event := seen_before(key, loan_id=loan_id, kind="fee_waiver", amount=amount, effective_on=effective_on):
        return event
    require_active(loan, "waivers")
    require_possible(loan, effective_on, day)
    if amount > balance.fees:
        raise NothingToWaive(number=loan.number, fees=f"${balance.fees:,}", amount=f"${amount:,}")
    event = record(
        loan,
        "fee_waiver",
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


@transaction.atomic
def assess_late_fees(*, loan_id: int, through: date, key: str) -> LoanEvent | None:
    """Charge the late fees that the loan's rule brings through the end of `through`; None when there are none new.

    The night's. Replays the loan, so a payment that overtook the night is counted. Running it again changes nothing.
    """
    loan, balance, day = lock(loan_id)
    found = difference(loan, through=balance.accrued_through, late_fees_through=through)
    standing = {row.instalment for row in standing_events(loan) if row.kind == LoanEvent.Kind.LATE_FEE}
    fresh = [fee for fee in found.journal.late_fees if int(fee.id.rpartition("-")[2]) not in standing]
    if not fresh:
        return None
    first, instalment = fresh[0], int(fresh[0].id.rpartition("-")[2])
    event = LoanEvent.objects.create(
        loan=loan,
        kind=LoanEvent.Kind.LATE_FEE,
        effective_on=first.on,
        # Known that night; but what overtook the night, or comes after its day was summed up, is corrected today.
        recorded_on=through if balance.accrued_through <= through and not is_summed_up(through) else day.today,
        amount=first.amount,
        instalment=instalment,
        reason=f"Instalment {instalment} was not met when its days of grace ended.",
        source="night",
        key=f"{key}/late-fee-{instalment}",
    )
    enter_difference(loan, balance, event, day)
    return event


def is_summed_up(on: date) -> bool:
    """Whether the night of `on` has summed it into the books, after which nothing becomes known on that day."""
    return Night.objects.filter(business_date__gte=on).exclude(summarised_at=None).exists()
