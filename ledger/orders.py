"""Exports of journals and closes of months that take longer than somebody waits: ordered, and done by a worker."""

from collections.abc import Callable
from datetime import date
from functools import partial

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from finance.errors import Refused
from ledger.close.checklist import closing_number
from ledger.errors import KeyReused
from ledger.models import Entry, ExportBatch, ExportDetail, Loan, Period
from ledger.operations import close_period, take_export, void_export
from tenants.current import current_tenant_id, tenant_context
from tenants.long_work import begin, ended, reached, take_up, working
from tenants.models import LegalEntity, LongWork, User

EXPORT, CLOSE = "ledger.export_journals", "ledger.close_period"


class NotAllowed(Refused):
    code = "not_allowed"
    message = "{by} may not do this any more, so it was not done."


# --- what is long ---------------------------------------------------------------------------------------------------
def is_long_export(company: LegalEntity, target: str, through: date) -> bool:
    """Whether a batch would have more entries than somebody waits for: those since the last one, or of one voided."""
    batches = ExportBatch.objects.filter(legal_entity=company, target=target, voids=None).defer("content")
    taken = batches.filter(voided_by=None).order_by("-through").first()
    free = batches.exclude(voided_by=None).order_by("-entries").first()
    entries = Entry.objects.filter(legal_entity=company, posted_on__lte=through)
    if taken is not None:
        entries = entries.filter(posted_on__gt=taken.through)
    again = free is not None and free.entries > settings.ROWS_AT_ONCE and (taken is None or taken.pk < free.pk)
    return again or more_than_at_once(entries)


def is_long_close(period: Period) -> bool:
    """Whether the checklist of the month goes through more loans than somebody waits for."""
    return more_than_at_once(Loan.objects.filter(legal_entity_id=period.legal_entity_id))


def more_than_at_once(rows: QuerySet[Entry] | QuerySet[Loan]) -> bool:
    limit: int = settings.ROWS_AT_ONCE
    return bool(rows.order_by().values("pk")[limit : limit + 1].exists())


# --- ordering -------------------------------------------------------------------------------------------------------
def order_export(*, company: LegalEntity, target: str, detail: str, through: date, key: str, by: User) -> LongWork:
    """Ask a worker for what take_export does. The same key is the same work, and the same batch. Raises KeyReused."""
    named = f"{ExportBatch(target=target).get_target_display()}, {ExportDetail(detail).label.lower()}"
    title = f"Export {company} through {through:%-d %b %Y} for {named}"
    tenant_id = current_tenant_id()
    work = begin(LongWork.Kind.EXPORT, key=key, title=title[:160], by=by)
    if work.title != title[:160]:
        raise KeyReused(key=key)
    on = through.isoformat()
    transaction.on_commit(
        lambda: export_task.delay(
            tenant_id, work.pk, company_id=company.pk, target=target, detail=detail, through=on, key=key
        )
    )
    return work


def order_void(*, batch: ExportBatch, reason: str, key: str, by: User) -> LongWork:
    """Ask a worker for what void_export does."""
    tenant_id = current_tenant_id()
    work = begin(LongWork.Kind.EXPORT, key=key, title=f"Void {batch}"[:160], total=batch.entries, by=by)
    transaction.on_commit(lambda: void_task.delay(tenant_id, work.pk, batch_id=batch.pk, reason=reason, key=key))
    return work


def order_close(period: Period, *, by: User) -> LongWork:
    """Ask a worker for what close_period does. While it is under way for this closing, it is the same work."""
    tenant_id = current_tenant_id()
    title = f"Close {period} of {period.legal_entity}"
    work = begin(LongWork.Kind.CLOSE, key=f"{period.pk}/{closing_number(period)}", title=title[:160], by=by)
    transaction.on_commit(lambda: close_task.delay(tenant_id, work.pk, period_id=period.pk))
    return work


def close_under_way(period: Period) -> LongWork | None:
    """The close of the month that a worker was asked for and has not ended."""
    going_on = LongWork.objects.filter(kind=LongWork.Kind.CLOSE, finished_at=None).select_related("by")
    return going_on.filter(key=f"{period.pk}/{closing_number(period)}").first()


# --- doing ----------------------------------------------------------------------------------------------------------
@shared_task
def export_task(
    tenant_id: int, work_id: int, *, company_id: int, target: str, detail: str, through: str, key: str
) -> None:
    """Take the batch that was ordered; that and the end of the work are one transaction."""

    def take(by: User) -> ExportBatch:
        return take_export(
            company=LegalEntity.objects.get(pk=company_id),
            target=target,
            detail=detail,
            through=date.fromisoformat(through),
            key=key,
            by=by,
            told=partial(reached, work_id),
        )

    export(tenant_id, work_id, take)


@shared_task
def void_task(tenant_id: int, work_id: int, *, batch_id: int, reason: str, key: str) -> None:
    """Void the batch."""

    def void(by: User) -> ExportBatch:
        return void_export(batch_id=batch_id, reason=reason, key=key, by=by, told=partial(reached, work_id))

    export(tenant_id, work_id, void)


def export(tenant_id: int, work_id: int, act: Callable[[User], ExportBatch]) -> None:
    with working(tenant_id, work_id), tenant_context(tenant_id):
        work = take_up(work_id)
        if work is None:
            return
        batch = act(allowed(work, EXPORT))
        said = f"Batch {batch.number}: {counted(batch.entries, 'entry', 'entries')}, "
        said += f"{counted(batch.journals, 'journal', 'journals')}, ${batch.debits:,.2f} on each side."
        ended(work_id, result=said, done=batch.entries, total=batch.entries, subject=batch.pk)


@shared_task
def close_task(tenant_id: int, work_id: int, *, period_id: int) -> None:
    """Close the month; that and the end of the work are one transaction."""
    with working(tenant_id, work_id), tenant_context(tenant_id):
        work = take_up(work_id)
        if work is None:
            return
        closed = close_period(period_id=period_id, by=allowed(work, CLOSE)).period
        ended(work_id, result=f"Closed {closed}. Nothing more is booked into it.", done=0, total=0, subject=closed.pk)


def allowed(work: LongWork, permission: str) -> User:
    """Who ordered it, if they still may. Raises NotAllowed."""
    by: User | None = work.by
    assert by is not None
    if not by.has_perm(permission):
        raise NotAllowed(by=by)
    return by


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
