"""Work that goes on after whoever started it has left the page."""

import django.db.models.deletion
import django.db.models.functions.datetime
import tenants.base
import tenants.current
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_saved_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="LongWork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("night", "Closing of days"),
                            ("proof", "Proof by replay"),
                            ("statements", "Statements of a month"),
                            ("boarding", "Boarding of a tape"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "key",
                    models.CharField(help_text="What makes it the same work when it is begun again.", max_length=80),
                ),
                ("title", models.CharField(max_length=160)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("person", "A person"),
                            ("calendar", "The calendar"),
                            ("night", "The end of day"),
                            ("command", "The command line"),
                        ],
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "total",
                    models.PositiveIntegerField(
                        default=0, help_text="How many days or loans; 0 where that is not known yet."
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, help_text="How many when it ended.")),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("result", models.CharField(blank=True, help_text="What came of it, a sentence.", max_length=200)),
                (
                    "subject",
                    models.BigIntegerField(blank=True, help_text="The id of what it made, of its kind.", null=True),
                ),
                (
                    "failure",
                    models.TextField(blank=True, help_text="What stopped it, a sentence; empty where nothing did."),
                ),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    tenants.base.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name_plural": "long work",
                "ordering": ["-started_at", "-pk"],
                "indexes": [
                    models.Index(fields=["tenant", "-started_at"], name="long_work_latest"),
                    models.Index(
                        condition=models.Q(("told_at", None)), fields=["tenant", "by"], name="long_work_untold"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("tenant"), models.F("kind"), models.F("key"), name="long_work_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["night", "proof", "statements", "boarding"])),
                        name="long_work_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by__isnull", False), ("source", "person")),
                            models.Q(("by__isnull", True), ("source__in", ["calendar", "night", "command"])),
                            _connector="OR",
                        ),
                        name="long_work_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", False),
                            models.Q(("failure", ""), ("result", ""), ("told_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="long_work_ends_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done__lte", models.F("total"))), name="long_work_done_in_total"
                    ),
                ],
            },
        ),
    ]
