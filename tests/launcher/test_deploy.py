"""The compose file, docs/operations.md and the settings name the same variables, and production is what it must be."""

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from launcher import sql
from launcher.session import defaults
from launcher.state import Secrets
from tests.launcher.helpers import superuser

CHECKOUT = Path(__file__).resolve().parents[2]
URLS = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())


def in_settings() -> set[str]:
    """Names that lending/settings.py reads: its string literals that look like ours."""
    tree = ast.parse((CHECKOUT / "lending" / "settings.py").read_text())
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if text in URLS or re.fullmatch(r"LOANWRIGHT_[A-Z_]+", text)}


def in_documentation() -> set[str]:
    """Names in the first column of the table of variables."""
    page = (CHECKOUT / "docs" / "operations.md").read_text()
    section = page.partition("## Configure it")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))


def test_compose_documentation_and_settings_name_the_same_variables(compose):
    in_compose = {name for service in OURS for name in compose["services"][service]["environment"]}
    assert in_compose == in_documentation() == in_settings()


def test_the_launcher_gives_a_value_to_every_variable():
    given = set(defaults(Secrets.generate())) | URLS | {"LOANWRIGHT_STATE"}
    assert given == in_settings()


def test_only_the_migration_knows_the_owner(compose):
    services = compose["services"]
    assert [name for name in OURS if "DATABASE_OWNER_URL" in services[name]["environment"]] == ["migrate"]
    for name in ("web", "worker", "beat"):
        assert "loanwright_owner" not in str(services[name]["environment"])


def test_nothing_that_serves_starts_before_the_migration_is_done(compose):
    for name in ("web", "worker", "beat"):
        assert compose["services"][name]["depends_on"] == {
            "db": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }


def test_there_is_exactly_one_beat(compose):
    beats = [name for name, service in compose["services"].items() if "beat" in str(service.get("command", ""))]
    assert beats == ["beat"]
    assert compose["services"]["beat"]["deploy"]["replicas"] == 1


def test_every_service_reaps_its_children_and_comes_back(compose):
    for name, service in compose["services"].items():
        assert service["init"] is True
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")


def test_what_answers_is_asked_whether_it_is_well(compose):
    checked = [name for name, service in compose["services"].items() if "healthcheck" in service]
    assert checked == ["db", "redis", "web", "worker"]
    assert "/readyz" in str(compose["services"]["web"]["healthcheck"])


def test_the_database_and_the_broker_are_not_reached_from_outside(compose):
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("db", "redis"):
        assert compose["services"][name]["networks"] == ["inside"]
        assert "ports" not in compose["services"][name]
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_no_secret_has_a_default_and_the_example_lists_each():
    text = (CHECKOUT / "docker-compose.yml").read_text()
    wanted = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text)
    assert {rest for _, rest in wanted} == {":?see deploy/env.example"}
    example = (CHECKOUT / "deploy" / "env.example").read_text()
    assert dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE)) == {name: "" for name, _ in wanted}


def test_the_image_runs_as_an_ordinary_user_with_pango():
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER loanwright") < next(i for i, line in enumerate(lines) if line.startswith("CMD "))
    packages = next(line for line in lines if "apt-get install" in line)
    assert {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"} <= set(packages.split())
    assert any("--require-hashes" in line and "production.txt" in line for line in lines)


def test_the_first_start_of_the_database_makes_an_owner_and_a_role_that_owns_nothing(running, socket_folder):
    if running.programs.version < 17:
        pytest.fail("deploy/make-roles.sh is written for PostgreSQL 18. Type: unset PG_BIN")
    # When
    subprocess.run(
        ["sh", CHECKOUT / "deploy" / "make-roles.sh"],
        check=True,
        capture_output=True,
        env={
            "PATH": f"{running.programs.folder}:{os.environ['PATH']}",
            "PGHOST": str(socket_folder),
            "POSTGRES_USER": "postgres",
            "LOANWRIGHT_OWNER_PASSWORD": "o'wner",
            "LOANWRIGHT_APP_PASSWORD": "application",
        },
    )
    # Then
    server = superuser(socket_folder)
    assert server.query("SELECT datdba::regrole::text FROM pg_database WHERE datname = 'loanwright'") == [
        ["loanwright_owner"]
    ]
    place = f"@/loanwright?host={socket_folder}"
    owner = sql.Database(server.python, f"postgresql://loanwright_owner:o%27wner{place}")
    owner.execute(["CREATE EXTENSION btree_gist", "CREATE TABLE loan (id int)"])
    application = sql.Database(server.python, f"postgresql://loanwright_app:application{place}")
    assert application.query("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == [[0]]
