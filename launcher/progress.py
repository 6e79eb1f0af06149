"""Say what is going on once it takes longer than two seconds. Everything goes to stderr: stdout is the command's."""

import shutil
import sys
import time
from types import TracebackType
from typing import Self

QUIET_SECONDS = 2.0
SECONDS_BETWEEN_LINES = 10.0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Progress:
    """`with Progress("Installing packages") as progress:` and call `progress.tick()` while waiting."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.next_line = QUIET_SECONDS
        self.shown = False
        self.live = sys.stderr.isatty()

    def tick(self, detail: str = "") -> None:
        """Show the time, and `detail`, when it is time to."""
        elapsed = time.monotonic() - self.started
        if elapsed < self.next_line:
            return
        self.shown = True
        self.next_line = elapsed + (1.0 if self.live else SECONDS_BETWEEN_LINES)
        line = f"{self.label} … {elapsed:.0f} s  {detail}".rstrip()
        if self.live:  # a line that wraps cannot be written over
            line = line[: shutil.get_terminal_size().columns - 1]
        print(f"\r{line}\x1b[K" if self.live else line, end="" if self.live else "\n", file=sys.stderr, flush=True)

    def pause(self) -> None:
        """Wait a moment, for those who poll."""
        self.tick()
        time.sleep(0.05)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.shown:
            return
        start = "\r\x1b[K" if self.live else ""
        how = "took" if kind is None else "stopped after"
        say(f"{start}{self.label} {how} {time.monotonic() - self.started:.1f} s")
