"""The night over a table of chunks: claimed with SKIP LOCKED, done and marked in one transaction.

A message only starts a loop, so losing one loses nothing and a second one finds nothing left. A worker that dies rolls
back the work and the mark together. A chunk that fails is halved until the bad loan stands alone; it is written down,
and the night goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Sum
from django.utils import timezone

from finance.errors import Refused
from ledger.close.steps import BY_NAME, DONE, STEPS, Step, step_after
from ledger.day import take_business_day
from ledger.errors import ClockNotMovable
from ledger.models import LoanBalance, Night, NightChunk, NightException
from ledger.opening import open_periods
from tenants.current import current_tenant_id, tenant_context
from tenants.models import LegalEntity, Tenant


def require_movable_clock() -> None:
    """Only a demo or a sandbox may close a day before its time."""
    if not settings.CLOCK_CAN_BE_MOVED:
        raise ClockNotMovable()


@transaction.atomic
def start_night(*, advance_to: date | None = None) -> Night:
    """Close the tenant's business date: move it on, and plan the first step. One that is still running is returned.

    advance_to: the date that several nights in a row shall reach; only the last of them replays every loan.
    """
    take_business_day()
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    if running := Night.objects.filter(finished_at=None).order_by("business_date").first():
        return running
    closing, tomorrow = tenant.business_date, tenant.business_date + timedelta(days=1)
    for company in LegalEntity.objects.all():
        open_periods(company, first_day=tomorrow, last_day=tomorrow)
    tenant.business_date = tomorrow
    tenant.save(update_fields=["business_date"])
    night = Night.objects.create(
        business_date=closing,
        step=STEPS[0].name,
        advance_to=advance_to,
        prove_by_replay=advance_to is None or tomorrow >= advance_to,
    )
    plan(night, STEPS[0])
    return night


def plan(night: Night, step: Step) -> None:
    """Write the chunks of `step`."""
    loans = step.select(night)
    if not step.chunk_size:
        NightChunk.objects.create(night=night, step=step.name, first_loan_id=0, last_loan_id=0, loans=0)
        return
    slices = [loans[start : start + step.chunk_size] for start in range(0, len(loans), step.chunk_size)]
    NightChunk.objects.bulk_create(
        NightChunk(
            night=night, step=step.name, first_loan_id=part[0], last_loan_id=part[-1], loans=len(part), loan_ids=part
        )
        for part in slices
    )


def work_night(tenant_id: int, night_id: int, *, told: Callable[[Night], None] = lambda night: None) -> bool:
    """Do what is left of the night, beside any other worker. True when it is finished, False when others are at it.

    told: called with the night once it is finished.
    """
    while True:
        with tenant_context(tenant_id):
            night = Night.objects.get(pk=night_id)
            if night.step == DONE:
                told(night)
                return True
            worked = work_one_chunk(night)
            if not worked and not next_step(night):
                return False


def work_one_chunk(night: Night) -> bool:
    """Claim a chunk of the current step, do it and mark it, in this transaction. False when none is free."""
    free = night.chunks.filter(step=night.step, done_at=None).order_by("id")
    chunk = free.select_for_update(skip_locked=True).first()
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


def next_step(night: Night) -> bool:
    """Move to the next step when nothing of this one is left. False when other workers are still at it."""
    night = Night.objects.select_for_update().get(pk=night.pk)
    if night.step == DONE or night.chunks.filter(step=night.step, done_at=None).exists():
        return night.step == DONE
    night.step = step_after(night.step)
    if night.step == DONE:
        night.finished_at = timezone.now()
    else:
        plan(night, BY_NAME[night.step])
    night.save(update_fields=["step", "finished_at"])
    return True


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One line of the progress page. state: waiting, running or done."""

    label: str
    state: str
    done: int
    total: int


def progress(night: Night) -> list[StepProgress]:
    """How far each step is, in loans."""
    totals = dict(night.chunks.values_list("step").annotate(Sum("loans")))
    done = dict(night.chunks.exclude(done_at=None).values_list("step").annotate(Sum("loans")))
    names = [step.name for step in STEPS]
    at = len(names) if night.step == DONE else names.index(night.step)
    return [
        StepProgress(
            label=step.label,
            state="done" if place < at else "running" if place == at else "waiting",
            done=done.get(step.name, 0),
            total=totals.get(step.name, 0),
        )
        for place, step in enumerate(STEPS)
    ]


def lagging_loans(night: Night) -> int:
    """Open loans that the night did not bring to its date: those among its exceptions."""
    return LoanBalance.objects.filter(open=True, accrued_through__lt=night.business_date).count()
