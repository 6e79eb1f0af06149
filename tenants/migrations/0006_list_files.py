"""Files of long lists, and the kinds of long work that exports and closes of months are."""

import django.db.models.deletion
import tenants.base
import tenants.current
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_long_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("list", models.CharField(max_length=40)),
                ("address", models.TextField()),
                ("format", models.CharField(choices=[("csv", "CSV"), ("xlsx", "XLSX")], max_length=4)),
                ("name", models.CharField(help_text="Of the file, with its ending.", max_length=120)),
                ("size", models.PositiveBigIntegerField(default=0, help_text="Bytes, once it is written.")),
                ("kept_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ListFilePiece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="longwork",
            name="long_work_kind_known",
        ),
        migrations.AlterField(
            model_name="longwork",
            name="kind",
            field=models.CharField(
                choices=[
                    ("night", "Closing of days"),
                    ("proof", "Proof by replay"),
                    ("statements", "Statements of a month"),
                    ("boarding", "Boarding of a tape"),
                    ("file", "File of a list"),
                    ("export", "Export of journals"),
                    ("close", "Close of a month"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="longwork",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["night", "proof", "statements", "boarding", "file", "export", "close"])
                ),
                name="long_work_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="listfile",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="listfile",
            name="work",
            field=tenants.base.TenantOneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="file",
                to="tenants.longwork",
            ),
        ),
        migrations.AddField(
            model_name="listfilepiece",
            name="file",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pieces",
                to="tenants.listfile",
            ),
        ),
        migrations.AddField(
            model_name="listfilepiece",
            name="tenant",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                default=tenants.current.tenant_of_new_row,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddConstraint(
            model_name="listfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("format__in", ["csv", "xlsx"])), name="list_file_format_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="listfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept_until__isnull", False), ("size", 0), _connector="OR"),
                name="list_file_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="listfilepiece",
            constraint=models.UniqueConstraint(
                models.F("tenant"), models.F("file"), models.F("number"), name="list_file_piece_once"
            ),
        ),
    ]
