"""`run.py test`: every check, then the tests; goes on after a failure and ends with a table."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from launcher import system
from launcher.errors import CannotStart
from launcher.processes import signal_group, spawn
from launcher.progress import Progress
from launcher.session import Servers, Session
from launcher.supervisor import Supervisor

AT_ONCE = 2
WIDTH = 72


@dataclass
class Check:
    """A program that passes when it ends with 0."""

    name: str
    command: list[str | Path]
    environment: dict[str, str]


@dataclass
class Result:
    name: str
    passed: bool
    seconds: float


@dataclass
class Running:
    """A check at work, its words kept until it is its turn to be shown."""

    check: Check
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    started: float = field(default_factory=time.monotonic)

    def start(self, checkout: Path) -> None:
        self.process = spawn(self.check.command, cwd=checkout, environment=self.check.environment, stdout=self.output)

    def show(self) -> Result:
        seconds = time.monotonic() - self.started
        self.output.seek(0)
        heading(self.check.name)
        print(self.output.read().decode(errors="replace"), end="", flush=True)
        self.output.close()
        result = Result(self.check.name, self.process.returncode == 0, seconds)
        verdict(result)
        return result


def test(session: Session, pytest_arguments: list[str], *, supervisor: Supervisor) -> int:
    """Run everything, or pytest alone when it was given arguments. Returns the exit code. The session is claimed."""
    with session.servers(supervisor) as servers, session.announced("test", servers):
        machine = check_system(session)
        if pytest_arguments:  # a few tests may do without what the machine lacks
            return 0 if run_pytest(session, servers, pytest_arguments).passed else 1
        results = [machine, *run_side_by_side(static_checks(session, servers), session.checkout)]
        results.append(run_pytest(session, servers, []))
    print_table(results)
    return 0 if all(result.passed for result in results) else 1


def check_system(session: Session) -> Result:
    """Chromium and Pango: installed when this account may, named with what to type when it may not."""
    heading("programs of this machine")
    began = time.monotonic()
    packages = system.missing_for_documents() + system.missing_for_browser_tests()
    try:
        system.install(packages, purpose="The whole of the tests", log=session.environment.root / "install.log")
        passed = True
    except CannotStart as lack:
        print(lack, flush=True)
        passed = False
    result = Result("programs of this machine", passed, time.monotonic() - began)
    verdict(result)
    return result


def static_checks(session: Session, servers: Servers) -> list[Check]:
    """What needs no test run. mypy is by far the longest, so it starts first and the others run beside it."""
    python: list[str | Path] = [session.environment.python]
    variables = session.variables(servers, as_owner=True)
    manage: list[str | Path] = [*python, "manage.py"]
    return [
        Check("mypy", [*python, "-m", "mypy"], variables),
        Check("ruff check", [*python, "-m", "ruff", "check", "."], variables),
        Check("ruff format", [*python, "-m", "ruff", "format", "--check", "."], variables),
        Check(
            "lint-imports", [*python, "-c", "from importlinter.cli import lint_imports_command as it; it()"], variables
        ),
        Check("djlint check", [*python, "-m", "djlint", "--check", "templates"], variables),
        Check("djlint lint", [*python, "-m", "djlint", "--lint", "--quiet", "templates"], variables),
        Check("makemigrations --check", [*manage, "makemigrations", "--check", "--dry-run"], variables),
        Check(
            "check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], in_production(session, servers)
        ),
    ]


def in_production(session: Session, servers: Servers) -> dict[str, str]:
    """The environment of a production server, with the test servers behind it."""
    return session.variables(servers) | {
        "LOANWRIGHT_ENVIRONMENT": "production",
        "LOANWRIGHT_ALLOWED_HOSTS": "loans.example.com",
        "LOANWRIGHT_TRUSTED_ORIGINS": "https://loans.example.com",
        "LOANWRIGHT_EMAIL_URL": "smtp://loans:unused@mail.example.com:587",
    }


def run_side_by_side(checks: list[Check], checkout: Path) -> list[Result]:
    """Two at a time, each shown whole once it has ended."""
    waiting, results = list(checks), list[Result]()
    running: list[Running] = []
    try:
        with Progress("Checking") as progress:
            while waiting or running:
                while waiting and len(running) < AT_ONCE:
                    running.append(Running(waiting.pop(0)))
                    running[-1].start(checkout)
                for it in [it for it in running if it.process.poll() is not None]:
                    running.remove(it)
                    results.append(it.show())
                progress.pause()
    finally:
        for it in running:
            signal_group(it.process, signal.SIGKILL)
    return results


def run_pytest(session: Session, servers: Servers, arguments: list[str]) -> Result:
    heading("pytest")
    began = time.monotonic()
    process = spawn(
        [
            session.environment.python,
            "-m",
            "pytest",
            "-p",
            "launcher.pytest_plugin",
            "-n",
            "2",
            "--dist",
            "worksteal",
            *arguments,
        ],
        cwd=session.checkout,
        environment=session.variables(servers, as_owner=True),
        stdout=None,
        stderr=None,
    )
    try:
        process.wait()
    finally:
        signal_group(process, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            signal_group(process, signal.SIGKILL)
    result = Result("pytest", process.returncode == 0, time.monotonic() - began)
    verdict(result)
    return result


# --- words ----------------------------------------------------------------------------------------------------------
def coloured(text: str, code: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def heading(name: str) -> None:
    print(f"\n{f'── {name} ':─<{WIDTH}}", flush=True)


def verdict(result: Result) -> None:
    word = coloured("passed", "32") if result.passed else coloured("FAILED", "31")
    print(f"{result.name}: {word} in {result.seconds:.1f} s", flush=True)


def print_table(results: list[Result]) -> None:
    heading("all")
    for result in results:
        word = coloured("passed", "32") if result.passed else coloured("FAILED", "31")
        print(f"{result.name:<{WIDTH - 20}}{word}{result.seconds:>10.1f} s", flush=True)
