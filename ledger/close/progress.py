"""How far a night is: each step in loans, how fast, and how long the rest of it takes at that speed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from ledger.close.steps import BEGUN, DONE, STEPS, at_once
from ledger.models import Night


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One line of the progress page. state: waiting, running or done.

    took: from its planning to its last chunk so far; None before there is one. Of steps beside each other, those that
    began later count the time that others had the workers.
    """

    label: str
    state: str
    done: int
    total: int
    took: timedelta | None = None

    @property
    def loans_per_second(self) -> int | None:
        if not self.done or not self.took:
            return None
        return int(self.done / self.took.total_seconds())

    @property
    def time_left(self) -> timedelta | None:
        """Of a step that runs, at the speed it has had."""
        if self.state != "running" or not self.done or not self.took:
            return None
        return self.took * (self.total - self.done) / self.done


def progress(night: Night) -> list[StepProgress]:
    """How far each step is, in loans. One query."""
    finished = Q(done_at__isnull=False)
    rows = night.chunks.values_list("step").annotate(
        chunks=Count("pk"),
        chunks_done=Count("pk", filter=finished),
        all=Sum("loans"),
        loans_done=Sum("loans", filter=finished, default=0),
        began=Min("planned_at"),
        at=Max("done_at"),
    )
    found: dict[str, tuple[Any, ...]] = {row[0]: row[1:] for row in rows.order_by()}
    running = [] if night.step in (BEGUN, DONE) else at_once(night.step)
    before = len(STEPS) if night.step == DONE else STEPS.index(running[0]) if running else 0
    lines = []
    for place, step in enumerate(STEPS):
        chunks, done_chunks, total, done, began, at = found.get(step.name, (0, 0, 0, 0, None, None))
        over = place < before or (step in running and chunks == done_chunks)
        lines.append(
            StepProgress(
                label=step.label,
                state="done" if over else "running" if step in running else "waiting",
                done=done,
                total=total,
                took=max(at - began, timedelta(milliseconds=1)) if began and at else None,
            )
        )
    return lines
