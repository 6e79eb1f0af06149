"""Keeping long work: that it began, how far it is, and how it ended.

Its row is written before the work's own transaction, or with it. How far it is goes to the cache, because nobody sees
a transaction before it ends; it is lost with the cache, and what counts is not.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from finance.errors import Refused
from tenants.current import tenant_context
from tenants.models import LongWork, User

KEY = "long-work"
KEPT_FOR = 7 * 24 * 60 * 60  # seconds


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
    if not made and work.failure:
        anew = started | {"done": 0, "finished_at": None, "result": "", "failure": "", "told_at": None}
        LongWork.objects.filter(pk=work.pk).update(**anew, started_at=Now())
        work.refresh_from_db()
    return work


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
