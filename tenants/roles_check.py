"""Loanwright refuses to work as a database role that the fence does not bind."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper

POWERS = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""


def refuse_powerful_role(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Stop at the first connection as a superuser, a role that bypasses row-level security, or an owner of a table."""
    if settings.AS_OWNER:
        return
    with connection.cursor() as cursor:
        cursor.execute(POWERS)
        superuser, bypasses, owner = cursor.fetchone()
    for powerful, what in (
        (superuser, "a superuser"),
        (bypasses, "free of row-level security"),
        (owner, "an owner of tables"),
    ):
        if powerful:
            connection.close()
            raise ImproperlyConfigured(
                f"DATABASE_URL names a role that is {what}: one lender could see the rows of another. "
                "Name a role that owns nothing; DATABASE_OWNER_URL is for the owner, who only migrates."
            )
