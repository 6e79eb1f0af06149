"""Closing and opening months, the GL mapping, exports of journals, and what companies owe each other."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.base
import tenants.current

APPEND_ONLY_TABLES = [
    "periodtick", "periodevent", "glmappingline", "exportbatch", "exportedentry", "exportreceipt", "intercompany",
]  # fmt: skip
NEVER_DELETED_TABLES = ["glmapping", "reopenrequest"]

# Whoever closes a period, by whatever statement, waits for those who post into it and keeps the next ones waiting
# (ledger_entry_period_open shares this lock). A closed one opens by a request that a second person approved since.
PERIOD_CHANGE = """
CREATE FUNCTION ledger_period_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.tenant_id, NEW.legal_entity_id, NEW.starts_on, NEW.ends_on)
     IS DISTINCT FROM (OLD.tenant_id, OLD.legal_entity_id, OLD.starts_on, OLD.ends_on) THEN
    RAISE EXCEPTION 'a period keeps its company and its days' USING ERRCODE = '23514';
  END IF;
  IF NEW.closed_at IS NOT DISTINCT FROM OLD.closed_at THEN
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock(7001, OLD.id::int);
  IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS NOT NULL THEN
    RAISE EXCEPTION 'a closed period is not closed again' USING ERRCODE = '23514';
  END IF;
  IF NEW.closed_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM ledger_reopenrequest r
      WHERE r.period_id = OLD.id AND r.decision = 'approved' AND r.decided_at >= OLD.closed_at) THEN
    RAISE EXCEPTION 'a closed period opens by a request that a second person approved' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_period_change BEFORE UPDATE ON ledger_period
  FOR EACH ROW EXECUTE FUNCTION ledger_period_change();
"""

# A decision is made once.
REQUEST_DECIDED = """
CREATE FUNCTION ledger_reopen_request_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decision <> '' THEN
    RAISE EXCEPTION 'this request was decided already' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_reopen_request_decided BEFORE UPDATE ON ledger_reopenrequest
  FOR EACH ROW EXECUTE FUNCTION ledger_reopen_request_decided();
"""

# Because a mapping starts after the day it is approved on, what was in force on a posted day never changes: replays
# find the accounts that were used, and a worker may keep the mapping of a business date in memory.
MAPPING_FIXED = """
CREATE FUNCTION ledger_glmapping_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.approved_at IS NOT NULL THEN
    RAISE EXCEPTION 'an approved mapping is not changed: draft the next version' USING ERRCODE = '23514';
  END IF;
  IF NEW.approved_at IS NOT NULL
     AND NEW.effective_from <= (SELECT t.business_date FROM tenants_tenant t WHERE t.id = NEW.tenant_id) THEN
    RAISE EXCEPTION 'a mapping starts after the business date on which it is approved' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_glmapping_fixed AFTER INSERT OR UPDATE ON ledger_glmapping
  FOR EACH ROW EXECUTE FUNCTION ledger_glmapping_fixed();
CREATE FUNCTION ledger_glmappingline_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_glmapping m WHERE m.id = NEW.mapping_id AND m.approved_at IS NOT NULL) THEN
    RAISE EXCEPTION 'an approved mapping takes no more lines: draft the next version' USING ERRCODE = '23514';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM ledger_glmapping m JOIN ledger_account a ON a.legal_entity_id = m.legal_entity_id
      WHERE m.id = NEW.mapping_id AND a.id = NEW.account_id AND a.role = NEW.role) THEN
    RAISE EXCEPTION 'the account of a mapping line plays its role in the same company' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_glmappingline_fits AFTER INSERT ON ledger_glmappingline
  FOR EACH ROW EXECUTE FUNCTION ledger_glmappingline_fits();
