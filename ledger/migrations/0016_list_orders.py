"""A long list of loans in the order of principal, or of what is past due, is read from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0015_portfolio"),
        ("tenants", "0004_saved_views"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="loanbalance",
            index=models.Index(fields=["tenant", "principal", "loan"], name="balance_principal"),
        ),
        migrations.AddIndex(
            model_name="loanbalance",
            index=models.Index(
                condition=models.Q(("past_due_amount__gt", 0)),
                fields=["tenant", "past_due_amount", "loan"],
                name="balance_past_due",
            ),
        ),
    ]
