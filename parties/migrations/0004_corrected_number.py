"""A tax number may be corrected to one that ends in the same four digits."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_changes")]

    operations = [
        migrations.RemoveConstraint(model_name="partychange", name="party_change_is_one"),
        migrations.AddConstraint(
            model_name="partychange",
            constraint=models.CheckConstraint(
                condition=~Q(was=F("now")) | Q(field__in=["ssn", "ein"]), name="party_change_is_one"
            ),
        ),
    ]
