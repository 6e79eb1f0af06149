"""Views of lists that people keep, and who has seen the tour."""

import django.db.models.deletion
import tenants.base
import tenants.current
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0003_fiscal_year"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="toured",
            field=models.BooleanField(db_default=False, default=False, help_text="Has seen, or sent away, the tour."),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list", models.CharField(help_text="The name of a tenants.lists.RowList.", max_length=40)),
                ("name", models.CharField(max_length=60)),
                (
                    "query",
                    models.CharField(blank=True, help_text="What stands after the ? of the address.", max_length=1000),
                ),
                (
                    "shared",
                    models.BooleanField(
                        default=False, help_text="Everybody of the lender who may open the list sees it."
                    ),
                ),
                (
                    "is_default",
                    models.BooleanField(default=False, help_text="What its owner sees when they open the list."),
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
                (
                    "user",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "indexes": [models.Index(fields=["tenant", "list", "shared"], name="saved_view_of_list")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("tenant"),
                        models.F("user"),
                        models.F("list"),
                        models.F("name"),
                        name="saved_view_name_once",
                    ),
                    models.UniqueConstraint(
                        models.F("tenant"),
                        models.F("user"),
                        models.F("list"),
                        condition=models.Q(("is_default", True)),
                        name="saved_view_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="saved_view_has_a_name"
                    ),
                ],
            },
        ),
    ]
