"""Statements that are planned once a connection: Django binds in the client, so its own are planned each time."""

from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


class PreparedCursor(psycopg.RawCursor[Any]):
    """Keeps every statement prepared; parameters are $1, $2, as PostgreSQL writes them."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "PreparedCursor":
        return super().execute(query, params, **options | {"prepare": True})


def prepared_cursor() -> Any:
    """A cursor of this process's connection, counted and wrapped like any other of Django's."""
    ours = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection()
    return ours._prepare_cursor(PreparedCursor(ours.connection))  # type: ignore[attr-defined]
