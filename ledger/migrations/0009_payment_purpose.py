"""A payment says which of the loan's hierarchies allocates it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0008_general_ledger"),
        ("tenants", "0002_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="loanevent",
            name="purpose",
            field=models.CharField(
                default="ordinary",
                help_text="Of a payment: which of the loan's hierarchies allocates it.",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="loanevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose", "ordinary"), models.Q(("kind", "payment"), ("principal_only", False)), _connector="OR"
                ),
                name="event_purpose_of_a_payment",
            ),
        ),
    ]
