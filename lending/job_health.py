"""When each job of the schedule ran last, and how it went: for the control room. Kept in the cache, for all lenders."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.signals import task_postrun
from django.core.cache import cache
from django.utils import timezone

from lending.schedule import SCHEDULE

# A job that did not run for so many of its intervals is late: a worker may be busy for one or two.
INTERVALS = 5
KEPT_FOR = 7 * 24 * 60 * 60
KEY = "job"


@dataclass(frozen=True, slots=True)
class Job:
    """ran_at: when it ended last; None when it has not run for a week.  state: good, attention or problem.

    word: the state in a word.  says: what to look at, a sentence; empty when it is well.
    """

    name: str
    every: timedelta
    ran_at: datetime | None
    state: str
    word: str
    says: str = ""


@task_postrun.connect
def remember(task: Any = None, state: str = "", **_: Any) -> None:
    """Called by every worker after every task."""
    cache.set(f"{KEY}/{task.name}", (timezone.now(), state == "SUCCESS"), KEPT_FOR)


def jobs() -> list[Job]:
    """Every job of the schedule. One question to the cache."""
    kept = cache.get_many([f"{KEY}/{entry['task']}" for entry in SCHEDULE.values()])
    now = timezone.now()
    return [
        job_of(name, timedelta(seconds=entry["schedule"]), kept.get(f"{KEY}/{entry['task']}"), now)
        for name, entry in SCHEDULE.items()
    ]


def job_of(name: str, every: timedelta, kept: tuple[datetime, bool] | None, now: datetime) -> Job:
    if kept is None:
        return Job(name, every, None, "problem", "Has not run", "Is there a worker, and a beat?")
    ran_at, well = kept
    if not well:
        return Job(name, every, ran_at, "problem", "Failed", "The worker's log says why.")
    if now - ran_at > INTERVALS * every:
        return Job(name, every, ran_at, "attention", "Late", "Is there a worker, and a beat?")
    return Job(name, every, ran_at, "good", "Ran")
