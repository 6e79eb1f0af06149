"""A database of a benchmark's own: made, migrated, and dropped at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

CHECKOUT = Path(__file__).resolve().parent.parent
# Not the demo, whose borrowers pay by themselves; not production, where the calendar moves the clock.
ENVIRONMENT = {"LOANWRIGHT_ENVIRONMENT": "sandbox", "LOANWRIGHT_LOG_LEVEL": "WARNING"}


def on(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@contextmanager
def own_database(name: str, *, keep: bool = False) -> Iterator[str]:
    """Make and migrate the database `name`, and let this process and its children use it.

    Needs DATABASE_URL and DATABASE_OWNER_URL, as `run.py bench` sets them. Yields the owner's URL of it.
    keep: leave it there at the end, and take one that is there already as it is.
    """
    use(name)
    there = exists(name)
    if there and not keep:
        drop(name)
    if not there or not keep:
        on_the_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=CHECKOUT, check=True)
        yield os.environ["DATABASE_OWNER_URL"]
    finally:
        if not keep:
            drop(name)


@contextmanager
def copy_of(template: str, name: str) -> Iterator[None]:
    """A copy of the database `template`, which nobody may be using, called `name` and dropped at the end."""
    from django.db import connections

    drop(name)
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    on_the_server(copy.format(sql.Identifier(name), sql.Identifier(template)))
    use(name)
    connections["default"].settings_dict["NAME"] = name
    try:
        yield
    finally:
        drop(name)


def use(name: str) -> None:
    """Let this process, until it sets Django up, and its children work in the database `name`."""
    os.environ |= ENVIRONMENT | {
        "DATABASE_URL": on(os.environ["DATABASE_URL"], name),
        "DATABASE_OWNER_URL": on(os.environ["DATABASE_OWNER_URL"], name),
        "DJANGO_SETTINGS_MODULE": "lending.settings",
    }


def exists(name: str) -> bool:
    return bool(on_the_server("SELECT 1 FROM pg_database WHERE datname = %s", [name]))


def drop(name: str) -> None:
    from django.db import connections

    connections.close_all()
    # Waits a few seconds for sessions that are still ending.
    on_the_server(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def on_the_server(statement: sql.Composable | str, values: list[object] | None = None) -> list[tuple[object, ...]]:
    """Run a statement as the owner, outside every database of ours; its rows."""
    with psycopg.connect(on(os.environ["DATABASE_OWNER_URL"], "postgres"), autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def as_owner(statement: LiteralString) -> None:
    """Run a statement as the owner of the tables, outside a transaction."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute(statement)


def vacuum() -> None:
    """What autovacuum would have done by the time a book of this size is in use."""
    as_owner("VACUUM (ANALYZE)")


def server_time() -> float | None:
    """Seconds of processor time that the server process of this connection has used; None on another machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    stat = Path(f"/proc/{pid}/stat")
    if not connection.settings_dict["HOST"].startswith("/") or not stat.exists():
        return None
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
