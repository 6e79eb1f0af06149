"""Movements, late loans, seals and differences; and how far entries are settled.

Every entry of a tenant up to the number that ledger_settled_entry() answers is committed and has all its lines: whoever
posts holds the lock of the business day from before the first number is drawn until the transaction ends, and here the
lock is taken alone, for as long as it takes to look. NULL: somebody held it too long, and nobody was kept waiting.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.base
import tenants.current

SETTLED_ENTRY = """
CREATE FUNCTION ledger_settled_entry(tenant integer) RETURNS bigint LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
DECLARE settled bigint;
BEGIN
  BEGIN
    PERFORM pg_advisory_lock(7002, tenant);
  EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
  END;
  BEGIN
    SELECT max(id) INTO settled FROM ledger_entry WHERE tenant_id = tenant;
  EXCEPTION WHEN OTHERS THEN
    PERFORM pg_advisory_unlock(7002, tenant);
    RAISE;
  END;
  PERFORM pg_advisory_unlock(7002, tenant);
  RETURN coalesce(settled, 0);
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
        f"DROP TRIGGER append_only ON ledger_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_night"),
        ("tenants", "0002_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "law",
                    models.CharField(
                        choices=[
                            ("entries_balance", "Every entry balances"),
                            ("subledger_is_gl", "The loans add up to the general ledger"),
                            ("balances_are_postings", "Each loan's balance is the sum of its postings"),
                            ("replay_is_ledger", "Replaying each loan gives what stands"),
                            ("movements_are_postings", "Each account's balance is the sum of its postings"),
                            ("seals_hold", "What was sealed is unchanged"),
                        ],
                        max_length=30,
                    ),
                ),
                ("what", models.CharField(max_length=200)),
                ("expected", models.TextField()),
                ("found", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("owned_at", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LateLoan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("business_date", models.DateField()),
                ("dpd", models.IntegerField()),
                ("past_due_amount", models.DecimalField(decimal_places=2, max_digits=18)),
            ],
        ),
        migrations.CreateModel(
            name="MonthMovement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("booked_month", models.DateField()),
                ("posted_month", models.DateField()),
                ("prior_period", models.BooleanField()),
                ("debit", models.DecimalField(decimal_places=2, max_digits=18)),
                ("credit", models.DecimalField(decimal_places=2, max_digits=18)),
                ("postings", models.IntegerField(help_text="How many.")),
            ],
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("booked_on", models.DateField()),
                ("posted_on", models.DateField()),
                ("prior_period", models.BooleanField()),
                ("debit", models.DecimalField(decimal_places=2, max_digits=18)),
                ("credit", models.DecimalField(decimal_places=2, max_digits=18)),
                ("postings", models.IntegerField(help_text="How many.")),
            ],
        ),
        migrations.CreateModel(
            name="MovementFold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("through_entry", models.BigIntegerField(default=0)),
                ("folded_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("business_date", models.DateField()),
                ("root", models.CharField(help_text="SHA-256, in hexadecimal digits.", max_length=64)),
                (
                    "previous",
                    models.CharField(
                        blank=True, help_text="The root of the day sealed before; empty: none.", max_length=64
                    ),
                ),
                (
                    "line",
                    models.TextField(
                        help_text="The last leaf: the day, the days it covers, the root before it, how many rows."
                    ),
                ),
                ("leaves", models.IntegerField(help_text="Rows sealed, the last leaf included.")),
                ("format", models.PositiveSmallIntegerField()),
                ("sealed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-business_date"],
            },
        ),
        migrations.CreateModel(
            name="SealBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("business_date", models.DateField()),
                ("number", models.IntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("hashes", models.BinaryField(help_text="32 bytes for each id.")),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="proof",
            name="proof_law_known",
        ),
        migrations.AlterField(
            model_name="proof",
            name="law",
            field=models.CharField(
                choices=[
                    ("entries_balance", "Every entry balances"),
                    ("subledger_is_gl", "The loans add up to the general ledger"),
                    ("balances_are_postings", "Each loan's balance is the sum of its postings"),
                    ("replay_is_ledger", "Replaying each loan gives what stands"),
                    ("movements_are_postings", "Each account's balance is the sum of its postings"),
                    ("seals_hold", "What was sealed is unchanged"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["posted_on"], name="entry_posted", pages_per_range=16
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["posted_on"], name="posting_posted", pages_per_range=16
            ),
        ),
        migrations.AddConstraint(
            model_name="proof",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "law__in",
                        [
                            "entries_balance",
                            "subledger_is_gl",
                            "balances_are_postings",
                            "replay_is_ledger",
                            "movements_are_postings",
                            "seals_hold",
                        ],
                    )
                ),
                name="proof_law_known",
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="first_proof",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.proof",
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="last_proof",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="differences_found",
                to="ledger.proof",
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="owner",
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
            model_name="difference",
            name="resolved_by",
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
            model_name="difference",
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
            model_name="lateloan",
            name="loan",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="late_days",
                to="ledger.loan",
            ),
        ),
        migrations.AddField(
            model_name="lateloan",
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
            model_name="monthmovement",
            name="account",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="month_movements",
                to="ledger.account",
            ),
        ),
        migrations.AddField(
            model_name="monthmovement",
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
            model_name="movement",
            name="account",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="ledger.account",
            ),
        ),
        migrations.AddField(
            model_name="movement",
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
            model_name="movementfold",
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
            model_name="seal",
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
            model_name="sealblock",
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
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("law"),
                models.F("what"),
                condition=models.Q(("resolved_at__isnull", True)),
                name="difference_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                    models.Q(
                        ("resolved_at__isnull", False),
                        ("resolved_by__isnull", False),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="difference_resolved_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owned_at__isnull", True), ("owner__isnull", True)),
                    models.Q(("owned_at__isnull", False), ("owner__isnull", False)),
                    _connector="OR",
                ),
                name="difference_owned_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateloan",
            constraint=models.UniqueConstraint(
                models.F("tenant"), models.F("business_date"), models.F("loan"), name="late_loan_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="monthmovement",
            constraint=models.UniqueConstraint(
                fields=("tenant", "account", "booked_month", "posted_month", "prior_period"), name="month_movement_once"
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["tenant", "account", "posted_on"], name="movement_posted"),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.UniqueConstraint(
                fields=("tenant", "account", "booked_on", "posted_on", "prior_period"), name="movement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="movementfold",
            constraint=models.UniqueConstraint(models.F("tenant"), name="movement_fold_once"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(models.F("tenant"), models.F("business_date"), name="seal_once"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(("root__regex", "^[0-9a-f]{64}$")), name="seal_root_is_sha256"
            ),
        ),
        migrations.AddConstraint(
            model_name="sealblock",
            constraint=models.UniqueConstraint(
                models.F("tenant"), models.F("business_date"), models.F("number"), name="seal_block_once"
            ),
        ),
        migrations.RunSQL(SETTLED_ENTRY, "DROP FUNCTION ledger_settled_entry(integer)"),
        *(append_only(table) for table in ("lateloan", "seal", "sealblock")),
    ]
