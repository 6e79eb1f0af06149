"""The virtual environment, made from the hashed pins in requirements/ and made again when they change."""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from launcher import system
from launcher.errors import CannotStart
from launcher.processes import inherited_environment, run
from launcher.progress import Progress
from launcher.state import Lock

LEVELS = ("demo", "development")


class VirtualEnvironment:
    """The environment of this checkout, state folder, Python and set of pins. Another set has another folder.

    levels: the sets of pins it may hold, each containing the one before it.
    """

    def __init__(self, *, checkout: Path, root: Path, levels: Sequence[str] = LEVELS) -> None:
        self.root, self.levels = root, levels
        self.requirements = checkout / "requirements"
        self.folder = root / f"venv-{self._key()}"
        self.python = self.folder / "bin" / "python"
        self.in_use = Lock(root / f"{self.folder.name}.lock")
        self.log = root / "install.log"

    def _key(self) -> str:
        digest = hashlib.sha256(f"{sys.version_info[:2]}{sys.base_prefix}{self.root}".encode())
        for level in ("production", *self.levels):
            digest.update((self.requirements / f"{level}.txt").read_bytes())
        return digest.hexdigest()[:12]

    def ensure(self, level: str) -> None:
        """Install what `level` needs, unless it is there."""
        with Lock(self.root / "install.lock").waited_for("Waiting for another command to install the packages"):
            if not self._has(level):
                self._make(level)
            self._remove_older()
            # Held for as long as this process lives, so that no other command removes what we run on.
            self.in_use.take(shared=True)

    def _has(self, level: str) -> bool:
        return self.python.exists() and any(self._mark(it).exists() for it in self.levels[self.levels.index(level) :])

    def _mark(self, level: str) -> Path:
        return self.folder / f"installed-{level}"

    def _make(self, level: str) -> None:
        uv = shutil.which("uv")
        try:
            if uv:
                self._install_with_uv(uv, level)
            else:
                self._install_with_pip(level)
        except CannotStart:
            if not uv:
                raise
            # uv does not read pip's settings, which may name the only index that this machine reaches.
            shutil.rmtree(self.folder, ignore_errors=True)
            self._install_with_pip(level)
        self._mark(level).touch()

    def _is_begun(self) -> bool:
        """Whether at least one level is complete, so that another can be added on top."""
        return self.python.exists() and any(self._mark(it).exists() for it in self.levels)

    def _install_with_uv(self, uv: str, level: str) -> None:
        if not self._is_begun():
            shutil.rmtree(self.folder, ignore_errors=True)
            self._run("Making the virtual environment", uv, "venv", "--python", sys.executable, self.folder)
        self._run("Installing the packages", uv, "pip", "install", "--python", self.python, *self._pins(level))

    def _install_with_pip(self, level: str) -> None:
        if not (self._is_begun() and (self.folder / "bin" / "pip").exists()):
            shutil.rmtree(self.folder, ignore_errors=True)
            self._make_with_venv()
        self._run("Installing the packages", self.python, "-m", "pip", "install", *self._pins(level))

    def _make_with_venv(self) -> None:
        try:
            self._run("Making the virtual environment", sys.executable, "-m", "venv", self.folder)
        except CannotStart:
            if has_module("ensurepip"):
                raise
            package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            system.install([package], purpose="The virtual environment", log=self.log)
            shutil.rmtree(self.folder, ignore_errors=True)
            self._run("Making the virtual environment", sys.executable, "-m", "venv", self.folder)

    def _pins(self, level: str) -> tuple[str | Path, ...]:
        return ("--require-hashes", "--no-deps", "-r", self.requirements / f"{level}.txt")

    def _run(self, label: str, *command: str | Path) -> None:
        environment = inherited_environment() | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        run(label, command, cwd=self.root, environment=environment, log=self.log)

    def _remove_older(self) -> None:
        """Remove environments of earlier pins that no other command is running on."""
        for folder in self.root.glob("venv-*"):
            lock = Lock(self.root / f"{folder.name}.lock")
            if folder != self.folder and folder.is_dir() and lock.take():
                with Progress("Removing an older virtual environment"):
                    shutil.rmtree(folder, ignore_errors=True)
                lock.path.unlink(missing_ok=True)
                lock.release()

    def site_packages(self) -> Path:
        return next((self.folder / "lib").glob("python3.*")) / "site-packages"


def has_module(name: str) -> bool:
    """Whether this Python has the module: Debian takes ensurepip out into a package of its own."""
    return find_spec(name) is not None
