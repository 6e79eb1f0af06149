"""The state folder: locks, secrets, logs, and what is known to be done already.

`.state/` (or `--state DIR`) holds the virtual environments and one area for each use: `demo`, `test` and `bench`
never share a server, a secret or a file.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from launcher.errors import CannotStart
from launcher.progress import Progress


def open_root(folder: Path) -> Path:
    """Make the state folder, readable by its owner alone, and return its real path."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".writable").touch()
        (folder / ".writable").unlink(missing_ok=True)
    except OSError as error:
        raise CannotStart(
            f"Cannot write to the state folder {folder} ({error.strerror}). Type: python3 run.py COMMAND --state DIR"
        ) from None
    return folder.resolve()


@dataclass(frozen=True)
class Secrets:
    """Made at the first start and kept, mode 600, for as long as the data they protect."""

    owner_password: str
    application_password: str
    secret_key: str
    field_keys: str

    @classmethod
    def generate(cls) -> "Secrets":
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        return cls(secrets.token_hex(24), secrets.token_hex(24), secrets.token_urlsafe(64), f"key1:{key}")


class Area:
    """One use's own folder in the state folder."""

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self.folder = root / name
        self.lock = Lock(root / f"{name}.lock")
        self.borrowers = Lock(root / f"{name}.borrowers")
        self.logs = self.folder / "logs"

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for folder in ("logs", "done"):
            (self.folder / folder).mkdir(exist_ok=True)

    def forget(self) -> None:
        """Delete everything in the area. Only its lock's holder may."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- secrets ----------------------------------------------------------------------------------------------------
    def has_secrets(self) -> bool:
        return (self.folder / "secrets.json").exists()

    def secrets(self) -> Secrets:
        file = self.folder / "secrets.json"
        if file.exists():
            return Secrets(**json.loads(file.read_text()))
        made = Secrets.generate()
        write_privately(file, asdict(made))
        return made

    # --- who runs here ----------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def announced(self, facts: dict[str, Any]) -> Iterator[None]:
        """While the block runs, a second command finds these servers and uses them."""
        file = self.folder / "running.json"
        write_privately(file, facts)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)

    def running(self) -> dict[str, Any]:
        """What the lock's holder has announced; empty while it is still starting."""
        try:
            facts: dict[str, Any] = json.loads((self.folder / "running.json").read_text())
        except (OSError, ValueError):
            return {}
        return facts

    # --- what is done already ---------------------------------------------------------------------------------------
    def is_done(self, task: str, fingerprint: str) -> bool:
        try:
            return (self.folder / "done" / task).read_text() == fingerprint
        except OSError:
            return False

    def mark_done(self, task: str, fingerprint: str) -> None:
        (self.folder / "done" / task).write_text(fingerprint)

    def mark_undone(self, task: str) -> None:
        (self.folder / "done" / task).unlink(missing_ok=True)


def write_privately(file: Path, facts: dict[str, Any]) -> None:
    """Write JSON that only its owner can read: whole or not at all."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(facts, handle, indent=2)
    draft.rename(file)


class Lock:
    """An advisory lock on a file. The kernel drops it when its holder is gone, however it went."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def take(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free, now. Taking it twice is taking it once."""
        if self.descriptor is not None:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def release(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    @contextlib.contextmanager
    def waited_for(self, label: str) -> Iterator[None]:
        """Hold the lock for the block, after however long the present holder needs."""
        with Progress(label) as progress:
            while not self.take():
                progress.pause()
        try:
            yield
        finally:
            self.release()


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """A hash over facts and the names and contents of files: equal means that nothing changed."""
    digest = hashlib.sha256("\0".join(facts).encode())
    for file in sorted(files):
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
