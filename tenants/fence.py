"""The fence between tenants, raised by the owner after every `migrate`, for every table there is.

A table of a `TenantModel` gets row-level security (forced, so it binds the owner too), a key (tenant_id, id), a
composite foreign key for each reference to another tenant's table, one to the tenant where no reference implies it, and
exactly the rights its model names. Any other
table must stand in `SHARED`, which says why it holds nothing of one tenant or how it is fenced. Everything is
idempotent; a table that is neither is an error, so a new model cannot be forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField

# Evaluated once a query, because of the sub-select, not once a row.
OF_THIS_TENANT = "tenant_id = (SELECT current_tenant())"
OF_THIS_TENANTS_USER = "EXISTS (SELECT 1 FROM tenants_user u WHERE u.id = user_id)"
OF_THIS_TENANTS_MAIL = "EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.id = email_address_id)"


@dataclass(frozen=True)
class Shared:
    """A table that no `TenantModel` describes: what the application may do to it, which rows it sees, and why."""

    rights: str
    why: str
    policy: str = ""


SHARED = {
    "django_migrations": Shared("", "only the owner migrates"),
    "django_content_type": Shared("SELECT", "names of our own tables"),
    "auth_permission": Shared("SELECT", "names of our own permissions"),
    "auth_group": Shared("", "unused: roles are in tenants/roles.toml"),
    "auth_group_permissions": Shared("", "unused: roles are in tenants/roles.toml"),
    "django_session": Shared("", "unused: sessions live in Redis"),
    "axes_accessattempt": Shared("", "unused: axes counts in Redis"),
    "axes_accessattemptexpiration": Shared("", "unused: axes counts in Redis"),
    "axes_accessfailurelog": Shared("", "unused: axes counts in Redis"),
    "axes_accesslog": Shared("", "unused: axes counts in Redis"),
    "account_emailaddress": Shared("SELECT, INSERT, UPDATE, DELETE", "of a user", OF_THIS_TENANTS_USER),
    "account_emailconfirmation": Shared("SELECT, INSERT, UPDATE, DELETE", "of an address", OF_THIS_TENANTS_MAIL),
    "mfa_authenticator": Shared("SELECT, INSERT, UPDATE, DELETE", "of a user", OF_THIS_TENANTS_USER),
    "django_admin_log": Shared("SELECT, INSERT", "of a user", OF_THIS_TENANTS_USER),
}


def raise_fences(sender: AppConfig, **_: object) -> None:
    """After `migrate`: fence every table and grant the application role what it may do. Runs as the owner."""
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def statements() -> Iterator[str]:
    """The SQL that raises the fence, in order."""
    role = connection.ops.quote_name(str(settings.APPLICATION_ROLE))
    fenced = {model._meta.db_table: model for model in tenant_models()}
    forgotten = set(connection.introspection.table_names()) - set(fenced) - set(SHARED) - {"tenants_tenant"}
    if forgotten:
        raise ImproperlyConfigured(
            f"No fence for {', '.join(sorted(forgotten))}: derive the model from TenantModel, or list it in "
            "tenants.fence with the reason why it needs none."
        )
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    yield from policy("tenants_tenant", "id = (SELECT current_tenant())", "SELECT, INSERT, UPDATE", role)
    keyed = [model for model in fenced.values() if not model.fenced_by_trigger]
    for table, model in sorted(fenced.items()):
        yield from policy(table, OF_THIS_TENANT, model.rights, role)
    for table in sorted({target for model in keyed for _, target in references(model)}):
        yield from constraint(table, f"{table[:40]}_tenant_key", "UNIQUE (tenant_id, id)")
    for model in keyed:
        table = model._meta.db_table
        of_tenant = f"{table[:40]}_of_tenant"
        if always_refers(model):
            yield f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {of_tenant}"
        else:
            yield from constraint(table, of_tenant, "FOREIGN KEY (tenant_id) REFERENCES tenants_tenant (id)")
        for column, target in references(model):
            yield from constraint(
                table,
                f"{table[:30]}_{column[:24]}_fence",
                f"FOREIGN KEY (tenant_id, {column}) REFERENCES {target} (tenant_id, id)",
            )
    # The directory functions run as the owner, and look up addresses before any tenant is known.
    yield "DROP POLICY IF EXISTS directory ON tenants_address"
    yield "CREATE POLICY directory ON tenants_address FOR SELECT TO CURRENT_USER USING (true)"
    # allauth keeps one verified address per system; a person may borrow from two lenders on it.
    yield "DROP INDEX IF EXISTS unique_verified_email"
    yield f"GRANT EXECUTE ON FUNCTION tenant_at(text), every_tenant_id() TO {role}"
    for table, shared in SHARED.items():
        if shared.policy:
            yield from policy(table, shared.policy, shared.rights, role)
        elif shared.rights:
            yield f"GRANT {shared.rights} ON {table} TO {role}"


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel) and not model._meta.proxy]


def policy(table: str, rows: str, rights: str, role: str) -> Iterator[str]:
    """Row-level security that shows and takes only `rows`."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS tenant_fence ON {table}"
    yield f"CREATE POLICY tenant_fence ON {table} USING ({rows}) WITH CHECK ({rows})"
    if rights:
        yield f"GRANT {rights} ON {table} TO {role}"


def references(model: type[TenantModel]) -> Iterator[tuple[str, str]]:
    """(column, table) of each reference from a row of a tenant to another."""
    for field in model._meta.local_fields:
        if isinstance(field, TenantForeignKey | TenantOneToOneField):
            yield field.column, field.remote_field.model._meta.db_table
        elif isinstance(field, models.ForeignKey) and issubclass(field.remote_field.model, TenantModel):
            raise ImproperlyConfigured(f"{model._meta.db_table}.{field.column} must be a TenantForeignKey.")


def always_refers(model: type[TenantModel]) -> bool:
    """Whether each row names another of its tenant, so that there is such a tenant.

    A key of its own would say it again, and lock the one row of the tenant for everybody who writes anything.
    """
    fields = model._meta.local_fields
    return any(isinstance(field, TenantForeignKey | TenantOneToOneField) and not field.null for field in fields)


def constraint(table: str, name: str, definition: str) -> Iterator[str]:
    """Add the constraint `name` unless it stands."""
    yield (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}' "  # noqa: S608 - our names
        f"AND conrelid = '{table}'::regclass) THEN "
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}; END IF; END $$"
    )
