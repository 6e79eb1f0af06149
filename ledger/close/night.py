"""The night over a table of chunks: claimed with SKIP LOCKED, done and marked in one transaction.

A message only starts a loop, so losing one loses nothing and a second one finds nothing left. A worker that dies rolls
back the work and the mark together. A chunk that fails is halved until the bad loan stands alone; it is written down,
and the night goes on.
"""

from collections.abc import Callable
from datetime import date, timedelta
from time import sleep

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from finance.errors import Refused
from ledger.close.exceptions import resolve_caught_up
from ledger.close.steps import BEGUN, BY_NAME, DONE, Step, at_once, plan, steps_after
from ledger.day import take_business_day
from ledger.errors import ClockNotMovable, NothingToPause
from ledger.models import Night, NightChunk, NightException
from ledger.opening import open_periods
from tenants.current import current_tenant_id, tenant_context
from tenants.models import LegalEntity, Tenant, User

# How often a worker without a free chunk looks again, and how long (seconds) before it leaves the night to the others.
PAUSE, PATIENCE_IN_PAUSES = timedelta(milliseconds=50), 1200


def require_movable_clock() -> None:
    """Only a demo or a sandbox may close a day before its time."""
    if not settings.CLOCK_CAN_BE_MOVED:
        raise ClockNotMovable()


@transaction.atomic
def start_night(*, advance_to: date | None = None) -> Night:
    """Close the tenant's business date: move it on. What is to be done is planned by the workers, step by step.

    One that is still running is returned. advance_to: the date that several nights in a row shall reach; only the last
    of them proves the loans one by one.
    """
    take_business_day()
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    if running := running_night():
        return running
    closing, tomorrow = tenant.business_date, tenant.business_date + timedelta(days=1)
    for company in LegalEntity.objects.all():
        open_periods(company, first_day=tomorrow, last_day=tomorrow)
    tenant.business_date = tomorrow
    tenant.save(update_fields=["business_date"])
    return Night.objects.create(
        business_date=closing,
        step=BEGUN,
        advance_to=advance_to,
        prove_by_replay=advance_to is None or tomorrow >= advance_to,
    )


def running_night() -> Night | None:
    """The night that is not finished, if there is one. One query."""
    return Night.objects.filter(finished_at=None).order_by("business_date").first()


def work_night(tenant_id: int, night_id: int, *, told: Callable[[Night], None] = lambda night: None) -> bool:
    """Do what is left of the night, beside any other worker. True when it is finished.

    False when it is paused, or when others have been at their chunks for so long that this worker leaves it to them.
    told: called with the night once it is finished.
    """
    pauses = 0
    while pauses < PATIENCE_IN_PAUSES:
        with tenant_context(tenant_id):
            night = Night.objects.get(pk=night_id)
            if night.step == DONE:
                told(night)
                return True
            if night.paused_at is not None:
                return False
            moved = work_one_chunk(night) or next_step(night)
        if moved:
            pauses = 0
        else:
            pauses += 1
            sleep(PAUSE.total_seconds())
    return False


def work_one_chunk(night: Night) -> bool:
    """Claim a chunk of the current steps, do it and mark it, in this transaction. False when none is free."""
    chunk = undone(night).order_by("id").select_for_update(skip_locked=True).first()
    if chunk is None:
        return False
    step = BY_NAME[chunk.step]
    chunk.findings = run(night, step, chunk.loan_ids)
    chunk.done_at = timezone.now()
    chunk.save(update_fields=["findings", "done_at"])
    return True


def run(night: Night, step: Step, loans: list[int]) -> list[dict[str, str]]:
    """Run `step` on `loans`; when that fails, on each half, until the bad loan stands alone and is written down."""
    try:
        with transaction.atomic():
            return step.run(night, loans)
    except OperationalError:
        raise  # the database is gone, not a loan bad: the chunk goes back
    except (Refused, DatabaseError, ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        if not loans:
            raise
        if len(loans) == 1:
            sentence = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            NightException.objects.get_or_create(
                night=night, loan_id=loans[0], step=step.name, defaults={"sentence": sentence}
            )
            return []
    half = len(loans) // 2
    return run(night, step, loans[:half]) + run(night, step, loans[half:])


def undone(night: Night) -> QuerySet[NightChunk]:
    """The chunks of the current steps that are still to be done. Before the first step and after the last, none."""
    if night.step in (BEGUN, DONE):
        return night.chunks.none()
    return night.chunks.filter(step__in=[step.name for step in at_once(night.step)], done_at=None)


def next_step(night: Night) -> bool:
    """Move on when nothing of the current steps is left. False when other workers are still at it."""
    if undone(night).exists():
        return False
    night = Night.objects.select_for_update().get(pk=night.pk)
    if night.step == DONE or undone(night).exists():
        return night.step == DONE
    if steps := steps_after(night.step):
        night.step = steps[0].name
        for step in steps:
            plan(night, step)
    else:
        night.step, night.finished_at = DONE, timezone.now()
        resolve_caught_up(night)
    night.save(update_fields=["step", "finished_at", "shares"])
    return True


@transaction.atomic
def pause_night(*, by: User) -> Night:
    """Hold up the night that runs: workers finish the chunks they have, and take no other."""
    night = Night.objects.select_for_update().filter(finished_at=None).first()
    if night is None:
        raise NothingToPause()
    if night.paused_at is None:
        night.paused_at, night.paused_by = timezone.now(), by
        night.save(update_fields=["paused_at", "paused_by"])
    return night


@transaction.atomic
def resume_night() -> Night:
    """Let the night that was held up go on. Whoever calls this asks the workers."""
    night = Night.objects.select_for_update().filter(finished_at=None).first()
    if night is None:
        raise NothingToPause()
    night.paused_at = night.paused_by = None
    night.save(update_fields=["paused_at", "paused_by"])
    return night
