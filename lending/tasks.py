"""Jobs over all tenants. Each asks which tenants there are, and works for one after the other."""

from datetime import date, datetime, timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from finance.calendars import is_month_end
from ledger.close.proof import prove_by_replay
from ledger.models import Night
from ledger.movements import fold
from lending.clock import advance, close_one_day
from lending.list_files import clear_folder, order, remove_old, write
from lending.templatetags.figures import count
from lending.work import begin_closing, begin_statements, end_closing, end_statements, give_up
from servicing.statements.operations import correct_statements, make_statements
from servicing.statements.selectors import loans_without_statement, statements_made
from tenants.current import current_tenant_id, every_tenant_id, tenant_context
from tenants.long_work import begin, ended, reached, working, write_down_lost
from tenants.models import LongWork, Tenant, User

STATEMENTS_AT_A_TIME = 50
# Nights may have failed to send corrections for so long; a month's statements look back without end.
STATEMENTS_LOOK_BACK = timedelta(days=7)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def advance_task(tenant_id: int, to: str) -> None:
    """Close every business day of the tenant before `to`."""

    def told(night: Night) -> None:
        order_statements(tenant_id)
        end_closing()

    advance(tenant_id, date.fromisoformat(to), told=told)


def order_statements(tenant_id: int) -> None:
    """Ask a worker for the statements that a night just finished calls for."""
    statements_task.delay(tenant_id)


def order_advance(to: date, *, by: User | None = None) -> None:
    """Ask the workers to close every day before `to`. The first night starts at once, so that its page has it."""
    tenant_id = current_tenant_id()
    begin_closing(to, by=by, source=LongWork.Source.PERSON if by else LongWork.Source.COMMAND)
    close_one_day(to)
    transaction.on_commit(lambda: send_to_workers(tenant_id, to))


def order_resume(night: Night) -> None:
    """Ask the workers to go on with a night that was held up, and with the days that were still to follow it."""
    tenant_id, to = current_tenant_id(), night.advance_to or night.business_date
    transaction.on_commit(lambda: send_to_workers(tenant_id, to))


def send_to_workers(tenant_id: int, to: date) -> None:
    """A message for each worker that shares the night. Each starts a loop over the chunks; one too many finds none."""
    for _ in range(settings.NIGHT_WORKERS):
        advance_task.delay(tenant_id, to.isoformat())


@shared_task
def prove_by_replay_task(tenant_id: int, work_id: int) -> None:
    """Replay every loan of the tenant beside what stands."""
    with working(tenant_id, work_id), tenant_context(tenant_id):
        proof = prove_by_replay(told=partial(reached, work_id))
        loans = "1 loan" if proof.compared == 1 else f"{count(proof.compared)} loans"
        result = f"{loans} replayed: the law {'holds' if proof.holds else 'does not hold'}."
        ended(work_id, result=result, done=proof.compared, total=proof.compared, subject=proof.pk)


def order_replay(*, by: User) -> None:
    """Ask a worker for the proof by replay."""
    tenant_id = current_tenant_id()
    work = begin(LongWork.Kind.PROOF, key=str(uuid4()), title="Proof by replay of every loan", by=by)
    transaction.on_commit(lambda: prove_by_replay_task.delay(tenant_id, work.pk))


@shared_task
def list_file_task(tenant_id: int, work_id: int) -> None:
    """Write the file of a list that somebody ordered."""
    with working(tenant_id, work_id), tenant_context(tenant_id):
        write(work_id)


def order_list_file(*, address: str, kind: str, by: User) -> LongWork:
    """Ask a worker for the list at `address` as a file. Asked again while it is under way, it is the same work."""
    tenant_id = current_tenant_id()
    work = order(address=address, kind=kind, by=by)
    transaction.on_commit(lambda: list_file_task.delay(tenant_id, work.pk))
    return work


@shared_task
def remove_files() -> None:
    """Take away files of lists that were kept long enough."""
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            remove_old()
    clear_folder()


@shared_task
def fold_movements() -> None:
    """Bring the movements that balances are read from up to date, so that little is left to sum between nights."""
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            fold()


@shared_task
def resume_nights() -> None:
    """Go on with nights that a lost worker or broker left, and with the days that were still to follow them."""
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            night = Night.objects.order_by("-business_date").first()
            today = Tenant.objects.get(pk=tenant_id).business_date
            end_closing()
            write_down_lost()
            give_up()
        if night is None or (night.finished_at and (night.advance_to is None or night.advance_to <= today)):
            continue
        if night.paused_at is None:
            send_to_workers(tenant_id, max(night.advance_to or today, today))


@shared_task
def follow_calendar() -> None:
    """In production, close each tenant's business day when its own calendar has passed it, one by one."""
    if settings.CLOCK_CAN_BE_MOVED:
        return
    now = earlier_clock()
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            tenant = Tenant.objects.get(pk=tenant_id)
            today = now.astimezone(zone_of(tenant)).date()
            if tenant.business_date < today:
                begin_closing(today, source=LongWork.Source.CALENDAR)
        if tenant.business_date < today:
            send_to_workers(tenant_id, today)


def earlier_clock() -> datetime:
    """This worker's clock or the database's, whichever is behind: a clock that runs ahead closes no day early."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        databases_clock: datetime = cursor.fetchone()[0]
    return min(timezone.now(), databases_clock)


def zone_of(tenant: Tenant) -> ZoneInfo:
    return ZoneInfo(tenant.time_zone)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def statements_task(tenant_id: int) -> None:
    """The statements of the last month that is closed, and corrections of earlier ones. Again makes nothing twice.

    A few loans to a transaction, so that payments wait for none of it and a worker that is lost loses little.
    """
    with tenant_context(tenant_id):
        night = Night.objects.exclude(finished_at=None).order_by("-business_date").first()
        if night is None:
            return
        correct_statements(recorded_since=night.business_date - STATEMENTS_LOOK_BACK)
        period_end = last_month_end(night.business_date)
        if not Night.objects.filter(business_date=period_end).exclude(finished_at=None).exists():
            return  # a book that was taken over since: its earlier months were told by whoever had it
        waiting = loans_without_statement(period_end)
        if not waiting:
            return
        made = statements_made(period_end)
        total = made + len(waiting)
        work = begin_statements(period_end, total)
    with working(tenant_id, work.pk):
        for start in range(0, len(waiting), STATEMENTS_AT_A_TIME):
            reached(work.pk, made, total)
            with tenant_context(tenant_id):
                made += make_statements(period_end=period_end, loans=waiting[start : start + STATEMENTS_AT_A_TIME])
    with tenant_context(tenant_id):
        end_statements(work)


@shared_task
def make_due_statements() -> None:
    """Ask for the statements of every tenant, where a lost worker or broker left some."""
    for tenant_id in every_tenant_id():
        statements_task.delay(tenant_id)


def last_month_end(on: date) -> date:
    """The last day of a month that is `on` or before it."""
    return on if is_month_end(on) else on.replace(day=1) - timedelta(1)
