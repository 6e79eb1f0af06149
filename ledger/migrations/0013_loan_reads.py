"""A loan's interest and postings on two dates are read from their indexes alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0012_forks"),
        ("tenants", "0003_fiscal_year"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="accrual",
            name="accrual_once_a_day",
        ),
        migrations.RemoveIndex(
            model_name="posting",
            name="posting_loan",
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                fields=["tenant", "loan", "effective_on"],
                include=("posted_on", "account", "debit", "credit"),
                name="posting_loan",
            ),
        ),
        migrations.AddConstraint(
            model_name="accrual",
            constraint=models.UniqueConstraint(
                fields=("loan", "effective_on", "event"),
                include=("tenant", "posted_on", "amount"),
                name="accrual_once_a_day",
                nulls_distinct=False,
            ),
        ),
    ]
