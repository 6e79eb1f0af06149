"""Monthly statements, which nobody changes or takes away."""

import django.db.models.deletion
import django.db.models.expressions
import tenants.base
import tenants.current
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON statements_statement
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
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("why", models.CharField(blank=True, max_length=500)),
                ("opening", models.DecimalField(decimal_places=2, max_digits=18)),
                ("advanced", models.DecimalField(decimal_places=2, max_digits=18)),
                ("interest", models.DecimalField(decimal_places=2, max_digits=18)),
                ("fees", models.DecimalField(decimal_places=2, max_digits=18)),
                ("payments", models.DecimalField(decimal_places=2, max_digits=18)),
                ("other", models.DecimalField(decimal_places=2, max_digits=18)),
                ("closing", models.DecimalField(decimal_places=2, max_digits=18)),
                ("due_on", models.DateField(null=True)),
                ("due_amount", models.DecimalField(decimal_places=2, max_digits=18)),
                ("content", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_on", models.DateField(help_text="The business date on which it was made.")),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "corrects",
                    tenants.base.TenantOneToOneField(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="statements.statement",
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
                        related_name="statements",
                        to="ledger.loan",
                    ),
                ),
                (
                    "made_by",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="None: the night.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-ends_on", "-version"],
                "indexes": [models.Index(fields=["tenant", "ends_on"], name="statement_period")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("tenant"),
                        models.F("loan"),
                        models.F("ends_on"),
                        models.F("version"),
                        name="statement_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "closing",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("opening"), "+", models.F("advanced")
                                                ),
                                                "+",
                                                models.F("interest"),
                                            ),
                                            "+",
                                            models.F("fees"),
                                        ),
                                        "-",
                                        models.F("payments"),
                                    ),
                                    "+",
                                    models.F("other"),
                                ),
                            )
                        ),
                        name="statement_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="statement_of_a_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects__isnull", True), ("version", 1), ("why", "")),
                            models.Q(
                                ("corrects__isnull", False), ("version__gt", 1), models.Q(("why", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="statement_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("made_on__gt", models.F("ends_on"))), name="statement_after_its_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="statement_digest"
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER append_only ON statements_statement"),
    ]
