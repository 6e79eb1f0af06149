"""Whatever is killed, lost, doubled or wrong in the middle of a night: nothing is lost, nothing is done twice, the
night finishes when it is run again, and the proof is green."""

import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
import time_machine

from ledger.close.exceptions import try_again
from ledger.close.night import start_night, work_night
from ledger.close.steps import BY_NAME
from ledger.errors import StillStopped
from ledger.models import Accrual, Entry, LoanBalance, Night, NightChunk, NightException
from lending import tasks
from lending.celery import app
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE, make_tenant
from tests.faults.processes import finished, held, until_waiting, url_of, waiting, work
from tests.ledger.close.book import ALL_HOLD, Book, together

LOANS = 40


class CommittedBook(Book):
    """A book, the address of its database, and a night begun."""

    def __init__(self, database: str) -> None:
        super().__init__(more=LOANS - 3)
        self.url = url_of(database)
        with self.inside():
            self.night = start_night()

    @property
    def ids(self) -> tuple[str, str]:
        return str(self.tenant.pk), str(self.night.pk)

    def all_is_done_once(self) -> None:
        """Each loan has one row of interest for the day, the books one entry, and every law holds."""
        with self.inside():
            assert Night.objects.exclude(finished_at=None).count() == 1
            assert not NightChunk.objects.filter(done_at=None).exists()
            assert not NightException.objects.exists()
            rows = Accrual.objects.filter(effective_on=BUSINESS_DATE, event=None)
            assert sorted(rows.values_list("loan", flat=True)) == sorted(loan.pk for loan in self.loans)
            # $2.00, $4.00 and $6.00 a day as in test_night; $1,000.00 at 7.3 % is 20 cents a day.
            assert Entry.objects.get(kind="accrual").total == D("426.00") + 6 * (LOANS - 3)
        assert self.proofs() == ALL_HOLD


@pytest.fixture
def book(committed: str) -> CommittedBook:
    return CommittedBook(committed)


def test_a_worker_killed_in_the_middle_of_a_chunk_leaves_it_to_the_next(book: CommittedBook) -> None:
    with held(book.url, book.tenant.pk, book.loans[7].pk):
        worker = work(book.url, "work", *book.ids)
        until_waiting(book.url)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
    with book.inside():
        assert not Accrual.objects.exists()
    assert finished(work(book.url, "work", *book.ids)) == "True"
    book.all_is_done_once()


def test_the_same_message_twice_and_two_workers_at_one_chunk_do_it_once(book: CommittedBook) -> None:
    with held(book.url, book.tenant.pk, book.loans[7].pk):
        workers = [work(book.url, "work", *book.ids) for _ in range(2)]
        until_waiting(book.url)
    assert [finished(worker) for worker in workers] == ["True", "True"]
    before = book.everything()
    assert finished(work(book.url, "work", *book.ids)) == "True"
    assert book.everything() == before
    book.all_is_done_once()


def test_a_worker_that_dies_at_once_is_replaced_by_the_one_that_waits(book: CommittedBook) -> None:
    with held(book.url, book.tenant.pk, book.loans[7].pk):
        first = work(book.url, "work", *book.ids)
        until_waiting(book.url)
        second = work(book.url, "work", *book.ids)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert finished(second) == "True"
    book.all_is_done_once()


def test_a_payment_and_the_night_on_one_loan_wait_for_each_other(book: CommittedBook) -> None:
    """The payment holds the loan first; the night takes it as it then is."""
    with held(book.url, book.tenant.pk, book.loans[1].pk):
        worker = work(book.url, "work", *book.ids)
        until_waiting(book.url)
    today = BUSINESS_DATE + timedelta(1)
    together(
        lambda: book.pay(0, "100.00", today, "during the night"),
        lambda: book.pay(0, "50.00", date(2008, 12, 20), "found during the night"),
        lambda: finished(worker),
    )
    book.close()
    assert book.proofs() == ALL_HOLD
    with book.inside():
        assert Accrual.objects.filter(loan=book.loans[0], effective_on=BUSINESS_DATE, event=None).count() == 1


