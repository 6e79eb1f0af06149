"""`run.py demo`: the servers, the web, the worker and beat, kept running until Ctrl-C."""

import contextlib
import http.client
import socket
import time
from pathlib import Path

from launcher import preparation, system
from launcher.errors import CannotStart
from launcher.processes import run, wait_until
from launcher.progress import Progress, say
from launcher.session import Session
from launcher.supervisor import Service, Supervisor

FIRST_PORT = 8000
PORTS_TO_TRY = 100
DEADLINE = 90.0


def demo(session: Session, *, port: int | None, supervisor: Supervisor) -> None:
    """Start everything, say where it is, and look after it until a signal interrupts. The session is claimed."""
    warn_about_documents(session)
    with contextlib.ExitStack() as open_now:
        listener = open_now.enter_context(listen(port))
        servers = open_now.enter_context(session.servers(supervisor))
        variables = session.variables(servers) | {"LOANWRIGHT_ENVIRONMENT": "demo"}
        with preparation.static_files_collected_beside(session):
            changed = preparation.migrate(session, servers)
            # A new book is boarded before anybody can look; an old one is only checked, beside the start of the rest.
            seeded = not changed and session.area.is_done("book", servers.identity)
            if not seeded:
                board_the_book(session, variables)
                session.area.mark_done("book", servers.identity)
        for service in services(session, variables, listener):
            supervisor.start(service)
        if seeded:
            board_the_book(session, variables)
        wait_for_the_web(supervisor, listener.getsockname()[1])
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        open_now.enter_context(session.announced("demo", servers, address=address))
        welcome(session, address, time.monotonic() - session.began)
        supervisor.watch()


def warn_about_documents(session: Session) -> None:
    """Without Pango everything works but the documents: say so and go on."""
    try:
        system.install(
            system.missing_for_documents(), purpose="Making PDF documents", log=session.environment.root / "install.log"
        )
    except CannotStart as lack:
        say(f"{lack}. Until then Loanwright runs, without PDF documents")


# --- the port -------------------------------------------------------------------------------------------------------
def listen(port: int | None) -> socket.socket:
    """A listening socket on `port`, or on the first free one from 8000; it stays open while the web restarts."""
    if port is not None:
        try:
            return listen_on(port)
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be had ({error.strerror}). Type: python3 run.py demo --port {port + 1}"
            ) from None
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY):
        with contextlib.suppress(OSError):
            listener = listen_on(candidate)
            if candidate != FIRST_PORT:
                say(f"Port {FIRST_PORT} is in use: Loanwright takes {candidate}")
            return listener
    raise CannotStart(
        f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS_TO_TRY - 1} is free. Type: python3 run.py demo --port PORT"
    )


def listen_on(port: int) -> socket.socket:
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


# --- processes ------------------------------------------------------------------------------------------------------
def services(session: Session, variables: dict[str, str], listener: socket.socket) -> list[Service]:
    """The web, two worker processes and exactly one beat, all as the application role."""
    celery: list[str | Path] = [session.environment.python, "-m", "celery", "-A", "lending"]

    def service(name: str, *command: str | Path, pass_fds: tuple[int, ...] = ()) -> Service:
        log = session.area.logs / f"{name}.log"
        return Service(name, command, variables, session.checkout, log, pass_fds=pass_fds)

    return [
        service(
            "web", session.environment.python, "-m", "gunicorn", "lending.wsgi",
            "--config", "python:launcher.web_config", "--bind", f"fd://{listener.fileno()}",
            pass_fds=(listener.fileno(),),
        ),
        service("worker", *celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"),
        service("beat", *celery, "beat", "--schedule", session.area.folder / "beat-schedule", "--pidfile="),
    ]  # fmt: skip


def board_the_book(session: Session, variables: dict[str, str]) -> None:
    """Board the demo's book unless it is there; the command's output is the list of sign-ins."""
    run(
        "Boarding the demo's book",
        [session.environment.python, "manage.py", "demo"],
        cwd=session.checkout,
        environment=variables,
        log=session.area.logs / "book.log",
        output=sign_ins(session),
    )


def sign_ins(session: Session) -> Path:
    return session.area.folder / "sign-ins.txt"


# --- ready ----------------------------------------------------------------------------------------------------------
def wait_for_the_web(supervisor: Supervisor, port: int) -> None:
    answer = ""

    def ready() -> bool:
        nonlocal answer
        for child in supervisor.children:
            child.require_alive()
        status, answer = ask(port, "/readyz")
        return status == 200

    with Progress("Starting the web") as progress:
        try:
            wait_until(ready, progress=progress, seconds=DEADLINE, what="The web")
        except CannotStart as error:
            raise CannotStart(f"{error} {answer}".strip()) from None


def ask(port: int, path: str) -> tuple[int, str]:
    """Status and text of one page; 0 while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read(500).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def welcome(session: Session, address: str, seconds: float) -> None:
    print(f"\nLoanwright is ready after {seconds:.1f} s:  {address}\n")
    told = sign_ins(session).read_text().rstrip()
    print(told[max(told.find("Sign in"), 0) :])  # what stands before is the making of the book
    print(f"\nLogs: {session.area.logs}\nCtrl-C ends everything.", flush=True)
