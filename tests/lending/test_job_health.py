"""When each job ran last: a worker leaves it, and the control room says what is late, failed, or never ran."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from lending import job_health
from lending.job_health import job_of, jobs, remember
from tests.pages import words

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of this test alone: tests that run at the same time share the cache."""
    monkeypatch.setattr(job_health, "KEY", f"job-of-{uuid4()}")


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        (None, "problem"),
        ((NOW - MINUTE, True), "good"),
        ((NOW - 5 * MINUTE, True), "good"),
        ((NOW - 6 * MINUTE, True), "attention"),
        ((NOW - MINUTE, False), "problem"),
    ],
)
def test_a_job_is_late_after_five_of_its_intervals(kept: Any, state: str) -> None:
    assert job_of("fold movements", MINUTE, kept, NOW).state == state


def test_what_a_worker_did_is_remembered() -> None:
    assert {job.state for job in jobs()} == {"problem"}
    remember(task=SimpleNamespace(name="lending.tasks.fold_movements"), state="SUCCESS")
    remember(task=SimpleNamespace(name="lending.tasks.resume_nights"), state="FAILURE")
    found = {job.name: (job.state, job.ran_at is None) for job in jobs()}
    assert found["fold movements"] == ("good", False)
    assert found["resume nights"] == ("problem", False)
    assert found["follow the calendar"] == ("problem", True)


def test_the_control_room_shows_it(people: Any, client_of: Any) -> None:
    remember(task=SimpleNamespace(name="lending.tasks.fold_movements"), state="SUCCESS")
    page = words(client_of(people.administrator).get("/admin/"))
    assert "Fold movements Ran" in page
    assert "Follow the calendar Has not run Is there a worker, and a beat?" in page
    assert "No release, what-if, mapping or month waits for anybody." in page
