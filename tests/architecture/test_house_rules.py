"""Rules of the house that no linter knows, read from the code itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import operations
from ledger.models import LoanEvent
from ledger.recipes import AGAINST
from ledger.records import KINDS
from tenants.roles import permissions_by_role

ROOT = Path(__file__).resolve().parents[2]
PLACES = ["finance", "tenants", "parties", "ledger", "servicing", "origination", "reporting", "lending"]
MONEY = ["finance", "parties", "ledger", "servicing", "origination", "reporting"]
# The edges that may ask what time it is: when a row was written, or which day the calendar shows.
CLOCK_READERS = {
    "ledger/tapes/boarding.py",
    "ledger/tapes/books.py",
    "lending/demo/catalogue.py",
    "ledger/close/differences.py",
    "ledger/close/exceptions.py",
    "ledger/close/night.py",
    "ledger/close/steps.py",
    "ledger/opening.py",
    "ledger/operations/mapping.py",
    "ledger/operations/periods.py",
    "lending/job_health.py",
    "lending/tasks.py",
    "lending/work.py",
    "tenants/long_work.py",
}
ASKED = re.compile(r"(?:permission_required\(|has_perm\(|needs\(|permission=)\s*\"(\w+\.\w+)\"")
MACHINE = re.compile(r"/work/[a-z]|/tmp/[a-z]{2}/")
CLOCK = re.compile(r"\b(timezone\.now|datetime\.now|date\.today|timezone\.localdate|time\.time)\(")


def modules(*places: str) -> Iterator[Path]:
    for place in places:
        yield from (path for path in sorted((ROOT / place).rglob("*.py")) if "migrations" not in path.parts)


def test_no_float_near_money() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(*MONEY)
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float")
        or (isinstance(node, ast.Attribute) and node.attr in ("FloatField",))
    ]
    assert found == []


def test_the_clock_is_read_at_the_edges_only() -> None:
    readers = {str(path.relative_to(ROOT)) for path in modules(*PLACES) if CLOCK.search(path.read_text())}
    assert readers == CLOCK_READERS


def test_finance_knows_nothing_but_the_standard_library() -> None:
    import sys

    imported = {
        name.split(".")[0]
        for path in modules("finance")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"finance"}


@pytest.mark.parametrize("kind", LoanEvent.Kind.values)
def test_every_event_stands_on_the_events_page_with_its_operation(kind: str) -> None:
    (row,) = re.findall(rf"^\| {kind} \| (.+) \|$", (ROOT / "docs/events.md").read_text(), re.MULTILINE)
    operation = re.findall(r"`(\w+)`", row)[0]
    assert operation == "board_loan" or operation in operations.__all__
    for permission in re.findall(r"`(\w+\.\w+)`", row):
        assert any(permission in may for may in permissions_by_role().values()), permission
    assert kind == "reversal" or KINDS.get(kind, kind) in AGAINST


def test_every_permission_that_code_asks_for_is_in_the_roles_file() -> None:
    asked = {
        permission
        for path in modules(*PLACES)
        for permission in re.findall(
            r"(?:permission_required\(|has_perm\(|permission=)\s*\"(\w+\.\w+)\"", path.read_text()
        )
    }
    granted = frozenset().union(*permissions_by_role().values())
    assert asked - granted == set()


def test_nothing_names_a_path_of_one_machine() -> None:
    texts = [
        path
        for pattern in ("*.py", "*.md", "*.toml", "*.yml", "*.html", "*.sql", "*.sh")
        for path in ROOT.rglob(pattern)
        if not {".state", "node_modules", "vendor", ".git", ".venv"} & set(path.relative_to(ROOT).parts)
    ]
    named = [
        str(path.relative_to(ROOT)) for path in texts if re.search(r"/work/(main|shared)|/tmp/lw\b", path.read_text())
    ]
    assert [name for name in named if name != "tests/architecture/test_house_rules.py"] == []


def test_every_constraint_of_the_database_is_broken_by_a_test() -> None:
    from django.apps import apps

    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in PLACES]
    names = {constraint.name for model in ours for constraint in model._meta.constraints}
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert sorted(name for name in names if name not in tests) == []
