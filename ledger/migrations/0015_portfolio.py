"""Each loan at each month end, the sums of those rows for the portfolio, and how far they are added up."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import tenants.base
import tenants.current
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0014_number_search"),
        ("tenants", "0003_fiscal_year"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoanMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month_end", models.DateField()),
                ("known_on", models.DateField(help_text="The business date on which it became known.")),
                (
                    "principal",
                    models.DecimalField(
                        decimal_places=2, help_text="Outstanding at the end of the month.", max_digits=18
                    ),
                ),
                (
                    "past_due",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="What was due before the end of the month and is not paid.",
                        max_digits=18,
                    ),
                ),
                (
                    "was_principal",
                    models.DecimalField(
                        decimal_places=2, help_text="Outstanding at the end of the month before.", max_digits=18
                    ),
                ),
                ("disbursed", models.DecimalField(decimal_places=2, help_text="Paid out in the month.", max_digits=18)),
                (
                    "charged_off",
                    models.DecimalField(
                        decimal_places=2, help_text="Principal charged off in the month.", max_digits=18
                    ),
                ),
                (
                    "recovered",
                    models.DecimalField(
                        decimal_places=2, help_text="Recovered in the month of what was charged off.", max_digits=18
                    ),
                ),
                (
                    "received",
                    models.DecimalField(decimal_places=2, help_text="Payments that count in the month.", max_digits=18),
                ),
                (
                    "expected",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Instalments that fell due in the month while the loan went on.",
                        max_digits=18,
                    ),
                ),
                ("loans", models.SmallIntegerField()),
                ("bucket", models.CharField(max_length=12)),
                ("was", models.CharField(blank=True, max_length=12)),
                ("dpd", models.IntegerField()),
                ("industry", models.CharField(blank=True, max_length=6)),
                ("city", models.CharField(blank=True, max_length=80)),
                (
                    "loan",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="months",
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
                "indexes": [
                    models.Index(fields=["tenant", "loan", "month_end"], name="loan_month_loan"),
                    models.Index(
                        condition=models.Q(("bucket", "current"), _negated=True),
                        fields=["tenant", "month_end", "bucket"],
                        name="loan_month_bucket",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["month_end"], name="loan_month_month"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("loans__in", [1, -1])), name="loan_month_counts_one"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "bucket__in",
                                [
                                    "current",
                                    "1-29",
                                    "30-59",
                                    "60-89",
                                    "90-119",
                                    "120+",
                                    "paid_off",
                                    "charged_off",
                                    "sold",
                                ],
                            )
                        ),
                        name="loan_month_bucket_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "was__in",
                                [
                                    "",
                                    "current",
                                    "1-29",
                                    "30-59",
                                    "60-89",
                                    "90-119",
                                    "120+",
                                    "paid_off",
                                    "charged_off",
                                    "sold",
                                ],
                            )
                        ),
                        name="loan_month_was_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("dpd__gte", 0)), name="loan_month_dpd_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("known_on__gte", models.F("month_end"))), name="loan_month_not_known_ahead"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortfolioFold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("through_row", models.BigIntegerField(default=0)),
                ("folded_at", models.DateTimeField(auto_now=True)),
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
                "constraints": [models.UniqueConstraint(models.F("tenant"), name="portfolio_fold_once")],
            },
        ),
        migrations.CreateModel(
            name="PortfolioSum",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month_end", models.DateField()),
                ("known_on", models.DateField(help_text="The business date on which it became known.")),
                (
                    "principal",
                    models.DecimalField(
                        decimal_places=2, help_text="Outstanding at the end of the month.", max_digits=18
                    ),
                ),
                (
                    "past_due",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="What was due before the end of the month and is not paid.",
                        max_digits=18,
                    ),
                ),
                (
                    "was_principal",
                    models.DecimalField(
                        decimal_places=2, help_text="Outstanding at the end of the month before.", max_digits=18
                    ),
                ),
                ("disbursed", models.DecimalField(decimal_places=2, help_text="Paid out in the month.", max_digits=18)),
                (
                    "charged_off",
                    models.DecimalField(
                        decimal_places=2, help_text="Principal charged off in the month.", max_digits=18
                    ),
                ),
                (
                    "recovered",
                    models.DecimalField(
                        decimal_places=2, help_text="Recovered in the month of what was charged off.", max_digits=18
                    ),
                ),
                (
                    "received",
                    models.DecimalField(decimal_places=2, help_text="Payments that count in the month.", max_digits=18),
                ),
                (
                    "expected",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Instalments that fell due in the month while the loan went on.",
                        max_digits=18,
                    ),
                ),
                ("measure", models.CharField(max_length=10)),
                ("currency", models.CharField(max_length=3)),
                ("key", models.CharField(blank=True, max_length=80)),
                ("of", models.CharField(blank=True, max_length=12)),
                ("loans", models.IntegerField()),
                ("open_loans", models.IntegerField()),
                ("late", models.DecimalField(decimal_places=2, max_digits=18)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "measure", "month_end", "known_on", "currency", "key", "of"),
                        name="portfolio_sum_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measure__in", ["bucket", "roll", "vintage", "industry", "city", "size"])),
                        name="portfolio_measure_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_loanmonth "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
            "DROP TRIGGER append_only ON ledger_loanmonth",
        ),
    ]
