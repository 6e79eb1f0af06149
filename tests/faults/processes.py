"""Workers as real processes that a test can kill, and ways to hold one in the middle of a chunk."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings

from tests.database import on
from tests.launcher.helpers import becomes

CHECKOUT = Path(__file__).resolve().parents[2]


def work(database_url: str, *arguments: str) -> "subprocess.Popen[str]":
    """`python -m tests.faults.worker ARGUMENTS` on that database."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker", *arguments],
        cwd=CHECKOUT,
        env=os.environ
        | {
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "lending.settings",
            "CACHE_OF_THE_TEST": json.dumps(settings.CACHES["default"]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: "subprocess.Popen[str]", seconds: float = 120) -> str:
    """What the process said; it must have ended well."""
    said, errors = process.communicate(timeout=seconds)
    assert process.returncode == 0, errors
    return said.strip()


def url_of(database: str) -> str:
    return on(os.environ["DATABASE_URL"], database)


@contextmanager
def held(url: str, tenant_id: int, loan_id: int) -> Iterator[psycopg.Connection]:
    """Somebody has the loan's balance locked, so whoever works on it waits in the middle of what it does."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant_id)])
        connection.execute("SELECT 1 FROM ledger_loanbalance WHERE loan_id = %s FOR UPDATE", [loan_id])
        yield connection
        connection.rollback()


def waiting(url: str) -> int:
    """How many sessions of the database wait for somebody's lock."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def until_waiting(url: str, sessions: int = 1) -> None:
    assert becomes(lambda: waiting(url) >= sessions, seconds=60)
