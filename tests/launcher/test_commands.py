import ast
from pathlib import Path

import pytest

from launcher import commands
from launcher.errors import CannotStart
from launcher.session import Servers, Session
from launcher.state import Lock
from launcher.supervisor import Supervisor
from tests.launcher.conftest import CHECKOUT

SERVERS = Servers("postgresql://app@/a", "postgresql://owner@/a", "unix:///r", "database 1")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = Session(checkout=CHECKOUT, root=tmp_path, area="demo")
    made.area.prepare()
    return made


def test_the_launcher_and_the_settings_agree_on_what_each_command_needs():
    tree = ast.parse((CHECKOUT / "lending" / "settings.py").read_text())
    lists = {
        node.targets[0].id: {item.value for item in ast.walk(node.value) if isinstance(item, ast.Constant)}
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert lists["DETACHED"] == set(commands.DETACHED)
    assert lists["AS_OWNER"] == set(commands.AS_OWNER)


def test_only_what_needs_the_owner_gets_its_url(session):
    assert "DATABASE_OWNER_URL" not in session.variables(SERVERS)
    assert session.variables(SERVERS, as_owner=True)["DATABASE_OWNER_URL"] == "postgresql://owner@/a"


def test_what_the_person_has_set_goes_first_in_the_demo_and_nowhere_else(session, tmp_path, monkeypatch):
    monkeypatch.setenv("LOANWRIGHT_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://somebody@/else")
    tests = Session(checkout=CHECKOUT, root=tmp_path, area="test")
    tests.area.prepare()
    assert session.variables(SERVERS)["LOANWRIGHT_LOG_LEVEL"] == "DEBUG"
    assert tests.variables(SERVERS)["LOANWRIGHT_LOG_LEVEL"] == "INFO"
    assert "DATABASE_OWNER_URL" not in session.variables(SERVERS)


def test_help_makes_no_secret_and_touches_no_database(session):
    assert session.variables_without_servers()["DATABASE_URL"] == "postgresql://nobody@localhost/none"
    assert not session.area.has_secrets()


def test_a_second_command_borrows_the_servers_of_the_first(session):
    # Given
    holder = Lock(session.area.lock.path)
    assert holder.take()
    lent = commands.borrowed_or_own_servers(session, Supervisor(), migrated=True)
    with session.announced("demo", SERVERS), lent as servers:
        # Then
        assert servers == SERVERS
        assert not Lock(session.area.borrowers.path).take()
    assert Lock(session.area.borrowers.path).take()


def test_a_second_demo_is_told_where_the_first_is(session):
    assert Lock(session.area.lock.path).take() is True  # and its descriptor stays open
    with (
        session.announced("demo", SERVERS, address="http://127.0.0.1:8000/"),
        pytest.raises(
            CannotStart, match=r"^`run.py demo` is running already at http://127.0.0.1:8000/ \(process \d+\)"
        ),
    ):
        session.claim()


def test_a_benchmark_that_does_not_exist_is_refused(session):
    with pytest.raises(CannotStart, match=r"^There is no benchmark warp\. Type: python3 run\.py bench "):
        commands.bench(session, ["warp"], supervisor=Supervisor())


def test_pictures_are_taken_of_a_demo_that_runs(session):
    with pytest.raises(CannotStart, match=r"^No demo is running here\. Type in another window: python3 run\.py demo$"):
        commands.screenshots(session, [])
