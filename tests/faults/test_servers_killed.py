"""The servers under a night are killed: PostgreSQL with all its sessions, and the broker with its messages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from launcher import roles, valkey
from launcher.state import Secrets
from ledger.close.night import start_night
from ledger.models import Night
from lending import tasks
from tests.faults.processes import CHECKOUT, finished, held, until_waiting, url_of, work
from tests.launcher.helpers import becomes, superuser
from tests.ledger.close.book import ALL_HOLD, Book


# --- PostgreSQL -----------------------------------------------------------------------------------------------------
@pytest.fixture
def own_server(cluster: Any, supervisor: Any, socket_folder: Path) -> str:
    """The application's URL of a migrated database on a server that keeps what it committed, as in production."""
    cluster.throwaway = False
    cluster.prepare()
    cluster.start(supervisor, socket_folder)
    made = Secrets.generate()
    roles.make_roles(superuser(socket_folder), roles.EMBEDDED, made, may_create_databases=False)
    roles.make_database(superuser(socket_folder), "loanwright", owner="loanwright_owner")
    place = f"@/loanwright?host={socket_folder}&port=5432"
    application = f"postgresql://loanwright_app:{made.application_password}{place}"
    owner = f"postgresql://loanwright_owner:{made.owner_password}{place}"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": application, "DATABASE_OWNER_URL": owner},
        check=True,
    )
    return application


def test_postgresql_killed_in_the_middle_of_a_night_comes_back_with_whole_chunks(
    own_server: str, cluster: Any, supervisor: Any
) -> None:
    tenant, night, loan = json.loads(finished(work(own_server, "make", "40")))
    server = supervisor.children[0]
    killed = server.process.pid
    with pytest.raises(psycopg.OperationalError), held(own_server, tenant, loan):
        worker = work(own_server, "work", str(tenant), str(night))
        until_waiting(own_server)
        os.kill(killed, signal.SIGKILL)
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 1
        assert "OperationalError" in errors
    assert becomes(lambda: (supervisor.look_after(), server.process.pid != killed)[1])
    assert becomes(lambda: cluster.is_ready(server.process.pid), seconds=30)
    assert finished(work(own_server, "work", str(tenant), str(night))) == "True"
    assert json.loads(finished(work(own_server, "check", str(tenant)))) == {
        "accruals": 40, "summaries": 1, "finished": True, "holds": True,
    }  # fmt: skip


# --- the broker -----------------------------------------------------------------------------------------------------
@contextmanager
def celery(database: str, broker: str, log: Path) -> Iterator[None]:
    """A real worker with two processes."""
    command = [sys.executable, "-m", "celery", "-A", "lending", "worker", "--concurrency", "2", "--loglevel", "INFO"]
    variables = os.environ | {"DATABASE_URL": url_of(database), "REDIS_URL": broker}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=CHECKOUT, env=variables, stdout=output, stderr=output)
    try:
        assert becomes(lambda: " ready." in log.read_text(), seconds=60)
        yield
    finally:
        process.kill()
        process.wait()


def test_the_broker_killed_in_the_middle_of_a_night_takes_no_chunk_with_it(
    committed: str, environment: Any, supervisor: Any, socket_folder: Path, tmp_path: Path, settings: Any
) -> None:
    broker = valkey.start(supervisor, environment, sockets=socket_folder, log=tmp_path / "valkey.log")
    broker_url = broker.replace("unix://", "redis+socket://")
    book = Book(more=37)
    with book.inside():
        night = start_night()
    server = supervisor.children[-1]

    def resume() -> None:
        """What the beat does each half minute."""
        with tasks.advance_task.app.connection_for_write(broker_url) as connection:
            for _ in range(settings.NIGHT_WORKERS):
                arguments = [book.tenant.pk, str(night.business_date)]
                tasks.advance_task.apply_async(arguments, connection=connection, retry=False)

    def done() -> bool:
        with book.inside():
            return Night.objects.filter(pk=night.pk).exclude(finished_at=None).exists()

    with celery(committed, broker, tmp_path / "celery.log"):
        with held(url_of(committed), book.tenant.pk, book.loans[5].pk):
            resume()
            until_waiting(url_of(committed))
            killed = server.process.pid
            os.kill(killed, signal.SIGKILL)
            server.process.wait()
        # The worker goes on without a broker; if it had been lost too, the beat's next message would bring another.
        assert becomes(lambda: (supervisor.look_after(), server.process.pid != killed)[1])
        assert becomes(lambda: valkey.answers(socket_folder / "valkey.sock"), seconds=20)
        resume()
        assert becomes(done, seconds=90)
    assert book.proofs() == ALL_HOLD
    with book.inside():
        assert all(loan.accruals.count() == 1 for loan in book.loans)
