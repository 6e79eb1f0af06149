"""Looking at processes and at a server from outside."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from launcher.sql import Database


def superuser(folder: Path) -> Database:
    """The server on this socket folder, as its superuser."""
    return Database(Path(sys.executable), f"postgresql://postgres@/postgres?host={folder}")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def becomes(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether the condition holds within so many seconds.

    A machine that was stopped in between has slept through them without a look: it gets some looks more.
    """
    deadline, looks = time.monotonic() + seconds, 0
    while not condition() and (time.monotonic() < deadline or looks < 100):
        looks += 1
        time.sleep(0.02)
    return condition()
