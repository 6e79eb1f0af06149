"""What the launcher's tests share: this Python's packages as the environment, an area in a temporary folder."""

import contextlib
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import postgres, sockets, system
from launcher.environment import VirtualEnvironment
from launcher.state import Area
from launcher.supervisor import Supervisor

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def area(tmp_path: Path) -> Area:
    made = Area(tmp_path, "demo")
    made.prepare()
    return made


@pytest.fixture
def environment(tmp_path: Path) -> VirtualEnvironment:
    return this_environment(tmp_path)


def this_environment(root: Path) -> VirtualEnvironment:
    made = VirtualEnvironment(checkout=CHECKOUT, root=root)
    made.folder, made.python = Path(sys.prefix), Path(sys.executable)
    return made


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    with restored_signals(), Supervisor() as made:
        yield made


@contextlib.contextmanager
def restored_signals() -> Iterator[None]:
    """Ending a supervisor takes over the signals of the process: give pytest its own back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Programs]:
    """PostgreSQL's programs, found once: for root that is a copy of them."""
    root = tmp_path_factory.mktemp("programs")
    area, account = Area(root, "demo"), system.account_for_postgres()
    area.prepare()
    home = postgres.home_of(area, account)
    yield postgres.find_programs(this_environment(root), home=home, account=account)
    shutil.rmtree(home)


@pytest.fixture
def cluster(area: Area, programs: postgres.Programs) -> Iterator[postgres.Cluster]:
    account = system.account_for_postgres()
    home = postgres.home_of(area, account)
    log = area.logs / "postgres.log"
    yield postgres.Cluster(home=home, programs=programs, account=account, log=log, throwaway=True)
    shutil.rmtree(home)


@pytest.fixture
def running(cluster: postgres.Cluster, supervisor: Supervisor, socket_folder: Path) -> postgres.Cluster:
    """A server that answers on `socket_folder`."""
    cluster.prepare()
    cluster.start(supervisor, socket_folder)
    return cluster


@pytest.fixture
def socket_folder(area: Area, cluster: postgres.Cluster) -> Iterator[Path]:
    remembered_in = area.folder / "sockets"
    yield sockets.make_socket_folder(remembered_in=remembered_in, account=cluster.account)
    sockets.remove_socket_folder(remembered_in)
