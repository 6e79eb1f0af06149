"""A database of a benchmark's own: made, migrated, and dropped at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
    server = on(os.environ["DATABASE_OWNER_URL"], "postgres")
    owner = on(os.environ["DATABASE_OWNER_URL"], name)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there and not keep:
            connection.execute(drop)
        if not there or not keep:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        os.environ |= ENVIRONMENT | {
            "DATABASE_URL": on(os.environ["DATABASE_URL"], name),
            "DATABASE_OWNER_URL": owner,
            "DJANGO_SETTINGS_MODULE": "lending.settings",
        }
        try:
            subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=CHECKOUT, check=True)
            yield owner
        finally:
            if not keep:
                connection.execute(drop)


def vacuum(owner_url: str) -> None:
    """What autovacuum would have done by the time a book of this size is in use."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
