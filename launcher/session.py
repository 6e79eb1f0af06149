"""One run of the launcher: the checkout, the state folder, the virtual environment, and the servers with their URLs."""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from launcher import postgres, roles, sockets, system, valkey
from launcher.environment import VirtualEnvironment
from launcher.errors import CannotStart
from launcher.processes import Account, inherited_environment
from launcher.progress import say
from launcher.sql import Database
from launcher.state import Area, Secrets
from launcher.supervisor import Supervisor


@dataclass(frozen=True)
class Servers:
    """Where the database and the broker are. `identity` changes when the database is another one."""

    application_url: str
    owner_url: str
    redis_url: str
    identity: str


def defaults(made: Secrets) -> dict[str, str]:
    """Loanwright's variables where nobody has set them: a demo on this machine alone."""
    return {
        "LOANWRIGHT_ENVIRONMENT": "demo",
        "LOANWRIGHT_SECRET_KEY": made.secret_key,
        "LOANWRIGHT_FIELD_KEYS": made.field_keys,
        "LOANWRIGHT_ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "LOANWRIGHT_TRUSTED_ORIGINS": "",
        "LOANWRIGHT_EMAIL_URL": "",
        "LOANWRIGHT_LOG_LEVEL": "INFO",
        "LOANWRIGHT_NIGHT_WORKERS": "2",
        "LOANWRIGHT_ROWS_AT_ONCE": "10000",
        "LOANWRIGHT_SEALS_DIR": "",
    }


