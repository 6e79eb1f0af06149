"""Databases for tests: a template migrated once by the owner, and clones of it, which cost a tenth of a second.

Tests work as the application role, so they can neither truncate nor drop; a test that commits gets a clone of its own.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
OWNER_URL = os.environ.get("DATABASE_OWNER_URL", "")
# Two checkouts may share a server: each keeps, and clears away, its own templates.
TEMPLATES = f"lw_template_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"


def on(url: str, database: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def template(connection: psycopg.Connection) -> str:
    """The name of a migrated, empty database for the code as it is; made at most once for each state of the code."""
    parts = [*sorted(ROOT.glob("*/migrations/*.py")), *sorted(ROOT.glob("*/models/*.py")), *ROOT.glob("tenants/*.py")]
    parts += sorted(ROOT.glob("*/*/migrations/*.py"))
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts) + os.environ["DATABASE_URL"].encode())
    name = f"{TEMPLATES}_{digest.hexdigest()[:16]}"
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        drop_leftovers(connection)
        making = f"{name}_making"
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
        migrate(making)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(making), sql.Identifier(name)))
    return name


def migrate(database: str) -> None:
    environment = os.environ | {
        "DATABASE_URL": on(os.environ["DATABASE_URL"], database),
        "DATABASE_OWNER_URL": on(OWNER_URL, database),
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def drop_leftovers(connection: psycopg.Connection) -> None:
    """Templates of earlier code, and clones of runs that were killed: their name ends in a process that is no more."""
    rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^lw_(test|template)_'").fetchall()
    for (name,) in rows:
        process = re.match(r"lw_test_[a-z0-9]+_(\d+)", name)
        if not Path(f"/proc/{process[1]}").exists() if process else name.startswith(TEMPLATES):
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def clone(name: str) -> Iterator[str]:
    """A fresh copy of the template called `name`, dropped afterwards."""
    # Waits a few seconds for sessions that are still ending; the owner may not end those of another role.
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    with psycopg.connect(on(OWNER_URL, "postgres"), autocommit=True) as connection:
        connection.execute(drop)
        # One at a time: a template is busy while it is copied, and must not be dropped as a leftover before.
        connection.execute("SELECT pg_advisory_lock(hashtext('loanwright tests'))")
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template(connection))))
        connection.execute("SELECT pg_advisory_unlock(hashtext('loanwright tests'))")
        try:
            yield name
        finally:
            connection.execute(drop)
