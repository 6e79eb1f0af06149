"""The fence, attacked by SQL as the application role: every table there is, table by table."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.db import connections, models
from psycopg import sql

from tenants.base import TenantModel
from tenants.fence import SHARED, references, tenant_models
from tests.conftest import make_tenant
from tests.tenants.populate import populate

FENCED = {model._meta.db_table: model for model in tenant_models()}
KEYED = {table: model for table, model in FENCED.items() if not model.fenced_by_trigger}
OF_A_USER = [table for table, shared in SHARED.items() if shared.policy]
UNREADABLE = [table for table, shared in SHARED.items() if not shared.rights]


class Attacker:
    """A connection as the application role, working for one tenant."""

    def __init__(self, connection: psycopg.Connection, mine: int, theirs: int) -> None:
        self.connection, self.mine, self.theirs = connection, mine, theirs

    def ask(self, query: str, *values: Any, tenant: int | None = -1) -> list[Any]:
        with self.connection.transaction(force_rollback=True):
            if tenant is not None:
                self.connection.execute("SELECT set_config('app.tenant', %s, true)", [str(self.mine)])
            cursor = self.connection.execute(query, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else [cursor.rowcount]

    def refused(self, query: str, *values: Any, tenant: int | None = -1) -> str:
        """The SQLSTATE with which the database refuses `query`."""
        with pytest.raises(psycopg.Error) as error:
            self.ask(query, *values, tenant=tenant)
        return error.value.sqlstate or ""

    def row(self, table: str, tenant: int, *, order: str = "ASC") -> dict[str, Any]:
        """The first row of `tenant` (the last: "DESC"), which only that tenant itself may look up."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("SELECT set_config('app.tenant', %s, true)", [str(tenant)])
            cursor = self.connection.execute(
                sql.SQL("SELECT * FROM {} ORDER BY 1 {} LIMIT 1").format(sql.Identifier(table), sql.SQL(order))
            )
            names, found = [column.name for column in cursor.description or ()], cursor.fetchone()
        assert found is not None, f"tests/tenants/populate.py makes no row of {table}"
        return dict(zip(names, found, strict=True))

    def unused(self, target: str, table: str, column: str) -> int | None:
        """A row of mine that no row of `table` points at yet."""
        query = f"SELECT min(t.id) FROM {target} t WHERE NOT EXISTS (SELECT 1 FROM {table} r WHERE r.{column} = t.id)"
        return self.ask(query)[0][0]


@pytest.fixture(scope="module")
def attacker(django_db_setup: None, django_db_blocker: Any) -> Iterator[Attacker]:
    """Two tenants, each with rows in every table; the attacker is at the first."""
    from tests import database
    from tests.conftest import point_to

    before = connections.settings["default"]["NAME"]
    with database.clone(f"{before}_isolation") as name, django_db_blocker.unblock():
        point_to(name)
        mine, theirs = make_tenant("Mine", "mine.example"), make_tenant("Theirs", "theirs.example")
        populate(mine)
        populate(theirs)
        parameters = connections["default"].get_connection_params()
        names = ("host", "port", "user", "password", "dbname")
        with psycopg.connect(**{key: parameters[key] for key in names if parameters.get(key)}) as connection:
            yield Attacker(connection, mine.pk, theirs.pk)
        connections.close_all()
        point_to(before)


