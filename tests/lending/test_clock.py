"""Moving the business date: by page and by command in demo and sandbox, by the calendar in production."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from ledger.close.night import start_night
from ledger.errors import ClockNotMovable
from ledger.models import Night
from lending import tasks
from lending.celery import app
from lending.clock import advance, target
from lending.schedule import SCHEDULE
from tenants.current import tenant_context
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE, People, make_tenant


def test_a_day_or_a_month_from_today(tenant: Any) -> None:
    assert target(days=1) == date(2009, 1, 1)
    assert target(months=2) == date(2009, 2, 28)


def test_the_page_closes_the_day(client_of: Any, people: People, company: Any) -> None:
    answer = client_of(people.operations).post(reverse("advance_clock"), {"stride": "day"})
    assert (answer.status_code, answer.url) == (302, reverse("night"))
    assert Tenant.objects.get().business_date == date(2009, 1, 1)
    night = Night.objects.get()
    assert (night.business_date, night.advance_to, night.step) == (BUSINESS_DATE, date(2009, 1, 1), "begun")


@pytest.mark.parametrize("stride", ["", "year"])
def test_a_stride_that_is_none_moves_nothing(client_of: Any, people: People, company: Any, stride: str) -> None:
    answer = client_of(people.operations).post(reverse("advance_clock"), {"stride": stride}, follow=True)
    assert "Choose a day or a month" in answer.content.decode()
    assert Tenant.objects.get().business_date == BUSINESS_DATE


def test_in_production_page_and_command_refuse_and_nothing_moves(
    client_of: Any, people: People, company: Any, settings: Any
) -> None:
    settings.CLOCK_CAN_BE_MOVED = False
    with pytest.raises(ClockNotMovable):
        target(days=1)
    answer = client_of(people.operations).post(reverse("advance_clock"), {"stride": "day"}, follow=True)
    assert "The business date of a production system follows the calendar" in answer.content.decode()
    with pytest.raises(CommandError, match="follows the calendar"):
        call_command("advance_business_date", "--days", "1", "--tenant", "test-lending", stdout=StringIO())
    assert Tenant.objects.get().business_date == BUSINESS_DATE
    assert not Night.objects.exists()


def test_who_may_not_move_the_date_cannot(client_of: Any, people: People, company: Any) -> None:
    answer = client_of(people.auditor).post(reverse("advance_clock"), {"stride": "day"})
    assert answer.status_code == 403
    assert Tenant.objects.get().business_date == BUSINESS_DATE


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name how far"),
        (["--days", "-1"], "Name how far"),
        (["--days", "1", "--tenant", "nobody"], "Name the tenant"),
    ],
)
def test_the_command_says_what_it_needs(tenant: Any, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("advance_business_date", *arguments, stdout=StringIO())


@pytest.mark.usefixtures("committed")
def test_the_command_closes_day_after_day() -> None:
    tenant, said = make_tenant(), StringIO()
    call_command("advance_business_date", "--days", "3", stdout=said)
    assert said.getvalue().splitlines() == [
        "2008-12-31 is closed.",
        "2009-01-01 is closed.",
        "2009-01-02 is closed.",
        "The business date is 2009-01-03.",
    ]
    with tenant_context(tenant.pk):
        nights = list(Night.objects.order_by("business_date").values_list("business_date", "prove_by_replay"))
        assert [night.day for night, _ in nights] == [31, 1, 2]
        assert [proved for _, proved in nights] == [False, False, True]
        assert not Night.objects.filter(finished_at=None).exists()
    assert advance(tenant.pk, date(2009, 1, 3)) is True


@pytest.fixture
def eager() -> Iterator[None]:
    """Tasks run where they are sent."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def business_date(tenant: Tenant) -> date:
    with tenant_context(tenant.pk):
        return Tenant.objects.get().business_date


@pytest.mark.usefixtures("committed", "eager")
def test_in_production_the_calendar_of_the_tenant_closes_its_days(settings: Any) -> None:
    settings.CLOCK_CAN_BE_MOVED, settings.ENVIRONMENT = False, "production"
    tenant = make_tenant()
    # In New York it is still 31 December at 4 o'clock in the morning, UTC.
    with time_machine.travel(datetime(2009, 1, 1, 4, tzinfo=UTC), tick=False):
        tasks.follow_calendar()
    assert business_date(tenant) == BUSINESS_DATE
    with time_machine.travel(datetime(2009, 1, 3, 6, tzinfo=UTC), tick=False):
        tasks.follow_calendar()
    assert business_date(tenant) == date(2009, 1, 3)


@pytest.mark.usefixtures("committed", "eager")
def test_a_night_that_a_lost_worker_left_is_resumed_with_the_days_after_it() -> None:
    tenant = make_tenant()
    tasks.resume_nights()
    assert business_date(tenant) == BUSINESS_DATE
    with tenant_context(tenant.pk):
        start_night(advance_to=date(2009, 1, 9))
    tasks.resume_nights()
    assert business_date(tenant) == date(2009, 1, 9)
    with tenant_context(tenant.pk):
        assert not Night.objects.filter(finished_at=None).exists()


def test_the_beat_starts_tasks_that_exist() -> None:
    started = {tasks.follow_calendar.name, tasks.resume_nights.name, tasks.fold_movements.name}
    started |= {tasks.make_due_statements.name, tasks.remove_files.name}
    assert {entry["task"] for entry in SCHEDULE.values()} == started
