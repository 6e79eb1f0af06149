"""By what a party's name is found: a table that triggers keep, for the parties there are and those to come."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.base
import tenants.current

# The same as parties.models.search_text; a test holds them together.
FUNCTIONS = """
CREATE FUNCTION parties_search_text(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
    regexp_replace(normalize(lower(name), NFKD), '[\u0300-\u036f''’.]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))
$$;
CREATE FUNCTION parties_name_keys(name text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT DISTINCT left(array_to_string(words[start:], ' '), 80)
  FROM (SELECT string_to_array(parties_search_text(name), ' ') AS words) split, generate_subscripts(words, 1) AS start
$$;
CREATE FUNCTION parties_keep_name_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM parties_namekey k USING now_there n, before_that b
    WHERE k.party_id = n.id AND b.id = n.id AND b.name <> n.name;
    INSERT INTO parties_namekey (tenant_id, party_id, key)
    SELECT n.tenant_id, n.id, parties_name_keys(n.name)
    FROM now_there n JOIN before_that b ON b.id = n.id AND b.name <> n.name;
  ELSE
    INSERT INTO parties_namekey (tenant_id, party_id, key)
    SELECT tenant_id, id, parties_name_keys(name) FROM now_there;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER name_keys_of_new AFTER INSERT ON parties_party REFERENCING NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION parties_keep_name_keys();
CREATE TRIGGER name_keys_of_changed AFTER UPDATE ON parties_party REFERENCING OLD TABLE AS before_that
  NEW TABLE AS now_there FOR EACH STATEMENT EXECUTE FUNCTION parties_keep_name_keys();
"""
UNDONE = """
DROP TRIGGER name_keys_of_new ON parties_party;
DROP TRIGGER name_keys_of_changed ON parties_party;
DROP FUNCTION parties_keep_name_keys();
DROP FUNCTION parties_name_keys(text);
DROP FUNCTION parties_search_text(text);
"""
# The owner sees one tenant at a time, like everybody.
OF_THOSE_THERE = """
DO $$
DECLARE tenant bigint;
BEGIN
  FOR tenant IN SELECT every_tenant_id() LOOP
    PERFORM set_config('app.tenant', tenant::text, true);
    INSERT INTO parties_namekey (tenant_id, party_id, key)
    SELECT tenant_id, id, parties_name_keys(name) FROM parties_party WHERE tenant_id = tenant;
  END LOOP;
  PERFORM set_config('app.tenant', '', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial"), ("tenants", "0003_fiscal_year")]

    operations = [
        migrations.CreateModel(
            name="NameKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(db_collation="C", max_length=80)),
                (
                    "party",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="name_keys",
                        to="parties.party",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=tenants.current.tenant_of_new_row,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "key", "party"], name="name_key")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("tenant"), models.F("party"), models.F("key"), name="name_key_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, UNDONE),
        migrations.RunSQL(OF_THOSE_THERE, migrations.RunSQL.noop),
    ]