"""

# By statement, planned each time and by key, as in 0002: a batch may take forty thousand entries.
EXPORT_FITS = """
CREATE FUNCTION ledger_exportedentry_fits() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE bad bigint;
BEGIN
  EXECUTE $sql$
    SELECT n.entry_id FROM taken n
      LEFT JOIN LATERAL (
        SELECT b.target, b.legal_entity_id, b.voids_id, b.through FROM ledger_exportbatch b
        WHERE b.tenant_id = n.tenant_id AND b.id = n.batch_id OFFSET 0) b ON true
      LEFT JOIN LATERAL (
        SELECT e.legal_entity_id, e.posted_on FROM ledger_entry e
        WHERE e.tenant_id = n.tenant_id AND e.id = n.entry_id OFFSET 0) e ON true
      WHERE (n.target, n.void, e.legal_entity_id) IS DISTINCT FROM (b.target, b.voids_id IS NOT NULL, b.legal_entity_id)
         OR e.posted_on > b.through
         OR n.void AND NOT EXISTS (
              SELECT 1 FROM ledger_exportedentry x WHERE x.tenant_id = n.tenant_id AND x.entry_id = n.entry_id
              AND x.target = n.target AND x.round = n.round AND NOT x.void AND x.batch_id = b.voids_id)
         OR NOT n.void AND n.round > 1 AND NOT EXISTS (
              SELECT 1 FROM ledger_exportedentry x WHERE x.tenant_id = n.tenant_id AND x.entry_id = n.entry_id
              AND x.target = n.target AND x.round = n.round - 1 AND x.void)
      LIMIT 1 $sql$ INTO bad;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'entry % does not belong in this export batch', bad USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_exportedentry_fits AFTER INSERT ON ledger_exportedentry
  REFERENCING NEW TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION ledger_exportedentry_fits();
"""

INTER_COMPANY_FITS = """
CREATE FUNCTION ledger_intercompany_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
      SELECT 1 FROM ledger_entry d JOIN ledger_entry c ON c.tenant_id = d.tenant_id
      WHERE d.id = NEW.debtor_entry_id AND d.legal_entity_id = NEW.debtor_id AND d.total = NEW.amount
        AND c.id = NEW.creditor_entry_id AND c.legal_entity_id = NEW.creditor_id AND c.total = NEW.amount
        AND d.currency = c.currency) THEN
    RAISE EXCEPTION 'an inter-company posting is one entry of its amount in the books of each' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_intercompany_fits AFTER INSERT ON ledger_intercompany
  FOR EACH ROW EXECUTE FUNCTION ledger_intercompany_fits();