class Session:
    """What every command needs to know."""

    def __init__(self, *, checkout: Path, root: Path, area: str) -> None:
        self.began = time.monotonic()
        self.checkout = checkout
        self.environment = VirtualEnvironment(checkout=checkout, root=root)
        self.area = Area(root, area)
        # Tests and benchmarks make databases of their own; the demo's owner has no reason to.
        self.owner_creates_databases = area != "demo"

    def variables(self, servers: Servers | None, *, as_owner: bool = False) -> dict[str, str]:
        """The environment of a program of Loanwright. What the person has set goes before what is made here, except
        that tests and benchmarks give the same result under every shell.
        """
        variables = defaults(self.area.secrets()) | inherited_environment()
        if self.area.name != "demo":
            variables |= defaults(self.area.secrets())
        variables["LOANWRIGHT_STATE"] = str(self.area.folder)
        for url in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
            variables.pop(url, None)
        if servers:
            variables |= {"DATABASE_URL": servers.application_url, "REDIS_URL": servers.redis_url}
            if as_owner:
                variables["DATABASE_OWNER_URL"] = servers.owner_url
        return variables

    def variables_without_servers(self) -> dict[str, str]:
        """For what touches neither data nor secrets: help, `calculate`. Nothing is made or kept for it."""
        unused = {"DATABASE_URL": "postgresql://nobody@localhost/none", "LOANWRIGHT_STATE": str(self.area.folder)}
        return defaults(Secrets.generate()) | inherited_environment() | unused

    def announced(self, command: str, servers: Servers, **facts: str) -> contextlib.AbstractContextManager[None]:
        """While the block runs, other commands find these servers."""
        return self.area.announced({"command": command, "process": os.getpid(), "servers": asdict(servers), **facts})

    def claim(self) -> None:
        """Take the area for this process, or say who has it. Before anything is installed: it may be for nothing."""
        if "DATABASE_URL" not in os.environ:
            system.our_name()
        if not self.area.lock.take():
            holder = self.area.running()
            where = f" at {holder['address']}" if "address" in holder else ""
            raise CannotStart(
                f"`run.py {holder.get('command', self.area.name)}` is running already{where} (process "
                f"{holder.get('process', 'unknown')}). End it, or work beside it with --state DIR"
            )
        self.area.prepare()

    def forget(self) -> None:
        """Delete what earlier runs made in this area: data, secrets, files, logs. The packages stay."""
        if "DATABASE_URL" in os.environ:
            raise CannotStart("--fresh deletes only databases of its own. Type: unset DATABASE_URL")
        self.claim()
        self.area.forget()
        if os.geteuid() == 0:
            shutil.rmtree(postgres.roots_home_of(self.area), ignore_errors=True)

    # --- servers ----------------------------------------------------------------------------------------------------
    @contextlib.contextmanager
    def servers(self, supervisor: Supervisor) -> Iterator[Servers]:
        """Start what DATABASE_URL and REDIS_URL do not name. The area's lock is held by the caller."""
        given_database, given_redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        account = None if given_database else system.account_for_postgres()
        remembered_in = self.area.folder / "sockets"
        folder = sockets.make_socket_folder(remembered_in=remembered_in, account=account)
        try:
            if given_database:
                application, owner, identity = self._given_database(given_database)
            else:
                application, owner, identity = self._embedded_database(supervisor, folder, account)
            redis = given_redis or valkey.start(
                supervisor, self.environment, sockets=folder, log=self.area.logs / "valkey.log"
            )
            yield Servers(application, owner, redis, identity)
        finally:
            supervisor.stop()
            sockets.remove_socket_folder(remembered_in)

    def _embedded_database(self, supervisor: Supervisor, folder: Path, account: Account | None) -> tuple[str, str, str]:
        """URLs of both roles on a server of our own, and the identity of its data folder."""
        home = postgres.home_of(self.area, account)
        cluster = postgres.Cluster(
            home=home,
            programs=postgres.find_programs(self.environment, home=home, account=account),
            account=account,
            log=self.area.logs / "postgres.log",
            throwaway=self.area.name == "test",
        )
        if cluster.exists and not self.area.has_secrets():
            self._make_room(cluster)
        cluster.prepare()
        cluster.start(supervisor, folder)
        names, made = roles.EMBEDDED, self.area.secrets()
        task = hashlib.sha256(f"{cluster.identity}{asdict(made)}".encode()).hexdigest()
        if not self.area.is_done("roles", task):
            superuser = Database(self.environment.python, f"postgresql://{postgres.SUPERUSER}@/postgres?host={folder}")
            roles.make_roles(superuser, names, made, may_create_databases=self.owner_creates_databases)
            roles.make_database(superuser, names.database, owner=names.owner)
            self.area.mark_done("roles", task)
        place = f"@/{names.database}?host={folder}"
        return (
            f"postgresql://{names.application}:{made.application_password}{place}",
            f"postgresql://{names.owner}:{made.owner_password}{place}",
            cluster.identity,
        )

    def _make_room(self, cluster: postgres.Cluster) -> None:
        """The state folder was deleted and root's home of the database stayed: no key is left that opens it. What tests
        and benchmarks made is made again; a demo may have been somebody's work.
        """
        if kept := cluster.set_aside(keep=self.area.name == "demo"):
            say(
                f"A database was here, and its passwords and keys ({self.area.folder}/secrets.json) are gone. It is "
                f"now in {kept}, and a new one is made. Delete that folder once you are sure that nobody misses it"
            )

    def _given_database(self, url: str) -> tuple[str, str, str]:
        """URLs of both roles on the server of DATABASE_URL.

        With DATABASE_OWNER_URL both are taken as they are. With DATABASE_URL alone its role makes the two roles, and
        tests and benchmarks work in a database of their own beside the one it names.
        """
        # Nothing says whether this is the database of the last run: what was done there is done again, or seen as done.
        identity = os.urandom(16).hex()
        if owner_url := os.environ.get("DATABASE_OWNER_URL"):
            return url, owner_url, identity
        creates = self.owner_creates_databases
        given = Database(self.environment.python, url)
        roles.require_right_to_make_roles(given, may_create_databases=creates)
        if creates:
            name = f"{roles.database_of(url)}_{self.area.name}"
            roles.make_database(given, name)
            url = roles.with_database(url, name)
            given = Database(self.environment.python, url)
        names, made = roles.Roles.named_after(roles.database_of(url)), self.area.secrets()
        roles.make_roles(given, names, made, may_create_databases=creates)
        roles.let_owner_build(given, names)
        return (
            roles.with_role(url, names.application, made.application_password),
            roles.with_role(url, names.owner, made.owner_password),
            identity,
        )
