"""`run.py manage` and `run.py bench`: one program inside the environment, with servers when it needs them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from launcher import preparation, system
from launcher.errors import CannotStart
from launcher.processes import run_in_foreground
from launcher.progress import Progress
from launcher.session import Servers, Session
from launcher.supervisor import Supervisor

# The settings know the same two lists: commands without a database, and commands of the owner of the tables.
DETACHED = ("calculate", "collectstatic", "help", "compilemessages")
AS_OWNER = ("migrate", "makemigrations", "sqlmigrate", "showmigrations", "optimizemigration")
ASKING_FOR_HELP = ("-h", "--help", "--version")


def manage(session: Session, arguments: list[str], *, supervisor: Supervisor) -> int:
    """Run manage.py with `arguments`, here, so that a path means the same as in any program; returns its exit code."""
    here = Path.cwd()
    command: list[str | Path] = [session.environment.python, session.checkout / "manage.py", *arguments]
    if not arguments or arguments[0] in DETACHED or any(it in ASKING_FOR_HELP for it in arguments):
        variables = session.variables_without_servers()
        return run_in_foreground(command, cwd=here, environment=variables)
    as_owner = arguments[0] in AS_OWNER
    with borrowed_or_own_servers(session, supervisor, migrated=not as_owner) as servers:
        if as_owner:
            session.area.mark_undone("migrate")
        variables = session.variables(servers, as_owner=as_owner)
        return run_in_foreground(command, cwd=here, environment=variables)


def bench(session: Session, arguments: list[str], *, supervisor: Supervisor) -> int:
    """Run one benchmark on servers of its own. Its stdout is passed through and ends with a line of JSON."""
    name, *options = arguments
    available = sorted(file.stem for file in (session.checkout / "benchmarks").glob("[!_]*.py"))
    if name not in available:
        raise CannotStart(f"There is no benchmark {name}. Type: python3 run.py bench {'|'.join(available) or 'NAME'}")
    with borrowed_or_own_servers(session, supervisor, migrated=True) as servers:
        command: list[str | Path] = [session.environment.python, "-m", f"benchmarks.{name}", *options]
        variables = session.variables(servers, as_owner=True)
        return run_in_foreground(command, cwd=session.checkout, environment=variables)


def screenshots(session: Session, arguments: list[str]) -> int:
    """Visit the running demo and take pictures of its pages, into a folder or the state folder's `screenshots`."""
    address = session.area.running().get("address")
    if not address:
        raise CannotStart("No demo is running here. Type in another window: python3 run.py demo")
    system.install(
        system.missing_for_browser_tests(), purpose="Taking pictures", log=session.environment.root / "install.log"
    )
    folder = Path(arguments[0]).absolute() if arguments else session.area.folder / "screenshots"
    command: list[str | Path] = [session.environment.python, session.checkout / "tools" / "screenshots.py"]
    return run_in_foreground(
        [*command, str(address), folder], cwd=session.checkout, environment=session.variables_without_servers()
    )


@contextlib.contextmanager
def borrowed_or_own_servers(session: Session, supervisor: Supervisor, *, migrated: bool) -> Iterator[Servers]:
    """Servers that run already in this area, or new ones, brought up to the present code if `migrated`."""
    area = session.area
    with contextlib.ExitStack() as open_now:
        if borrowed := borrow_or_lock(session):
            open_now.callback(area.borrowers.release)
            yield borrowed
            return
        open_now.callback(area.lock.release)
        area.prepare()
        own = open_now.enter_context(session.servers(supervisor))
        if migrated:
            preparation.migrate(session, own)
        # At the end: lend no more, let those who borrowed finish, stop.
        open_now.callback(wait_for_borrowers, session)
        open_now.enter_context(session.announced("manage" if area.name == "demo" else area.name, own))
        yield own


def borrow_or_lock(session: Session) -> Servers | None:
    """The servers of whoever holds the area's lock, once they are announced; None when the lock is ours."""
    area = session.area
    with Progress("Waiting for the servers of another command") as progress:
        while not area.lock.take():
            area.borrowers.take(shared=True)
            if servers := area.running().get("servers"):
                return Servers(**servers)
            area.borrowers.release()
            progress.pause()
    return None


def wait_for_borrowers(session: Session) -> None:
    with Progress("Waiting for a command that uses the same servers") as progress:
        while not session.area.borrowers.take():
            progress.pause()
    session.area.borrowers.release()
