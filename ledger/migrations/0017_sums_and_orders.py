"""Sums of many loans, loans with money held, and back-dated events are read from indexes of their own."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0016_list_orders"),
        ("parties", "0002_name_keys"),
        ("tenants", "0004_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="loan",
            index=models.Index(
                fields=["tenant", "id"],
                include=("currency", "state", "legal_entity", "product_version"),
                name="loan_uses",
            ),
        ),
        migrations.AddIndex(
            model_name="loanbalance",
            index=models.Index(
                condition=models.Q(("unapplied__gt", 0)),
                fields=["tenant", "unapplied", "loan"],
                name="balance_unapplied",
            ),
        ),
        migrations.AddIndex(
            model_name="loanevent",
            index=models.Index(
                condition=models.Q(
                    ("effective_on__lt", models.F("recorded_on")),
                    models.Q(("source__in", ["boarding", "night"]), _negated=True),
                ),
                fields=["tenant", "recorded_on", "id"],
                name="event_back_dated",
            ),
        ),
    ]
