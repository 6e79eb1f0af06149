"""What the machine itself must have: Debian packages, and an account for PostgreSQL when we are root."""

import ctypes
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from launcher.errors import CannotStart
from launcher.processes import Account, inherited_environment, run

ACCOUNT_NAME = "loanwright"
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
CHROMIUM = Path("/usr/bin/chromium")


# --- packages -------------------------------------------------------------------------------------------------------
def missing_for_documents() -> list[str]:
    """Debian packages without which no PDF can be made."""
    return [] if all(map(loads, PANGO_LIBRARIES)) else list(PANGO_PACKAGES)


def missing_for_browser_tests() -> list[str]:
    return [] if CHROMIUM.exists() else ["chromium"]


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install(packages: list[str], *, purpose: str, log: Path) -> None:
    """Install Debian packages when this account may. Raises CannotStart with what to type when it may not."""
    if not packages:
        return
    by_hand = f"{purpose} needs {' '.join(packages)}. Type: sudo apt-get install {' '.join(packages)}"
    right = right_to_install()
    if right is None:
        raise CannotStart(by_hand)
    environment = inherited_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = [*right, "apt-get", "-y", "-o", "DPkg::Lock::Timeout=120"]
    install_now = [*apt, "install", "--no-install-recommends", *packages]
    label = f"Installing {' '.join(packages)}"
    try:
        run(label, install_now, cwd=Path("/"), environment=environment, log=log)
        return
    except CannotStart:
        pass  # the lists of packages may be old or absent: fetch them and try once more
    try:
        run("Fetching Debian's lists of packages", [*apt, "update"], cwd=Path("/"), environment=environment, log=log)
        run(label, install_now, cwd=Path("/"), environment=environment, log=log)
    except CannotStart:
        raise CannotStart(f"{by_hand} (tried here, and refused: see {log})") from None


def right_to_install() -> list[str] | None:
    """What to put before apt-get, or None when there is no apt-get or no right to use it."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# --- memory ---------------------------------------------------------------------------------------------------------
# Where Linux says how much memory a container may use: cgroup version 2, then 1. A number, or "max".
CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory(limits: tuple[Path, ...] = CONTAINER_LIMITS) -> int:
    """Bytes of memory that we may use: the machine's, or fewer where a container is held to fewer."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([machine, *(int(text) for path in limits if (text := read(path)).isdigit())])


def read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


# --- accounts -------------------------------------------------------------------------------------------------------
def our_name() -> str:
    """The name of the account that the launcher runs as, which PostgreSQL needs."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise CannotStart(
            f"User id {os.geteuid()} has no name in /etc/passwd, and PostgreSQL does not start without one. "
            f"As root, type: useradd --uid {os.geteuid()} {ACCOUNT_NAME}"
        ) from None


def account_for_postgres() -> Account | None:
    """None for an ordinary user. PostgreSQL refuses to run as root: then our own system account, made when missing."""
    our_name()
    if os.geteuid() != 0:
        return None
    for make in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", ACCOUNT_NAME],
        ["adduser", "--system", "--group", "--no-create-home", "--home", "/nonexistent", ACCOUNT_NAME],
        ["adduser", "-S", "-D", "-H", "-h", "/nonexistent", ACCOUNT_NAME],
    ):  # fmt: skip
        if found := find_account():
            return found
        succeeds(make)
    if found := find_account():
        return found
    raise CannotStart(
        "PostgreSQL does not run as root, and its own account could not be made. "
        f"Type: useradd --system {ACCOUNT_NAME}  (or run Loanwright as an ordinary user)"
    )


def find_account() -> Account | None:
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
