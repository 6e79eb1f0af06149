"""The extensions, the tenant of the transaction, and the two questions that are asked before a tenant is known."""

from django.db import migrations

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
"""

CURRENT_TENANT = """
CREATE FUNCTION current_tenant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('app.tenant', true), '')::bigint $$;
"""

# SECURITY DEFINER: they read the addresses as the owner, whom a policy of its own lets do just that.
DIRECTORY = """
CREATE FUNCTION tenant_at(asked text) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT tenant_id FROM tenants_address WHERE host IN (asked, '*') ORDER BY host = '*' LIMIT 1 $$;
CREATE FUNCTION every_tenant_id() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
  $$ SELECT DISTINCT tenant_id FROM tenants_address ORDER BY 1 $$;
REVOKE ALL ON FUNCTION tenant_at(text), every_tenant_id() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        migrations.RunSQL(EXTENSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(CURRENT_TENANT, "DROP FUNCTION current_tenant()"),
        migrations.RunSQL(DIRECTORY, "DROP FUNCTION tenant_at(text); DROP FUNCTION every_tenant_id()"),
    ]
