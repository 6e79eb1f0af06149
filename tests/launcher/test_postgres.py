"""A real PostgreSQL in a temporary folder, started the way the demo starts it."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from launcher import postgres, roles, system, valkey
from launcher.errors import CannotStart
from launcher.sql import Database
from launcher.state import Secrets
from tests.launcher.helpers import becomes, is_alive, superuser


def test_the_application_role_owns_nothing_and_needs_its_password(running, socket_folder):
    # Given
    made = Secrets.generate()
    for _ in range(2):
        roles.make_roles(superuser(socket_folder), roles.EMBEDDED, made, may_create_databases=False)
        roles.make_database(superuser(socket_folder), "loanwright", owner="loanwright_owner")
    # Then
    rows = superuser(socket_folder).query(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles "
        "WHERE rolname LIKE 'loanwright%' ORDER BY 1"
    )
    assert rows == [["loanwright_app", *[False] * 4], ["loanwright_owner", *[False] * 4]]
    place = f"@/loanwright?host={socket_folder}"
    owner = Database(Path(sys.executable), f"postgresql://loanwright_owner:{made.owner_password}{place}")
    owner.execute([f"CREATE EXTENSION {it}" for it in ("btree_gist", "pg_trgm", "citext", "unaccent")])
    application = Database(Path(sys.executable), f"postgresql://loanwright_app:{made.application_password}{place}")
    assert application.query("SELECT current_user") == [["loanwright_app"]]
    with pytest.raises(CannotStart, match="permission denied for schema public"):
        application.execute(["CREATE TABLE mine (x int)"])
    with pytest.raises(CannotStart, match="password authentication failed"):
        Database(Path(sys.executable), f"postgresql://loanwright_app:guess{place}").query("SELECT 1")


def test_roles_on_a_given_server_are_made_by_a_role_that_may(running, socket_folder):
    # Given
    superuser(socket_folder).execute(
        ["CREATE ROLE admin LOGIN PASSWORD 'x'", "CREATE DATABASE loans", "GRANT ALL ON DATABASE loans TO admin"]
    )
    admin = Database(Path(sys.executable), f"postgresql://admin:x@/loans?host={socket_folder}")
    # Then
    with pytest.raises(CannotStart, match='psql -c "ALTER ROLE admin CREATEROLE"'):
        roles.require_right_to_make_roles(admin, may_create_databases=False)
    # When what the line says was typed
    superuser(socket_folder).execute(["ALTER ROLE admin CREATEROLE", "ALTER DATABASE loans OWNER TO admin"])
    roles.require_right_to_make_roles(admin, may_create_databases=False)
    names, made = roles.Roles.named_after("loans"), Secrets.generate()
    for _ in range(2):
        roles.make_roles(admin, names, made, may_create_databases=False)
        roles.let_owner_build(admin, names)
    # Then
    owner = Database(Path(sys.executable), roles.with_role(admin.url, names.owner, made.owner_password))
    owner.execute(["CREATE EXTENSION btree_gist", "CREATE TABLE loan (id int)"])
    assert owner.query("SELECT tableowner FROM pg_tables WHERE tablename = 'loan'") == [["loanwright_owner_loans"]]


def test_a_role_that_passes_by_row_level_security_is_refused(running, socket_folder):
    superuser(socket_folder).execute(["CREATE ROLE loanwright_app BYPASSRLS"])
    with pytest.raises(CannotStart, match="ALTER ROLE loanwright_app NOSUPERUSER NOBYPASSRLS"):
        roles.make_roles(superuser(socket_folder), roles.EMBEDDED, Secrets.generate(), may_create_databases=False)


def test_a_killed_server_comes_back_with_what_was_committed(cluster, supervisor, socket_folder):
    # Given
    cluster.throwaway = False
    cluster.prepare()
    cluster.start(supervisor, socket_folder)
    superuser(socket_folder).execute(["CREATE TABLE kept (x int)", "INSERT INTO kept VALUES (7)"])
    child = supervisor.children[0]
    killed = child.process.pid
    # When
    os.kill(killed, signal.SIGKILL)
    assert becomes(lambda: (supervisor.look_after(), child.process.pid != killed)[1])
    assert becomes(lambda: cluster.is_ready(child.process.pid), seconds=30)
    # Then
    assert superuser(socket_folder).query("SELECT x FROM kept") == [[7]]


def test_a_stale_pid_file_with_another_programs_number_does_not_stop_the_start(cluster, supervisor, socket_folder):
    # Given the pid file that a killed server leaves, its number now belonging to this very process.
    cluster.prepare()
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n/tmp\n\n0 0\nready\n")
    # When
    cluster.start(supervisor, socket_folder)
    # Then
    assert superuser(socket_folder).query("SELECT 1") == [[1]]


def test_a_server_that_outlived_its_launcher_is_ended_before_the_next_one_starts(cluster, supervisor, socket_folder):
    # Given a server that nobody looks after.
    cluster.prepare()
    service = cluster._service(socket_folder)
    orphan = subprocess.Popen(
        [str(it) for it in service.command],
        env=dict(service.environment),
        stderr=subprocess.DEVNULL,
        user=cluster.account.uid if cluster.account else None,
    )
    assert becomes(lambda: cluster.is_ready(orphan.pid), seconds=30)
    # When
    cluster.start(supervisor, socket_folder)
    # Then
    assert not is_alive(orphan.pid)
    assert superuser(socket_folder).query("SELECT 1") == [[1]]


def test_data_of_another_version_is_refused_and_left_alone(cluster):
    # Given
    cluster.prepare()
    (cluster.data / "PG_VERSION").write_text("14\n")
    # Then
    with pytest.raises(CannotStart, match=r"was made by PostgreSQL 14 and this is \d+"):
        cluster.prepare()


@pytest.mark.parametrize("keep", [True, False])
def test_data_whose_keys_are_gone_makes_room_for_a_new_database(cluster, keep):
    # Given
    cluster.prepare()
    first = cluster.identity
    # When
    kept = cluster.set_aside(keep=keep)
    # Then
    assert not cluster.exists
    cluster.prepare()
    assert cluster.exists
    assert cluster.identity != first
    if keep:
        assert kept == cluster.home / f"data-{first}"
        assert (kept / "PG_VERSION").exists()
    else:
        assert kept is None
        assert not list(cluster.home.glob("data-*"))


def test_nobody_else_can_enter_the_data_or_the_sockets(running, socket_folder):
    assert stat.S_IMODE(running.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700


def test_valkey_answers_on_a_socket_of_its_own(environment, supervisor, socket_folder, area):
    url = valkey.start(supervisor, environment, sockets=socket_folder, log=area.logs / "valkey.log")
    assert url == f"unix://{socket_folder}/valkey.sock"
    assert valkey.answers(socket_folder / "valkey.sock")


@pytest.mark.parametrize(("gigabytes", "buffers"), [(0.25, "128MB"), (2, "512MB"), (24, "6144MB"), (512, "8192MB")])
def test_a_server_takes_a_quarter_of_the_memory_and_no_more_than_eight_gigabytes(gigabytes, buffers):
    assert postgres.shared_buffers(int(gigabytes * 1024**3)) == buffers


def test_memory_is_what_the_container_may_use(tmp_path):
    limit, absent = tmp_path / "memory.max", tmp_path / "absent"
    limit.write_text("max\n")
    whole = system.memory((limit, absent))
    limit.write_text(f"{64 * 1024**2}\n")
    assert system.memory((absent, limit)) == 64 * 1024**2 < whole
