"""The night of a million loans: arithmetic that the planner can inline, rows that are rewritten in place, pausing."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tenants.base

# The same exact arithmetic as 0002, written so that PostgreSQL puts it into the sweeping statement instead of calling
# it for each row (a plain SELECT of one expression, no argument but a column): 21 microseconds a loan become one.
# n = 2 x cents + 1 in units of a cent: its whole quotient is the half-up cent, and only a tie at an odd cent leaves
# exactly half of twice the divisor.
ARITHMETIC = """
CREATE OR REPLACE FUNCTION ledger_no_daily_interest(day_count text) RETURNS integer LANGUAGE plpgsql IMMUTABLE
PARALLEL SAFE AS $$
BEGIN RAISE EXCEPTION 'no daily interest under day count %', day_count USING ERRCODE = '22023'; END $$;
CREATE OR REPLACE FUNCTION ledger_leap_days(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 366 * ((extract(year FROM day)::int - 1) / 4 - (extract(year FROM day)::int - 1) / 100
              + (extract(year FROM day)::int - 1) / 400)
       + CASE WHEN extract(doy FROM make_date(extract(year FROM day)::int, 12, 31)) = 366
         THEN extract(doy FROM day)::int - 1 ELSE 0 END $$;
CREATE OR REPLACE FUNCTION ledger_units(day_count text, since date, until date) RETURNS integer LANGUAGE sql IMMUTABLE
PARALLEL SAFE AS $$
  SELECT CASE day_count
    WHEN 'ACT/365F' THEN (until - since) * 4392
    WHEN 'ACT/360' THEN (until - since) * 4453
    WHEN 'ACT/ACT' THEN (until - since) * 4392 - 12 * (ledger_leap_days(until) - ledger_leap_days(since))
    ELSE ledger_no_daily_interest(day_count) END $$;
CREATE OR REPLACE FUNCTION ledger_cents(units numeric, rounding text) RETURNS numeric LANGUAGE sql IMMUTABLE
PARALLEL SAFE AS $$
  SELECT greatest(0, div(units * 200 + 160308000, 320616000)
    - CASE WHEN rounding <> 'HALF_UP' AND mod(units * 200 + 160308000, 641232000) = 320616000 THEN 1 ELSE 0 END)
    / 100.00::numeric(18,2) $$;
"""
# The night rewrites every balance and touches no indexed column of most: with room on its own page the new version
# stands beside the old one and no index learns of it (19 microseconds a loan become 6).
ROOM = "ALTER TABLE ledger_loanbalance SET (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.5)"
ROOM_BEFORE = "ALTER TABLE ledger_loanbalance RESET (fillfactor, autovacuum_vacuum_scale_factor)"


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_books"),
        ("tenants", "0002_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Backwards they stay: those of 0002 give the same.
        migrations.RunSQL(ARITHMETIC, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM, ROOM_BEFORE),
        migrations.RemoveIndex(
            model_name="accrual",
            name="accrual_posted",
        ),
        migrations.AddField(
            model_name="night",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="night",
            name="paused_by",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="night",
            name="shares",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="nightchunk",
            name="planned_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="nightexception",
            name="resolved_by",
            field=tenants.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="proof",
            name="out_of",
            field=models.IntegerField(
                blank=True, help_text="How many there are, where a share was compared.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="accrual",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["posted_on"], name="accrual_posted"
            ),
        ),
        migrations.AddIndex(
            model_name="nightchunk",
            index=models.Index(
                condition=models.Q(("done_at", None)), fields=["tenant", "night", "id"], name="chunk_free"
            ),
        ),
        migrations.AddConstraint(
            model_name="night",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("paused_at__isnull", True), ("paused_by__isnull", True)),
                    models.Q(("paused_at__isnull", False), ("paused_by__isnull", False)),
                    _connector="OR",
                ),
                name="night_paused_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="nightexception",
            constraint=models.CheckConstraint(
                condition=models.Q(("resolved_by__isnull", True), ("resolved_at__isnull", False), _connector="OR"),
                name="night_exception_resolved_whole",
            ),
        ),
    ]
