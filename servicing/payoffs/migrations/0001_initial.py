"""Payoff letters, which nobody changes or takes away."""

import django.db.models.deletion
import tenants.base
import tenants.current
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payoffs_payoffletter
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0012_forks"),
        ("tenants", "0003_fiscal_year"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoffLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quoted_on", models.DateField(help_text="The business date on which it was made.")),
                ("good_through", models.DateField()),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, help_text="What pays the loan off on good_through, in dollars.", max_digits=18
                    ),
                ),
                (
                    "per_diem",
                    models.DecimalField(
                        decimal_places=2, help_text="One day's interest, rounded for the letter.", max_digits=18
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("content", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField(auto_now_add=True)),
                ("key", models.CharField(max_length=120)),
                (
                    "issued_by",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "last_event",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.loanevent",
                    ),
                ),
                (
                    "loan",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payoff_letters",
                        to="ledger.loan",
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
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["tenant", "loan", "id"], name="payoff_letter_loan")],
                "constraints": [
                    models.UniqueConstraint(models.F("tenant"), models.F("code"), name="payoff_letter_code_once"),
                    models.UniqueConstraint(models.F("tenant"), models.F("key"), name="payoff_letter_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[2-9A-HJ-NP-Z]{20}$")),
                        name="payoff_letter_code_of_100_bits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("per_diem__gte", 0)),
                        name="payoff_letter_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("good_through__gte", models.F("quoted_on"))),
                        name="payoff_letter_not_expired",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="payoff_letter_digest"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER append_only ON payoffs_payoffletter"),
    ]
