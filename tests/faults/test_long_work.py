"""Workers that do long work in one transaction: two for one message, and one that is killed in the middle."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from ledger.models import Entry, ExportBatch, ExportedEntry
from ledger.operations.exports import EXPORT_LOCK
from ledger.orders import order_export
from lending import list_files, tasks
from tenants.long_work import WorkerLost, locked, write_down_lost
from tenants.models import ListFile, ListFilePiece, LongWork
from tests.conftest import BUSINESS_DATE
from tests.faults.processes import finished, until_waiting, url_of, work
from tests.launcher.helpers import becomes
from tests.ledger.close.book import Book


@contextmanager
def first_piece_taken(url: str, tenant_id: int, file_id: int) -> Iterator[psycopg.Connection]:
    """Somebody is about to write the file's first piece, so whoever writes it waits there, in the middle."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant_id)])
        connection.execute(
            "INSERT INTO tenants_listfilepiece (tenant_id, file_id, number, content) VALUES (%s, %s, 0, '')",
            [tenant_id, file_id],
        )
        yield connection
        connection.rollback()


def ordered(book: Book) -> tuple[int, int]:
    """The ids of work and file: every loan as CSV, for the operations of the book."""
    with book.inside():
        made = list_files.order(address="/loans/?columns=number", kind="csv", by=book.by)
        return made.pk, ListFile.objects.get().pk


def test_of_two_workers_with_one_message_one_writes(committed: str) -> None:
    book, url = Book(), url_of(committed)
    work_id, file_id = ordered(book)
    message = ("file", str(book.tenant.pk), str(work_id))
    with first_piece_taken(url, book.tenant.pk, file_id):
        first = work(url, *message)
        until_waiting(url)
        finished(work(url, *message))  # the second sees that the first has it, and goes
        with book.inside():
            write_down_lost()  # nor is it taken for lost
            assert LongWork.objects.get(pk=work_id).finished_at is None
    finished(first)
    with book.inside():
        assert LongWork.objects.get(pk=work_id).result == "3 loans, 0.1 MB."
        assert ListFilePiece.objects.count() == 1
        content = b"".join(list_files.content_of(ListFile.objects.get())).decode("utf-8-sig")
        assert content.split() == ["Loan", *(loan.number for loan in book.loans)]


def killed_in_the_middle(book: Book, url: str) -> int:
    """The work that a worker had when it was killed; the database has seen that it is gone."""
    work_id, file_id = ordered(book)
    with first_piece_taken(url, book.tenant.pk, file_id):
        process = work(url, "file", str(book.tenant.pk), str(work_id))
        until_waiting(url)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with book.inside():
            assert LongWork.objects.get(pk=work_id).failure == ""

    assert becomes(lambda: is_free(book, work_id), seconds=30)
    return work_id


def is_free(book: Book, work_id: int) -> bool:
    with book.inside():
        return locked(work_id)


def nothing_is_kept(book: Book, work_id: int) -> LongWork:
    with book.inside():
        stopped = LongWork.objects.get(pk=work_id)
        assert stopped.failure == ("The worker that had it was stopped before it was done, and nothing of it was kept.")
        assert not ListFilePiece.objects.exists()
        assert list(ListFile.objects.values_list("kept_until", "size")) == [(None, 0)]
    return stopped


def test_of_a_worker_killed_in_the_middle_nothing_is_kept_and_the_work_says_so(committed: str) -> None:
    book, url = Book(), url_of(committed)
    work_id = killed_in_the_middle(book, url)
    tasks.resume_nights()  # the beat's, every half minute
    stopped = nothing_is_kept(book, work_id)
    finished(work(url, "file", str(book.tenant.pk), str(work_id)))  # its message comes again: nothing is done
    assert nothing_is_kept(book, work_id).finished_at == stopped.finished_at


def test_its_message_delivered_again_says_so_too(committed: str) -> None:
    book, url = Book(), url_of(committed)
    work_id = killed_in_the_middle(book, url)
    with pytest.raises(WorkerLost):
        tasks.list_file_task(book.tenant.pk, work_id)
    nothing_is_kept(book, work_id)


# --- exports of journals --------------------------------------------------------------------------------------------
@contextmanager
def exports_held(url: str, company_id: int) -> Iterator[None]:
    """Somebody exports for the company, so whoever takes a batch waits in the middle of it."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", [EXPORT_LOCK, company_id])
        yield
        connection.rollback()


def order_batch(book: Book) -> tuple[str, ...]:
    """A message for everything known by the end of 31 December, which is closed."""
    given = {"target": "netsuite", "detail": "entry", "through": BUSINESS_DATE, "key": "k", "by": book.by}
    with book.inside():
        made = order_export(company=book.company, **given)
    return ("export", *(str(pk) for pk in (book.tenant.pk, made.pk, book.company.pk)))


def taken(book: Book) -> tuple[int, bool]:
    """(how many batches there are, whether each entry of the closed day is in one of them once)."""
    with book.inside():
        entries = list(Entry.objects.filter(posted_on__lte=BUSINESS_DATE).order_by("pk").values_list("pk", flat=True))
        exported = list(ExportedEntry.objects.order_by("entry").values_list("entry", flat=True))
        return ExportBatch.objects.count(), exported == entries


def test_a_batch_whose_message_is_delivered_to_two_workers_is_taken_once(committed: str) -> None:
    book, url = Book(), url_of(committed)
    book.close()
    message = order_batch(book)
    with exports_held(url, book.company.pk):
        first = work(url, *message)
        until_waiting(url)
        finished(work(url, *message))
        assert taken(book) == (0, False)
    finished(first)
    assert taken(book) == (1, True)
    finished(work(url, *message))  # and once more, when it is long done
    assert taken(book) == (1, True)


def test_a_batch_whose_worker_is_killed_is_not_taken_and_taken_once_when_ordered_again(committed: str) -> None:
    book, url = Book(), url_of(committed)
    book.close()
    message = order_batch(book)
    with exports_held(url, book.company.pk):
        process = work(url, *message)
        until_waiting(url)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert becomes(lambda: is_free(book, int(message[2])), seconds=30)
    tasks.resume_nights()
    with book.inside():
        assert LongWork.objects.get(pk=int(message[2])).failure == str(WorkerLost())
    assert taken(book) == (0, False)
    finished(work(url, *message))  # its message is delivered again, and it has ended
    assert taken(book) == (0, False)
    assert order_batch(book) == message
    finished(work(url, *message))
    assert taken(book) == (1, True)