def test_every_table_is_fenced_or_listed_with_a_reason(attacker: Attacker) -> None:
    tables = {row[0] for row in attacker.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert tables == set(FENCED) | set(SHARED) | {"tenants_tenant"}
    assert all(shared.why for shared in SHARED.values())
    assert len(FENCED) >= 24


@pytest.mark.parametrize("table", [*FENCED, "tenants_tenant", *OF_A_USER])
def test_row_level_security_binds_the_owner_too(attacker: Attacker, table: str) -> None:
    query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
    assert attacker.ask(query, table) == [(True, True)]


@pytest.mark.parametrize("table", FENCED)
def test_no_row_of_theirs_is_read_or_counted(attacker: Attacker, table: str) -> None:
    assert attacker.ask(f"SELECT DISTINCT tenant_id FROM {table}") == [(attacker.mine,)]
    assert attacker.ask(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", attacker.theirs) == [(0,)]


@pytest.mark.parametrize("table", FENCED)
def test_no_tenant_set_means_no_rows_and_no_new_ones(attacker: Attacker, table: str) -> None:
    assert attacker.ask(f"SELECT count(*) FROM {table}", tenant=None) == [(0,)]
    mine = attacker.row(table, attacker.mine)
    assert attacker.refused(*insert(table, mine), tenant=None) == "42501"


@pytest.mark.parametrize("table", FENCED)
def test_no_row_is_written_into_their_book(attacker: Attacker, table: str) -> None:
    mine = attacker.row(table, attacker.mine)
    assert attacker.refused(*insert(table, mine | {"tenant_id": attacker.theirs})) == "42501"


@pytest.mark.parametrize("table", FENCED)
def test_no_row_of_theirs_is_changed_moved_or_deleted(attacker: Attacker, table: str) -> None:
    may_update = FENCED[table].rights.endswith("UPDATE")
    change = (f"UPDATE {table} SET tenant_id = %s WHERE tenant_id = %s", attacker.mine, attacker.theirs)
    if may_update:
        assert attacker.ask(*change) == [0]
        move = (f"UPDATE {table} SET tenant_id = %s", attacker.theirs)
        assert attacker.refused(*move) in ("42501", "23503")
    else:
        assert attacker.refused(*change) == "42501"
    erase = (f"DELETE FROM {table} WHERE tenant_id = %s", attacker.theirs)
    if "DELETE" in FENCED[table].rights:
        assert attacker.ask(*erase) == [0]
    else:
        assert attacker.refused(*erase) == "42501"


@pytest.mark.parametrize("table", KEYED)
def test_no_row_is_of_a_tenant_that_is_not_there(attacker: Attacker, table: str) -> None:
    nobody, row = attacker.theirs + 1000, attacker.row(table, attacker.mine)
    row.pop("id", None)
    for field in KEYED[table]._meta.local_fields:
        if field.unique and row.get(field.column) is not None:  # else it is found taken before anything else
            row[field.column] = nobody if field.is_relation else another(row[field.column], field.max_length)
    with attacker.connection.transaction(force_rollback=True), pytest.raises(psycopg.Error) as error:
        attacker.connection.execute("SELECT set_config('app.tenant', %s, true)", [str(nobody)])
        query, *values = insert(table, row | {"tenant_id": nobody})
        attacker.connection.execute(query, values)
        attacker.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert error.value.sqlstate == "23503"


# What must go with a reference so that nothing is wrong but the row it points at.
NOON = datetime(2009, 1, 1, 12, tzinfo=UTC)
OF_AN_OLD_MONTH = {"starts_on": date(1508, 12, 1), "ends_on": date(1508, 12, 31)}
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    **{("payoffs_payoffletter", name): {"code": "2" * 20} for name in ("loan_id", "last_event_id", "issued_by_id")},
    **{
        ("statements_statement", name): OF_AN_OLD_MONTH | {"version": 1, "why": "", "corrects_id": None}
        for name in ("loan_id", "last_event_id", "made_by_id")
    },
    ("statements_statement", "corrects_id"): OF_AN_OLD_MONTH | {"version": 2, "why": "x"},
    ("ledger_account", "counterparty_id"): {"role": "due_from", "is_default": False},
    ("ledger_difference", "owner_id"): {"owned_at": NOON},
    ("ledger_difference", "resolved_by_id"): {"resolved_at": NOON, "note": "x"},
    ("ledger_exportbatch", "voids_id"): {"reason": "x"},
    ("ledger_fork", "decided_by_id"): {"state": "withdrawn", "decided_on": NOON.date()},
    ("ledger_glmapping", "approved_by_id"): {"approved_at": NOON},
    ("ledger_instalment", "loan_id"): {"version": 1},
    ("ledger_intercompany", "target_id"): {"kind": "reversed"},
    ("ledger_loanevent", "target_id"): {"kind": "reversal"},
    ("ledger_night", "paused_by_id"): {"paused_at": NOON},
    ("ledger_nightexception", "resolved_by_id"): {"resolved_at": NOON},
    ("ledger_periodevent", "request_id"): {"kind": "reopened"},
}
REFERENCES = [(table, *reference) for table, model in KEYED.items() for reference in references(model)]


@pytest.mark.parametrize(("table", "column", "target"), REFERENCES)
def test_no_row_points_at_a_row_of_theirs(attacker: Attacker, table: str, column: str, target: str) -> None:
    model, mine, theirs = KEYED[table], attacker.row(table, attacker.mine), attacker.row(target, attacker.theirs)
    key = model._meta.pk.column
    pointing = BESIDE.get((table, column), {}) | {column: theirs["id"]}
    # Where only one row may point at another, theirs is found taken before it is found to be theirs.
    taken = next(field.unique for field in model._meta.local_fields if field.column == column)
    refusals = ("23503", "23505") if taken else ("23503",)
    if model.rights.endswith("UPDATE") and column != key:
        change = f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in pointing)} WHERE {key} = %s"
        # An application's own rules refuse some references while it is a draft, and others once it is sent.
        newest = attacker.row(table, attacker.mine, order="DESC")
        answers = {attacker.refused(change, *pointing.values(), row[key]) for row in (mine, newest)}
        assert answers & set(refusals)
        return
    pointed = fresh(model, mine)
    for field in model._meta.local_fields:
        if field.one_to_one and pointed.get(field.column) is not None:
            pointed[field.column] = attacker.unused(field.remote_field.model._meta.db_table, table, field.column)
    assert attacker.refused(*insert(table, pointed | pointing)) in refusals


