"""Keep the servers and the processes running: start them, start them again when they die, end them in order."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

from launcher.errors import CannotStart, Interrupted
from launcher.processes import Account, last_lines, signal_group, spawn, wait_until
from launcher.progress import Progress, say

LONGEST_PAUSE = 30.0
STEADY_AFTER = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Service:
    """A program to keep running."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    cwd: Path
    log: Path
    # What asks it to end, and what the kernel sends it when the launcher itself was killed.
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    patience: float = 8.0
    account: Account | None = None
    pass_fds: tuple[int, ...] = ()
    # Servers are ended after the processes that use them.
    is_server: bool = False
    # Puts right what a kill may have left behind; called before every start.
    before_start: Callable[[], None] = field(default=lambda: None)


class Child:
    """A service and its present process."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.failures = 0
        self.start_at: float | None = None
        if service.log.exists():
            service.log.rename(service.log.with_suffix(".previous.log"))
        self.start()

    def start(self) -> None:
        self.service.before_start()
        self.start_at = None
        self.started = time.monotonic()
        with self.service.log.open("ab") as log:
            self.process = spawn(
                self.service.command,
                cwd=self.service.cwd,
                environment=self.service.environment,
                stdout=log,
                death_signal=self.service.death_signal,
                account=self.service.account,
                pass_fds=self.service.pass_fds,
            )

    def require_alive(self) -> None:
        """Raise CannotStart with the end of the log when the process ended while it was waited for."""
        code = self.process.poll()
        if code is not None:
            raise CannotStart(
                f"{self.service.name} ended at once ({described(code)}); {self.service.log} ends with:\n"
                f"{last_lines(self.service.log)}"
            )

    def look_after(self) -> None:
        """Notice a death, say it, and start the process again after a pause that grows with every failure."""
        now = time.monotonic()
        if self.start_at is not None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        signal_group(self.process, signal.SIGKILL)
        self.failures = 1 if now - self.started > STEADY_AFTER else self.failures + 1
        pause = min(0.5 * 2 ** (self.failures - 1), LONGEST_PAUSE)
        self.start_at = now + pause
        name = self.service.name
        say(f"{name} stopped ({described(code)}). Starting it again in {pause:g} s. Log: {self.service.log}")


def described(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class Supervisor:
    """`with Supervisor() as supervisor:` starts services; leaving the block ends every one of them."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, service: Service) -> Child:
        child = Child(service)
        self.children.append(child)
        return child

    def start_and_wait(self, service: Service, ready: Callable[[int], bool], *, seconds: float) -> None:
        """Start a service and return once `ready(its process id)` is true; its death meanwhile is an error."""
        child = self.start(service)

        def alive_and_ready() -> bool:
            child.require_alive()
            return ready(child.process.pid)

        with Progress(f"Starting {service.name}") as progress:
            try:
                wait_until(alive_and_ready, progress=progress, seconds=seconds, what=service.name)
            except CannotStart:
                stop_together([child], progress)
                self.children.remove(child)
                raise

    def look_after(self) -> None:
        for child in self.children:
            child.look_after()

    def watch(self) -> NoReturn:
        """Until a signal interrupts."""
        while True:
            self.look_after()
            time.sleep(0.2)

    def stop(self) -> None:
        """End the processes, then the servers. A second Ctrl-C ends everything at once."""
        for number in SIGNALS:
            signal.signal(number, self._stop_at_once)
        with Progress("Stopping") as progress:
            stop_together([it for it in self.children if not it.service.is_server], progress)
            for server in reversed([it for it in self.children if it.service.is_server]):
                stop_together([server], progress)
        self.children.clear()

    def _stop_at_once(self, number: int, frame: FrameType | None) -> None:
        for child in self.children:
            signal_group(child.process, signal.SIGQUIT if child.service.is_server else signal.SIGKILL)
        os._exit(128 + number)


def stop_together(children: list[Child], progress: Progress) -> None:
    """Ask all to end, give each its patience, then kill what is left of each group."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(child.service.stop_signal)
    for child in children:
        deadline = time.monotonic() + child.service.patience
        while child.process.poll() is None and time.monotonic() < deadline:
            progress.pause()
        signal_group(child.process, signal.SIGKILL)
        child.process.wait()


def interrupt_on_signals() -> None:
    """From now on Ctrl-C, SIGTERM and a closed terminal raise Interrupted, wherever the launcher is."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise Interrupted(number)

    for number in SIGNALS:
        signal.signal(number, interrupt)
