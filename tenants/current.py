"""Which tenant this transaction belongs to.

The database keeps the answer: `set_config('app.tenant', ..., is_local => true)` lasts exactly as long as the
transaction, so a pooled connection can never carry one lender into the work of another. The context variable beside
it only fills in `tenant_id` on new rows; the row-level policies never look at it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from tenants.prepared import prepared_cursor

_tenant: ContextVar[int | None] = ContextVar("tenant", default=None)


class NoTenant(RuntimeError):
    """Code that needs a tenant ran outside `tenant_context`: a bug, not a refusal."""


def current_tenant_id() -> int:
    """The tenant of this transaction."""
    tenant_id = _tenant.get()
    if tenant_id is None:
        raise NoTenant("No tenant is set: wrap the work in tenants.current.tenant_context(tenant_id).")
    return tenant_id


def tenant_of_new_row() -> int | None:
    """The default of every row's tenant. Outside a tenant there is none, and the database refuses the row."""
    return _tenant.get()


@contextmanager
def tenant_context(tenant_id: int) -> Iterator[None]:
    """Run the block in a transaction (a savepoint when one is open) that sees the rows of `tenant_id` and no others."""
    outer = _tenant.get()
    if outer is not None and outer != tenant_id and connection.in_atomic_block:
        raise NoTenant("One transaction belongs to one tenant: finish it before working for another.")
    token = _tenant.set(tenant_id)
    try:
        with transaction.atomic():
            with prepared_cursor() as cursor:
                cursor.execute(f"SELECT set_config('app.tenant', '{int(tenant_id)}', true)")
            yield
    finally:
        _tenant.reset(token)


def tenant_at(host: str) -> int | None:
    """The tenant served at the web address `host` (without port); None when nobody is.

    Asks a function of the database that answers this one question: the table behind it is fenced like every other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenant_at(%s)", [host])
        row = cursor.fetchone()
    return row[0] if row else None


def every_tenant_id() -> list[int]:
    """The ids, and only the ids, of all tenants: for jobs that visit each in turn."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT every_tenant_id()")
        return [row[0] for row in cursor.fetchall()]