@pytest.mark.parametrize("ahead", ["-1", "1"])
def test_a_worker_whose_clock_is_a_day_wrong_posts_on_the_business_date(book: CommittedBook, ahead: str) -> None:
    assert finished(work(book.url, "work", *book.ids, ahead)) == "True"
    book.all_is_done_once()
    with book.inside():
        assert set(Accrual.objects.values_list("posted_on", "booked_on")) == {(BUSINESS_DATE, BUSINESS_DATE)}
        assert Tenant.objects.get().business_date == BUSINESS_DATE + timedelta(1)


@pytest.fixture
def eager() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.mark.usefixtures("committed", "eager")
def test_a_worker_whose_clock_runs_a_day_ahead_closes_no_day_early(settings: Any) -> None:
    settings.CLOCK_CAN_BE_MOVED, settings.ENVIRONMENT = False, "production"
    tenant = make_tenant()
    from tenants.current import tenant_context

    today = datetime.now(UTC).astimezone(tasks.zone_of(tenant)).date()
    with tenant_context(tenant.pk):
        Tenant.objects.update(business_date=today)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True):
        tasks.follow_calendar()
    with tenant_context(tenant.pk):
        assert Tenant.objects.get().business_date == today
        assert not Night.objects.exists()


def test_a_poisoned_loan_stands_alone_and_a_person_tries_again_once_it_is_mended(book: CommittedBook) -> None:
    poisoned = book.loans[20].pk
    with book.inside():
        LoanBalance.objects.filter(pk=poisoned).update(day_count="30/360US")
    assert finished(work(book.url, "work", *book.ids)) == "True"
    with book.inside():
        (exception,) = NightException.objects.all()
        assert (exception.loan_id, exception.step) == (poisoned, "accrue")
        assert Accrual.objects.count() == LOANS - 1
    before = book.everything()
    with book.inside(), pytest.raises(StillStopped, match="no daily interest under day count 30/360US Once"):
        try_again(exception_id=exception.pk, by=book.by)
    assert book.everything() == before
    with book.inside():
        LoanBalance.objects.filter(pk=poisoned).update(day_count="ACT/365F")
        done = try_again(exception_id=exception.pk, by=book.by)
        assert (done.resolved_by, done.resolved_at is not None) == (book.by, True)
        row = Accrual.objects.get(loan=poisoned)
        # The day is closed and summed up: its interest is known today, and counts from that day.
        assert (row.effective_on, row.posted_on, row.amount) == (BUSINESS_DATE, BUSINESS_DATE + timedelta(1), D("6.00"))
    book.close()
    assert book.proofs() == ALL_HOLD


def test_a_night_that_catches_a_loan_up_resolves_its_exception(book: CommittedBook) -> None:
    with book.inside():
        LoanBalance.objects.filter(pk=book.loans[20].pk).update(day_count="30/360US")
    work_night(book.tenant.pk, book.night.pk)
    book.close()
    with book.inside():
        assert NightException.objects.filter(resolved_at=None).count() == 2
        LoanBalance.objects.filter(pk=book.loans[20].pk).update(day_count="ACT/365F")
    book.close()
    with book.inside():
        assert not NightException.objects.filter(resolved_at=None).exists()
        assert set(NightException.objects.values_list("resolved_by", flat=True)) == {None}
    assert book.proofs() == ALL_HOLD


def test_a_lost_session_gives_the_chunk_back(book: CommittedBook) -> None:
    """The database ends the worker's session, as on a failover: the error is not a bad loan's."""
    with held(book.url, book.tenant.pk, book.loans[7].pk) as connection:
        worker = work(book.url, "work", *book.ids)
        until_waiting(book.url)
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 1
        assert "OperationalError" in errors
    assert waiting(book.url) == 0
    assert finished(work(book.url, "work", *book.ids)) == "True"
    book.all_is_done_once()


def test_every_step_is_safe_to_run_again(book: CommittedBook) -> None:
    work_night(book.tenant.pk, book.night.pk)
    before = book.everything()
    with book.inside():
        for chunk in NightChunk.objects.exclude(step__startswith="prove"):
            assert BY_NAME[chunk.step].run(book.night, chunk.loan_ids) == []
    assert book.everything() == before
