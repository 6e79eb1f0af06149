"""The money leaves: a second person releases it, and the application becomes a loan of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from finance.errors import Refused
from ledger.models import Entry, Instalment, Loan
from origination.errors import FourEyes
from origination.handover import board
from origination.models import Application, ApplicationEvent
from origination.operations.steps import State, lock, record, require_somebody_else, require_state, seen_before
from tenants.models import User


@dataclass(frozen=True, slots=True)
class ReleasePreview:
    """What releasing would do, already read. refusal: why it cannot be done, or None."""

    refusal: Refused | None = None
    loan: Loan | None = None
    entries: Sequence[Entry] = ()
    instalments: Sequence[Instalment] = ()


def require_releasable(application: Application, by: User) -> None:
    """Whether `by` can release the funds now: neither who approved, nor who signed, nor the applicant."""
    require_state(application, State.ACCEPTED, done="paid out")
    require_somebody_else(application, by, act="release the funds of")
    if application.decided_by_id == by.pk:
        raise FourEyes(did="approved", number=application.number)
    if application.signed_by_id == by.pk:
        raise FourEyes(did="signed", number=application.number)


@transaction.atomic
def release_funds(*, application_id: int, key: str, by: User) -> ApplicationEvent:
    """Pay out the signed offer on the business date and board the loan, in one transaction."""
    application, day = lock(application_id)
    content = {"application": application_id}
    if event := seen_before(key, "released", content, by=by):
        return event
    require_releasable(application, by)
    loan = board(application, on=day.today, by=by)
    application.mark_funded(by=by, on=day.today, loan=loan)
    application.save()
    return record(
        application, "released", day=day, key=key, by=by, content=content, amount=loan.amount, note=loan.number
    )


def preview_release(*, application_id: int, by: User) -> ReleasePreview:
    """Really release, look, and take it back: the same code as the real thing, so it cannot differ."""
    savepoint = transaction.savepoint()
    try:
        event = release_funds(application_id=application_id, key=f"preview/{application_id}", by=by)
        loan = event.application.loan
        assert loan is not None, event
        entries = Entry.objects.filter(event__loan=loan).prefetch_related("postings__account").order_by("id")
        return ReleasePreview(loan=loan, entries=list(entries), instalments=list(loan.instalments.all()))
    except Refused as refusal:
        return ReleasePreview(refusal=refusal)
    finally:
        transaction.savepoint_rollback(savepoint)
