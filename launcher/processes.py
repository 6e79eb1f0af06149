"""Start programs that cannot outlive the launcher, and wait for them with progress."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from launcher.errors import CannotStart
from launcher.progress import Progress

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
# What would lead our programs to somebody else's Python, PostgreSQL or settings.
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")
FOREIGN_POSTGRES = "PG"


@dataclass(frozen=True)
class Account:
    """The system account that a program runs as when the launcher itself runs as root."""

    name: str
    uid: int
    gid: int


def inherited_environment() -> dict[str, str]:
    """The environment handed to every child, before Loanwright's own variables are added."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN and not name.startswith(FOREIGN_POSTGRES)
    }


def dies_with_us(death_signal: int) -> Callable[[], None]:
    """Called in the child just before exec: the kernel sends it `death_signal` when the launcher is gone."""
    launcher = os.getpid()
    return lambda: dies_with(launcher, death_signal)


def dies_with(parent: int, death_signal: int) -> None:
    """Ask the kernel to signal this process when `parent`, which forked it, is gone."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:  # it went before we asked
        os._exit(1)


def spawn(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    stdout: int | IO[bytes] | None,
    stderr: int | IO[bytes] | None = subprocess.STDOUT,
    death_signal: int = signal.SIGKILL,
    account: Account | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches the launcher alone, which ends it in order.

    Call it from the main thread: the kernel ties the death signal to the thread that forked.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
        preexec_fn=dies_with_us(death_signal),
        pass_fds=tuple(pass_fds),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal the process and what it started; a group that is gone already is as good."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for a message."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])


def wait_until(ready: Callable[[], bool], *, progress: Progress, seconds: float, what: str) -> None:
    """Poll `ready` until it is true; it raises what it finds wrong itself. Every wait has an end."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise CannotStart(f"{what} did not answer within {seconds:.0f} s.")
        progress.pause()


class Program:
    """A program that runs to its own end: its words go to `log`, or its stdout to `output` alone."""

    def __init__(
        self,
        label: str,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        log: Path,
        account: Account | None = None,
        output: Path | None = None,
    ) -> None:
        self.label, self.log, self.output = label, log, output
        with contextlib.ExitStack() as opened:
            words = opened.enter_context(log.open("wb"))
            answers = opened.enter_context(output.open("wb")) if output else words
            self.process = spawn(
                command, cwd=cwd, environment=environment, stdout=answers, stderr=words, account=account
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal_group(self.process, signal.SIGKILL)
        self.process.wait()

    def finish(self) -> None:
        """Wait for its end with progress. Raises CannotStart with the end of the log when it failed."""
        with Progress(self.label) as progress:
            while self.process.poll() is None:
                progress.tick(last_lines(self.output, 1) if self.output else "")
                time.sleep(0.02)
            if code := self.process.returncode:
                raise CannotStart(
                    f"{self.label} failed (exit code {code}); {self.log} ends with:\n{last_lines(self.log)}"
                )


def run(
    label: str,
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    account: Account | None = None,
    output: Path | None = None,
) -> None:
    """Run a Program to its end."""
    with Program(label, command, cwd=cwd, environment=environment, log=log, account=account, output=output) as program:
        program.finish()


def run_in_foreground(command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str]) -> int:
    """Run `command` on this terminal and return its exit code. Ctrl-C is the command's own affair."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(environment),
        preexec_fn=_restore_interrupt(dies_with_us(signal.SIGTERM)),
    )
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


def _restore_interrupt(prepare: Callable[[], None]) -> Callable[[], None]:
    def restore_and_prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        prepare()

    return restore_and_prepare
