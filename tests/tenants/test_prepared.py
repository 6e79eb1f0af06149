"""Statements that a connection keeps planned: their values, their rows, and what goes wrong with them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from tenants.current import tenant_context
from tenants.prepared import prepared_cursor
from tests.conftest import make_tenant


def answer(query: str, *values: Any) -> Any:
    with prepared_cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()


def planned() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY name")
        return [row[0] for row in cursor.fetchall()]


def test_values_come_back_as_they_went(tenant: Any) -> None:
    given = (7, Decimal("12.30"), date(2026, 3, 4), 'it\'s \\ "so"', True, None)
    query = "SELECT $1::bigint, $2::numeric, $3::date, $4::text, $5::boolean, $6::text, ARRAY[$2::numeric]"
    assert answer(query, *given) == (*given, [Decimal("12.30")])


def test_all_rows_are_read_and_no_row_is_none(tenant: Any) -> None:
    with prepared_cursor() as cursor:
        cursor.execute("SELECT n FROM generate_series(1, $1::integer) n", [3])
        assert (cursor.rowcount, cursor.fetchall()) == (3, [(1,), (2,), (3,)])
        cursor.execute("SELECT n FROM generate_series(1, $1::integer) n", [0])
        assert (cursor.rowcount, cursor.fetchone(), cursor.fetchall()) == (0, None, [])


def test_a_statement_is_planned_once_and_outlives_a_rollback(tenant: Any) -> None:
    query = "SELECT $1::bigint + 41"
    assert answer(query, 1) == (42,)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert answer(query, 2) == (43,)
        raise ZeroDivisionError
    assert answer(query, 3) == (44,)
    assert planned().count(query) == 1


def test_each_is_counted_as_a_query(tenant: Any) -> None:
    with CaptureQueriesContext(connection) as counted:
        answer("SELECT $1::bigint", 1)
    assert len(counted) == 1


@pytest.mark.parametrize(
    ("query", "values", "error"),
    [
        ("SELECT 1 / $1::integer", [0], DataError),
        ("SELECT $1::text", ["a\0b"], DataError),
        ("SELECT nothing FROM nowhere WHERE $1", [True], ProgrammingError),
        ("INSERT INTO tenants_tenant DEFAULT VALUES", [], ProgrammingError),
    ],
)
def test_an_error_is_djangos_own(tenant: Any, query: str, values: list[Any], error: Any) -> None:
    with pytest.raises(error), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute(query, values)
    assert answer("SELECT $1::bigint", 1) == (1,)


def test_outside_a_transaction_the_first_statement_starts_it(committed: str) -> None:
    tenant_id = make_tenant().pk
    with transaction.atomic():
        assert answer("SELECT $1::bigint", 1) == (1,)
        assert connection.connection.pgconn.transaction_status == TransactionStatus.INTRANS
    assert connection.connection.pgconn.transaction_status == TransactionStatus.IDLE
    # The tenant of a transaction ends with it.
    with tenant_context(tenant_id):
        assert answer("SELECT current_setting('app.tenant', $1::boolean)", True) == (str(tenant_id),)
    assert answer("SELECT current_setting('app.tenant', $1::boolean)", True) == ("",)


def test_a_lost_connection_is_an_operational_error_and_the_next_one_plans_anew(committed: str) -> None:
    query = "SELECT $1::bigint"
    assert answer(query, 1) == (1,)
    with pytest.raises(OperationalError), transaction.atomic():
        answer("SELECT pg_terminate_backend(pg_backend_pid()), $1::bigint", 1)
    connection.close()
    assert answer(query, 2) == (2,)
    assert planned() == [query]
