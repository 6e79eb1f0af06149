"""Workers that write the file of a list: two for one message, and one that is killed in the middle."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from lending import list_files, tasks
from tenants.long_work import WorkerLost, locked, write_down_lost
from tenants.models import ListFile, ListFilePiece, LongWork
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

    def gone() -> bool:
        with book.inside():
            return locked(work_id)

    assert becomes(gone, seconds=30)
    return work_id


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