"""


def guard(table: str, name: str, operations: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE {operations} ON ledger_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
        f"DROP TRIGGER {name} ON ledger_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0007_payments"),
        ("tenants", "0003_fiscal_year"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("quickbooks_iif", "QuickBooks Desktop (IIF)"),
                            ("quickbooks_csv", "QuickBooks Online (CSV)"),
                            ("netsuite", "NetSuite (CSV)"),
                            ("sage_intacct", "Sage Intacct (CSV)"),
                            ("sage_50", "Sage 50 (CSV)"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "detail",
                    models.CharField(
                        choices=[("entry", "Every entry"), ("day", "One journal a day, summed by account")],
                        max_length=10,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("through", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("taken_at", models.DateTimeField(auto_now_add=True)),
                ("key", models.CharField(max_length=120)),
                ("entries", models.PositiveIntegerField()),
                ("journals", models.PositiveIntegerField()),
                ("lines", models.PositiveIntegerField()),
                ("debits", models.DecimalField(decimal_places=2, max_digits=18)),
                ("credits", models.DecimalField(decimal_places=2, max_digits=18)),
                ("totals", models.JSONField()),
                ("file_name", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField(help_text="The file, compressed.")),
            ],
            options={
                "verbose_name_plural": "export batches",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ExportedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("target", models.CharField(max_length=20)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("void", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name_plural": "exported entries",
            },
        ),
        migrations.CreateModel(
            name="ExportReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("journals", models.PositiveIntegerField()),
                ("debits", models.DecimalField(decimal_places=2, max_digits=18)),
                ("credits", models.DecimalField(decimal_places=2, max_digits=18)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="GLMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("effective_from", models.DateField()),
                ("remark", models.CharField(max_length=300)),
                ("drafted_at", models.DateTimeField(auto_now_add=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "GL mapping",
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="GLMappingLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=30)),
                (
                    "status",
                    models.CharField(
                        blank=True,
                        choices=[("active", "Active"), ("paid_off", "Paid off"), ("charged_off", "Charged off")],
                        max_length=12,
                    ),
                ),
                (
                    "fee_kind",
                    models.CharField(
                        blank=True, choices=[("fee", "Fees charged"), ("late_fee", "Late fees")], max_length=20
                    ),
                ),
            ],
            options={
                "verbose_name": "GL mapping line",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="InterCompany",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("held", "Held for the other company"),
                            ("settled", "Settled"),
                            ("reversed", "Reversed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("effective_on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("key", models.CharField(max_length=120)),
            ],
            options={
                "verbose_name": "inter-company posting",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PeriodEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("closed", "Closed"), ("reopened", "Opened again")], max_length=10)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("checklist", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="PeriodTick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("closing", models.PositiveSmallIntegerField()),
                ("item", models.CharField(max_length=30)),
                ("note", models.CharField(max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ReopenRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("decision", models.CharField(blank=True, default="", max_length=10)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_role_once",
        ),
        migrations.AddField(
            model_name="account",
            name="counterparty",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="is_default",
            field=models.BooleanField(default=True),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("legal_entity"),
                models.F("role"),
                models.F("currency"),
                condition=models.Q(("is_default", True)),
                name="account_role_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("legal_entity"),
                models.F("role"),
                models.F("currency"),
                models.F("counterparty"),
                condition=models.Q(("counterparty__isnull", False)),
                name="account_counterparty_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("counterparty__isnull", False), ("is_default", False), ("role__in", ["due_from", "due_to"])
                    ),
                    models.Q(
                        models.Q(("role__in", ["due_from", "due_to"]), _negated=True), ("counterparty__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="account_between_companies",
            ),
        ),
        migrations.AddField(
            model_name="exportbatch",
            name="legal_entity",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="export_batches",
                to="tenants.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="exportbatch",
            name="taken_by",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exportbatch",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="exportbatch",
            name="voids",
            field=tenants.base.TenantOneToOneField(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="voided_by",
                to="ledger.exportbatch",
            ),
        ),
        migrations.AddField(
            model_name="exportedentry",
            name="batch",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exported",
                to="ledger.exportbatch",
            ),
        ),
        migrations.AddField(
            model_name="exportedentry",
            name="entry",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exported",
                to="ledger.entry",
            ),
        ),
        migrations.AddField(
            model_name="exportedentry",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="exportreceipt",
            name="batch",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="ledger.exportbatch",
            ),
        ),
        migrations.AddField(
            model_name="exportreceipt",
            name="by",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="exportreceipt",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="glmapping",
            name="approved_by",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="glmapping",
            name="drafted_by",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="glmapping",
            name="legal_entity",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gl_mappings",
                to="tenants.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="glmapping",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="glmappingline",
            name="account",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.account",
            ),
        ),
        migrations.AddField(
            model_name="glmappingline",
            name="mapping",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="ledger.glmapping",
            ),
        ),
        migrations.AddField(
            model_name="glmappingline",
            name="product",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.product",
            ),
        ),
        migrations.AddField(
            model_name="glmappingline",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="by",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="creditor",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="creditor_entry",
            field=tenants.base.TenantOneToOneField(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.entry"
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="debtor",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.legalentity",
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="debtor_entry",
            field=tenants.base.TenantOneToOneField(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.entry"
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="loan",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                help_text="Whose payment it was.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.loan",
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="target",
            field=tenants.base.TenantOneToOneField(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="ledger.intercompany",
            ),
        ),
        migrations.AddField(
            model_name="intercompany",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="periodevent",
            name="by",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="periodevent",
            name="period",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="ledger.period",
            ),
        ),
        migrations.AddField(
            model_name="periodevent",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="periodtick",
            name="by",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="periodtick",
            name="period",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ticks",
                to="ledger.period",
            ),
        ),
        migrations.AddField(
            model_name="periodtick",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="reopenrequest",
            name="asked_by",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reopenrequest",
            name="decided_by",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reopenrequest",
            name="period",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reopen_requests",
                to="ledger.period",
            ),
        ),
        migrations.AddField(
            model_name="reopenrequest",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="periodevent",
            name="request",
            field=tenants.base.TenantOneToOneField(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="event",
                to="ledger.reopenrequest",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportbatch",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("legal_entity"),
                models.F("target"),
                models.F("number"),
                name="export_batch_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportbatch",
            constraint=models.UniqueConstraint(models.F("tenant"), models.F("key"), name="export_batch_key_once"),
        ),
        migrations.AddConstraint(
            model_name="exportbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("debits", models.F("credits"))), name="export_batch_balances"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("voids__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="export_void_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("target__in", ["quickbooks_iif", "quickbooks_csv", "netsuite", "sage_intacct", "sage_50"])
                ),
                name="export_target_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("detail__in", ["entry", "day"])), name="export_detail_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportedentry",
            constraint=models.UniqueConstraint(
                fields=("tenant", "entry", "target", "round", "void"), name="entry_exported_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits__gte", 0), ("debits__gte", 0)), name="export_receipt_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="glmapping",
            constraint=models.UniqueConstraint(
                models.F("tenant"), models.F("legal_entity"), models.F("number"), name="gl_mapping_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="glmapping",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("legal_entity"),
                models.F("effective_from"),
                condition=models.Q(("approved_by__isnull", False)),
                name="gl_mapping_one_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="glmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                    _connector="OR",
                ),
                name="gl_mapping_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="glmapping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="gl_mapping_approved_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="glmappingline",
            constraint=models.UniqueConstraint(
                fields=("tenant", "mapping", "role", "product", "status", "fee_kind"),
                name="gl_mapping_line_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="glmappingline",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["", "active", "paid_off", "charged_off"])),
                name="gl_mapping_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="glmappingline",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_kind__in", ["", "fee", "late_fee"])), name="gl_mapping_fee_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="glmappingline",
            constraint=models.CheckConstraint(
                condition=models.Q(("fee_kind", ""), ("role", "fee_income"), _connector="OR"),
                name="gl_mapping_kind_is_of_fees",
            ),
        ),
        migrations.AddConstraint(
            model_name="intercompany",
            constraint=models.UniqueConstraint(models.F("tenant"), models.F("key"), name="inter_company_key_once"),
        ),
        migrations.AddConstraint(
            model_name="intercompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("debtor", models.F("creditor")), _negated=True), name="inter_company_two_companies"
            ),
        ),
        migrations.AddConstraint(
            model_name="intercompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="inter_company_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="intercompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="inter_company_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="intercompany",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["held", "settled", "reversed"])), name="inter_company_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="intercompany",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reversed"), ("target__isnull", False)),
                    models.Q(models.Q(("kind", "reversed"), _negated=True), ("target__isnull", True)),
                    _connector="OR",
                ),
                name="inter_company_reversal_has_target",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtick",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), _negated=True), name="period_tick_has_note"
            ),
        ),
        migrations.AddConstraint(
            model_name="reopenrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="reopen_request_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="reopenrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["", "approved", "declined"])), name="reopen_decision_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reopenrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="reopen_request_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="reopenrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("decision", "")),
                    models.Q(
                        models.Q(("decision", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="reopen_request_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reopenrequest",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("period"),
                condition=models.Q(("decision", "")),
                name="reopen_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["closed", "reopened"])), name="period_event_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="periodevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "closed"), ("request__isnull", True)),
                    models.Q(("kind", "reopened"), ("request__isnull", False)),
                    _connector="OR",
                ),
                name="period_event_reopened_by_request",
            ),
        ),
        *(guard(table, "append_only", "UPDATE OR DELETE OR TRUNCATE") for table in APPEND_ONLY_TABLES),
        *(guard(table, "never_deleted", "DELETE OR TRUNCATE") for table in NEVER_DELETED_TABLES),
        migrations.RunSQL(PERIOD_CHANGE, "DROP FUNCTION ledger_period_change() CASCADE"),
        migrations.RunSQL(REQUEST_DECIDED, "DROP FUNCTION ledger_reopen_request_decided() CASCADE"),
        migrations.RunSQL(
            MAPPING_FIXED,
            "DROP FUNCTION ledger_glmappingline_fits() CASCADE; DROP FUNCTION ledger_glmapping_fixed() CASCADE",
        ),
        migrations.RunSQL(EXPORT_FITS, "DROP FUNCTION ledger_exportedentry_fits() CASCADE"),
        migrations.RunSQL(INTER_COMPANY_FITS, "DROP FUNCTION ledger_intercompany_fits() CASCADE"),
    ]