@pytest.mark.parametrize("column", ["account_id", "loan_id", "entry_id"])
def test_no_posting_points_at_a_row_of_theirs(attacker: Attacker, column: str) -> None:
    entry = fresh(FENCED["ledger_entry"], attacker.row("ledger_entry", attacker.mine))
    entry |= {"id": 10**9, "lines": 2, "total": 5, "reverses_id": None}
    lines = []
    for debit, credit in ((5, 0), (0, 5)):
        line = attacker.row("ledger_posting", attacker.mine)
        line |= {"entry_id": 10**9, "debit": debit, "credit": credit}
        line |= {key: entry[key] for key in ("effective_on", "booked_on", "posted_on", "currency")}
        lines.append({key: value for key, value in line.items() if key != "id"})
    pointed = attacker.row("ledger_posting", attacker.theirs)[column]
    for line in lines:
        line[column] = pointed
    names = list(lines[0])
    both = ", ".join("(" + ", ".join(["%s"] * len(names)) + ")" for _ in lines)
    entry_query, *entry_values = insert("ledger_entry", entry)
    query = f"WITH e AS ({entry_query}) INSERT INTO ledger_posting ({', '.join(names)}) VALUES {both}"
    state = attacker.refused(query, *entry_values, *[line[name] for line in lines for name in names])
    assert state == ("23514" if column == "entry_id" else "23503")


@pytest.mark.parametrize("column", ["loan_id", "event_id"])
def test_no_accrual_points_at_a_row_of_theirs(attacker: Attacker, column: str) -> None:
    row = fresh(FENCED["ledger_accrual"], attacker.row("ledger_accrual", attacker.mine))
    source = "ledger_loan" if column == "loan_id" else "ledger_loanevent"
    row[column] = attacker.row(source, attacker.theirs)["id"]
    assert attacker.refused(*insert("ledger_accrual", row)) == "23503"


