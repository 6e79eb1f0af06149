"""A short folder for the servers' sockets: a socket's path ends at 107 bytes, and checkouts live in longer ones."""

import os
import shutil
import tempfile
from pathlib import Path

from launcher.processes import Account

LONGEST_PARENT = 80
PREFIX = "loanwright-"


def make_socket_folder(*, remembered_in: Path, account: Account | None) -> Path:
    """A new folder that only the servers' account can enter; the one that a killed run left behind is removed."""
    remove_socket_folder(remembered_in)
    parent = tempfile.gettempdir()
    if len(parent.encode()) > LONGEST_PARENT:
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a private folder inside it
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    remembered_in.write_text(str(folder))
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


def remove_socket_folder(remembered_in: Path) -> None:
    try:
        folder = Path(remembered_in.read_text())
    except OSError:
        return
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    remembered_in.unlink(missing_ok=True)
