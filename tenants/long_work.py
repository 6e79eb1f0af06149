"""Keeping long work: that it began, how far it is, and how it ended.

Its row is written before the work's own transaction, or with it. How far it is goes to the cache, because nobody sees
a transaction before it ends; it is lost with the cache, and what counts is not.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import connection
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from finance.errors import Refused
from tenants.current import tenant_context
from tenants.models import LongWork, User

KEY = "long-work"
KEPT_FOR = 7 * 24 * 60 * 60  # seconds
WORK_LOCK = 7005  # the class of advisory locks on work that one worker does in one transaction
# The work that is: what a worker that died did of it was rolled back, and whoever has the lock is alive.
IN_ONE_TRANSACTION = (LongWork.Kind.FILE, LongWork.Kind.EXPORT, LongWork.Kind.CLOSE)


class WorkerLost(Refused):
    code = "worker_lost"
    message = "The worker that had it was stopped before it was done, and nothing of it was kept."


@dataclass(frozen=True, slots=True)
class Heard:
    """The last that was heard of work that goes on: so many done, out of so many, at that moment."""

    done: int
    total: int
    at: datetime


def begin(
    kind: str, *, key: str, title: str, total: int = 0, by: User | None = None, source: str = LongWork.Source.PERSON
) -> LongWork:
    """Write down that it begins, once for each key. Work that failed begins anew; other work goes on as it was."""
    started = {"title": title, "total": total, "by": by, "source": source}
    work, made = LongWork.objects.get_or_create(kind=kind, key=key, defaults=started)
    if made or work.failure:
        cache.delete(f"{KEY}/{work.pk}")  # nothing was heard of it yet, whatever was of one before with this number
    if not made and work.failure:
        anew = started | {"done": 0, "finished_at": None, "result": "", "failure": "", "told_at": None}
        LongWork.objects.filter(pk=work.pk).update(**anew, started_at=Now())
        work.refresh_from_db()
    return work


def take_up(work_id: int) -> LongWork | None:
    """First in the work's own transaction: the work, which is this worker's until that ends.

    None where it has ended, or another worker has it: a message may come twice. Raises WorkerLost where a worker took
    it up before and is gone.
    """
    if not locked(work_id):
        return None
    work: LongWork = LongWork.objects.select_related("by").get(pk=work_id)
    if work.finished_at:
        return None
    if heard_of([work_id]):
        raise WorkerLost
    reached(work_id, 0, work.total)
    return work


def write_down_lost() -> None:
    """Write down as stopped what a worker took up in one transaction and nobody has any more."""
    going_on = LongWork.objects.filter(kind__in=IN_ONE_TRANSACTION, finished_at=None).values_list("pk", flat=True)
    for work_id in heard_of(list(going_on)):
        if locked(work_id):
            failed(work_id, str(WorkerLost()))


def locked(work_id: int) -> bool:
    """Whether this transaction has the work now, until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [WORK_LOCK, work_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def reached(work_id: int, done: int, total: int) -> None:
    """So many are done now, out of so many."""
    cache.set(f"{KEY}/{work_id}", Heard(done, total, timezone.now()), KEPT_FOR)


def heard_of(work_ids: Sequence[int]) -> dict[int, Heard]:
    """{id: the last heard of it} of work that somebody heard of. One question to the cache."""
    found = cache.get_many([f"{KEY}/{work_id}" for work_id in work_ids])
    return {int(name.rpartition("/")[2]): heard for name, heard in found.items()}


def ended(work_id: int, *, result: str, done: int, total: int, subject: int | None = None) -> None:
    """It is done. Work that is done again keeps the moment at which it first was."""
    LongWork.objects.filter(pk=work_id).update(
        result=result,
        done=done,
        total=total,
        subject=subject,
        failure="",
        finished_at=Coalesce("finished_at", Now()),
    )


def failed(work_id: int, sentence: str) -> None:
    """It stopped."""
    LongWork.objects.filter(pk=work_id, finished_at=None).update(failure=sentence, finished_at=Now())


@contextmanager
def working(tenant_id: int, work_id: int) -> Iterator[None]:
    """Around the work, outside its transaction: what stops it is written down, and goes on its way."""
    try:
        yield
    except Exception as error:
        with tenant_context(tenant_id):
            failed(work_id, said(error))
        raise


def said(error: Exception) -> str:
    """What stopped it: a refusal in its own words, and of anything else its kind alone, for its words may tell more."""
    return str(error) if isinstance(error, Refused) else f"It stopped on a fault of the system: {type(error).__name__}."
