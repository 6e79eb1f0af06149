"""Statements that are planned once a connection, and cost one message each way: for what happens thousands of times.

Django binds in the client, so its own statements are planned each time; and a cursor of psycopg's spends more processor
time on one of these than PostgreSQL does. This one hands libpq the values and takes the rows, and nothing else: no
server-side cursor, no pipeline, no binary format.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus

GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)
Row = tuple[Any, ...]


@dataclass(slots=True)
class Session:
    """What one connection has prepared, {statement: its name}, and how it writes and reads values."""

    transformer: Any
    names: dict[str, bytes] = field(default_factory=dict)


_sessions: WeakKeyDictionary[psycopg.Connection[Any], Session] = WeakKeyDictionary()


class PreparedCursor:
    """The part of a cursor that these statements need. Parameters are $1, $2, as PostgreSQL writes them.

    Rows are to be fetched before the connection's next statement: its sessions keep one result.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.rowcount = -1
        self.query = b""
        session = _sessions.get(connection)
        if session is None:
            session = _sessions[connection] = Session(Transformer.from_context(connection))
        self.session = session

    @property
    def _query(self) -> "PreparedCursor":
        """Where Django's log of queries looks for the text."""
        return self

    def execute(self, query: str, params: Sequence[Any] | None = None) -> None:
        """Run it inside the open transaction, which starts here if nothing else has started it.

        Without parameters it is not prepared: then it travels in one message with what starts the transaction.
        """
        connection, session = self.connection, self.session
        pgconn = connection.pgconn
        self.query = query.encode()
        starts = pgconn.transaction_status == TransactionStatus.IDLE and not connection.autocommit
        if params is None:
            self._keep(pgconn.exec_(b"BEGIN; " + self.query if starts else self.query))
            return
        if starts:
            self._done(pgconn.exec_(b"BEGIN"))
        name = session.names.get(query)
        if name is None:
            name = f"prepared_{len(session.names)}".encode()
            self._done(pgconn.prepare(name, self.query))
            session.names[query] = name
        values = session.transformer.dump_sequence(params, [PyFormat.TEXT] * len(params))
        self._keep(pgconn.exec_prepared(name, values))

    def _keep(self, result: Any) -> None:
        self.session.transformer.set_pgresult(self._done(result))
        self.rowcount = result.ntuples

    def _done(self, result: Any) -> Any:
        if result.status not in GOOD:
            if self.connection.closed:
                raise psycopg.OperationalError(result.error_message.strip() or "the connection is lost")
            raise psycopg.errors.error_from_result(result, self.connection.info.encoding)
        return result

    def fetchall(self) -> list[Row]:
        rows: list[Row] = self.session.transformer.load_rows(0, self.rowcount, tuple)
        return rows

    def fetchone(self) -> Row | None:
        row: Row | None = self.session.transformer.load_row(0, tuple) if self.rowcount else None
        return row

    def close(self) -> None:
        """Nothing is held."""


def prepared_cursor() -> Any:
    """A cursor of this process's connection, counted and wrapped like any other of Django's."""
    ours = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection()
    return ours._prepare_cursor(PreparedCursor(ours.connection))  # type: ignore[attr-defined]