def test_the_tenant_row_itself_is_fenced(attacker: Attacker) -> None:
    assert attacker.ask("SELECT id FROM tenants_tenant") == [(attacker.mine,)]
    assert attacker.ask("SELECT count(*) FROM tenants_tenant", tenant=None) == [(0,)]
    assert attacker.ask("UPDATE tenants_tenant SET name = 'x' WHERE id = %s", attacker.theirs) == [0]


@pytest.mark.parametrize("table", OF_A_USER)
def test_what_belongs_to_a_user_is_fenced_with_the_user(attacker: Attacker, table: str) -> None:
    if table == "account_emailconfirmation":
        return  # allauth signs its confirmations; the table stays empty
    mine, theirs = attacker.row(table, attacker.mine), attacker.row(table, attacker.theirs)
    assert mine["id"] != theirs["id"]
    assert attacker.ask(f"SELECT count(*) FROM {table} WHERE id = %s", theirs["id"]) == [(0,)]
    assert attacker.ask(f"SELECT count(*) FROM {table}", tenant=None) == [(0,)]
    moved = {key: value for key, value in mine.items() if key != "id"} | {"user_id": theirs["user_id"]}
    assert attacker.refused(*insert(table, moved)) == "42501"


@pytest.mark.parametrize("table", UNREADABLE)
def test_tables_the_application_does_not_need_cannot_be_read(attacker: Attacker, table: str) -> None:
    assert attacker.refused(f"SELECT count(*) FROM {table}") == "42501"


def test_the_directory_answers_two_questions_and_shows_no_table(attacker: Attacker) -> None:
    assert attacker.ask("SELECT tenant_at('theirs.example')", tenant=None) == [(attacker.theirs,)]
    assert attacker.ask("SELECT tenant_at('nobody.example')", tenant=None) == [(None,)]
    assert sorted(attacker.ask("SELECT every_tenant_id()", tenant=None)) == [(attacker.mine,), (attacker.theirs,)]
    assert attacker.ask("SELECT count(*) FROM tenants_address", tenant=None) == [(0,)]


def insert(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    """(query, *values) that inserts `row`."""
    values = [psycopg.types.json.Jsonb(value) if isinstance(value, dict) else value for value in row.values()]
    listed = [
        psycopg.types.json.Jsonb(value) if is_json(table, name) and isinstance(value, list) else value
        for name, value in zip(row, values, strict=True)
    ]
    return f"INSERT INTO {table} ({', '.join(quoted(row))}) VALUES ({', '.join(['%s'] * len(row))})", *listed


def quoted(names: Any) -> list[str]:
    return [f'"{name}"' for name in names]


def is_json(table: str, column: str) -> bool:
    model = FENCED.get(table)
    if model is None:
        return False
    return any(field.column == column and isinstance(field, models.JSONField) for field in model._meta.local_fields)


def fresh(model: type[TenantModel], row: dict[str, Any]) -> dict[str, Any]:
    """`row` with new values wherever one must be unique, so that only the reference can be wrong."""
    unique = {
        name
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        for name in (*constraint.fields, *(part.name for part in constraint.expressions if isinstance(part, models.F)))
    }
    made = {name: value for name, value in row.items() if name != "id"}
    for field in model._meta.local_fields:
        named = field.choices or isinstance(field, models.BooleanField)  # any other value is refused for itself
        if (field.name in unique or field.unique) and not field.is_relation and not named and field.column in made:
            made[field.column] = another(made[field.column], field.max_length)
    return made


def another(value: Any, max_length: int | None) -> Any:
    if isinstance(value, str):
        return f"{random.getrandbits(60):x}"[: max_length or 15]
    if isinstance(value, date):
        return value.replace(year=value.year - 500)
    return random.getrandbits(14) if isinstance(value, int) else value
