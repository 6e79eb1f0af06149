"""Many rows of one table in one statement.

COPY is refused under row-level security and a temporary table needs a right the application role does not have, so the
columns travel as PostgreSQL arrays, written here as text: several times faster than value by value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from ledger.arrays import array_text


def draw_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` fresh primary keys of `model`, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s) ORDER BY 1",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def refresh_statistics() -> None:
    """Tell the database what these tables hold now; otherwise it plans for the empty ones they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_refresh_statistics()")


def insert_rows(model: type[models.Model], columns: Mapping[str, Sequence[Any]], **alike: Any) -> None:
    """Insert a row for each place in `columns`; every row has the values of `alike` too. Names are of columns."""
    types = {field.column: field.db_type(connection) for field in model._meta.local_fields if field.db_type(connection)}
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in (*columns, *alike))
    arrays = ", ".join(f"%s::{types[name]}[]" for name in columns)
    constants = "".join(f", %s::{types[name]}" for name in alike)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) "  # noqa: S608 - names of our own columns
            f"SELECT given.*{constants} FROM unnest({arrays}) AS given",
            [*alike.values(), *(array_text(values) for values in columns.values())],
        )
