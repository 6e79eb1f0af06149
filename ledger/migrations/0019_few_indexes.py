"""What an event reverses, and what brought it about, is indexed where there is any: payments have neither."""

import django.db.models.deletion
import tenants.base
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0018_plain_payments"),
        ("tenants", "0005_long_work"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="loanevent",
            name="cause",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="What brought it about.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="consequences",
                to="ledger.loanevent",
            ),
        ),
        migrations.AlterField(
            model_name="loanevent",
            name="target",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="What it reverses.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversals",
                to="ledger.loanevent",
            ),
        ),
        migrations.AddIndex(
            model_name="loanevent",
            index=models.Index(condition=models.Q(("target__isnull", False)), fields=["target"], name="event_target"),
        ),
        migrations.AddIndex(
            model_name="loanevent",
            index=models.Index(condition=models.Q(("cause__isnull", False)), fields=["cause"], name="event_cause"),
        ),
    ]
