"""What-ifs of a loan, their scenarios, and the rule that what is proposed stays as it was read."""

import django.db.models.deletion
import django_fsm
import tenants.base
import tenants.current
from django.conf import settings
from django.db import migrations, models


# Whoever commits a fork must find the acts that its maker proposed.
FROZEN = """
CREATE FUNCTION ledger_scenario_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  SELECT f.state INTO found FROM ledger_fork f WHERE f.tenant_id = NEW.tenant_id AND f.id = NEW.fork_id;
  IF found <> 'draft' THEN
    RAISE EXCEPTION 'the scenarios of a % what-if stay as they are', found USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER scenario_of_a_draft BEFORE INSERT OR UPDATE ON ledger_scenario
  FOR EACH ROW EXECUTE FUNCTION ledger_scenario_of_a_draft();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0011_modifications"),
        ("tenants", "0002_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Fork",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("made_on", models.DateField()),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Proposed"),
                            ("committed", "Committed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=50,
                        protected=True,
                    ),
                ),
                ("chosen", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, help_text="Why it should be done.", max_length=200)),
                ("proposed_on", models.DateField(blank=True, null=True)),
                ("decided_on", models.DateField(blank=True, null=True)),
                (
                    "base",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.loanevent",
                    ),
                ),
                (
                    "decided_by",
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
                    "loan",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forks",
                        to="ledger.loan",
                    ),
                ),
                (
                    "made_by",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
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
                "ordering": ["-id"],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=60)),
                ("acts", models.JSONField(default=list)),
                ("kept", models.BooleanField(default=True)),
                (
                    "fork",
                    tenants.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scenarios",
                        to="ledger.fork",
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
                "ordering": ["number"],
            },
        ),
        migrations.AddIndex(
            model_name="fork",
            index=models.Index(fields=["tenant", "loan"], name="fork_loan"),
        ),
        migrations.AddIndex(
            model_name="fork",
            index=models.Index(
                condition=models.Q(("state", "proposed")), fields=["tenant", "proposed_on"], name="fork_proposed"
            ),
        ),
        migrations.AddConstraint(
            model_name="fork",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "proposed", "committed", "withdrawn"])),
                name="fork_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="fork",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="fork_has_a_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="fork",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        models.Q(("chosen__isnull", True), ("proposed_on__isnull", True), ("reason", "")),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("state__in", ["proposed", "committed"]), _negated=True),
                        models.Q(
                            ("chosen__isnull", False),
                            ("proposed_on__isnull", False),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                ),
                name="fork_proposed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="fork",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state__in", ["draft", "proposed"]), _negated=True),
                        models.Q(("decided_by__isnull", True), ("decided_on__isnull", True)),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("state__in", ["committed", "withdrawn"]), _negated=True),
                        models.Q(("decided_by__isnull", False), ("decided_on__isnull", False)),
                        _connector="OR",
                    ),
                ),
                name="fork_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="fork",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "committed"), _negated=True),
                    models.Q(("decided_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="fork_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.UniqueConstraint(
                models.F("tenant"), models.F("fork"), models.F("number"), name="scenario_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("number__lte", 4)), name="scenario_number_in_reach"
            ),
        ),
        migrations.AddConstraint(
            model_name="scenario",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="scenario_has_a_title"
            ),
        ),
        migrations.RunSQL(FROZEN, "DROP FUNCTION ledger_scenario_of_a_draft CASCADE"),
    ]
