"""Applications are found by the beginning of their number."""

import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0014_number_search"),
        ("origination", "0002_evidence"),
        ("parties", "0002_name_keys"),
        ("tenants", "0003_fiscal_year"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                models.F("tenant"),
                django.db.models.functions.comparison.Collate("number", "C"),
                name="application_number_search",
            ),
        ),
    ]
