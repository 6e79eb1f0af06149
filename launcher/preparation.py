"""What must be done before Loanwright runs: migrations and static files. Skipped when nothing changed since."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from launcher.processes import Program, run
from launcher.session import Servers, Session
from launcher.state import fingerprint

# Every folder with Django code.
PLACES = ("tenants", "parties", "ledger", "servicing", "origination", "loan_collections", "reporting", "lending")


def migrate(session: Session, servers: Servers) -> bool:
    """Migrate as the owner; returns whether there was anything to do."""
    task = fingerprint(migration_files(session.checkout), servers.identity)
    if session.area.is_done("migrate", task):
        return False
    run(
        "Migrating the database",
        [session.environment.python, "manage.py", "migrate", "--noinput"],
        cwd=session.checkout,
        environment=session.variables(servers, as_owner=True),
        log=session.area.logs / "migrate.log",
    )
    session.area.mark_done("migrate", task)
    return True


def migration_files(checkout: Path) -> list[Path]:
    """Everything that `migrate` may read. It ends by raising the fences around every model, so that is all code."""
    files = list((checkout / "requirements").glob("*.txt"))
    for place in PLACES:
        files += (checkout / place).rglob("*.py")
        files += (checkout / place).rglob("*.sql")
    return files


@contextlib.contextmanager
def static_files_collected_beside(session: Session) -> Iterator[None]:
    """Collect and compress the static files while the block works on the database; done when the block is."""
    static = session.checkout / "static"
    files = [file for file in static.rglob("*") if file.is_file()]
    stamps = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in sorted(files)]
    task = fingerprint((session.checkout / "requirements").glob("*.txt"), *stamps)
    if session.area.is_done("static", task):
        yield
        return
    with Program(
        "Collecting the static files",
        [session.environment.python, "manage.py", "collectstatic", "--noinput", "--clear"],
        cwd=session.checkout,
        environment=session.variables(None),
        log=session.area.logs / "static.log",
    ) as program:
        yield
        program.finish()
    session.area.mark_done("static", task)
