"""Loans are found by the beginning of their number."""

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0013_loan_reads"),
        ("parties", "0002_name_keys"),
        ("tenants", "0003_fiscal_year"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                models.F("tenant"),
                django.db.models.functions.comparison.Collate("number", "C"),
                name="loan_number_search",
            ),
        ),
    ]
