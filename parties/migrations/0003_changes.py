"""What changes of a party, kept for good."""

import django.db.models.deletion
import tenants.base
import tenants.current
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_name_keys"),
        ("tenants", "0005_long_work"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PartyChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "field",
                    models.CharField(
                        choices=[
                            ("kind", "Kind"),
                            ("name", "Legal name"),
                            ("email", "Email"),
                            ("phone", "Phone"),
                            ("street", "Street"),
                            ("city", "City"),
                            ("state", "State"),
                            ("postal_code", "ZIP code"),
                            ("industry_code", "Industry"),
                            ("ssn", "Social security number"),
                            ("ein", "Employer identification number"),
                        ],
                        max_length=20,
                    ),
                ),
                ("was", models.CharField(blank=True, max_length=254)),
                ("now", models.CharField(blank=True, max_length=254)),
                ("because", models.CharField(help_text="What it came with.", max_length=160)),
                ("recorded_on", models.DateField(help_text="The business date.")),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "party",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="parties.party",
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
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "field__in",
                                [
                                    "kind",
                                    "name",
                                    "email",
                                    "phone",
                                    "street",
                                    "city",
                                    "state",
                                    "postal_code",
                                    "industry_code",
                                    "ssn",
                                    "ein",
                                ],
                            )
                        ),
                        name="party_change_field_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("was", models.F("now")), _negated=True), name="party_change_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("because", ""), _negated=True), name="party_change_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("field__in", ["ssn", "ein"]), _negated=True),
                            models.Q(("now__regex", "^[0-9]{4}$"), ("was__regex", "^[0-9]{0,4}$")),
                            _connector="OR",
                        ),
                        name="party_change_is_masked",
                    ),
                ],
            },
        ),
    ]
