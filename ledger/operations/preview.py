"""What an operation would change, before it is confirmed: it is really done, looked at, and taken back."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from finance.errors import Refused
from finance.terms import LoanTerms
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent
from ledger.terms import terms_of, with_instalments


@dataclass(frozen=True, slots=True)
class Preview:
    """refusal: why it cannot be done, or None. The rest is what would stand afterwards, already read.

    terms_before, terms_after: in force at the end.
    """

    refusal: Refused | None = None
    before: LoanBalance | None = None
    after: LoanBalance | None = None
    state_before: str = ""
    state_after: str = ""
    event: LoanEvent | None = None
    entries: tuple[Entry, ...] = ()
    accruals: tuple[Accrual, ...] = ()
    consequences: tuple[LoanEvent, ...] = ()
    terms_before: LoanTerms | None = None
    terms_after: LoanTerms | None = None


def preview(operation: Callable[..., LoanEvent], *, loan_id: int, **arguments: Any) -> Preview:
    """Run `operation` inside a savepoint and roll it back. The same code as the real thing, so it cannot differ."""
    before = LoanBalance.objects.select_related("loan").get(pk=loan_id)
    state_before, terms_before = before.loan.get_state_display(), terms_of(before.loan)
    savepoint = transaction.savepoint()
    try:
        event = operation(**arguments)
        loan = Loan.objects.select_related("balance").get(pk=loan_id)
        with_instalments([event])
        entries = event.entries.prefetch_related("postings__account").order_by("effective_on", "id")
        return Preview(
            before=copy(before),
            after=loan.balance,
            state_before=state_before,
            state_after=loan.get_state_display(),
            event=event,
            entries=tuple(entries),
            accruals=tuple(event.accruals.order_by("effective_on")),
            consequences=tuple(event.consequences.order_by("effective_on", "id")),
            terms_before=terms_before,
            terms_after=terms_of(loan),
        )
    except Refused as refusal:
        return Preview(refusal=refusal, before=before, state_before=state_before)
    finally:
        transaction.savepoint_rollback(savepoint)
