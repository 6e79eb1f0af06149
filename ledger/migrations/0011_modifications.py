"""Terms that hold from a day on: modifications, the schedules they make, and which of them a balance follows."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tenants.base

# An instalment of a later version names the modification that made it: of its own loan, and of that version.
INSTALMENT_CHECK = """
CREATE FUNCTION ledger_instalment_check() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE bad bigint;
BEGIN
  -- Planned each time, and looked up row by row: see 0002_books.
  EXECUTE $sql$
    SELECT n.loan_id
      FROM (SELECT DISTINCT tenant_id, loan_id, version, event_id FROM agreed WHERE event_id IS NOT NULL) n
      LEFT JOIN LATERAL (
        SELECT v.loan_id, v.version, v.kind FROM ledger_loanevent v
        WHERE v.tenant_id = n.tenant_id AND v.id = n.event_id OFFSET 0) v ON true
      WHERE (v.loan_id, v.version, v.kind) IS DISTINCT FROM (n.loan_id, n.version, 'modification')
      LIMIT 1 $sql$ INTO bad;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'an instalment of loan % names another modification than its own', bad USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_instalment_check AFTER INSERT ON ledger_instalment
  REFERENCING NEW TABLE AS agreed FOR EACH STATEMENT EXECUTE FUNCTION ledger_instalment_check();
"""

# What posting to loans reads of them. The day first and the loans second, in the order of their ids, everywhere: two
# orders would deadlock. The loans are read by a statement after the one that locks them, hence as others left them while
# it waited. One plan is kept for any number of loans: each is looked up by its key. `ahead`: how many instalments of the
# schedule in force are read from the first unmet one on, more where it is long past.
HOLD = """
CREATE FUNCTION ledger_hold(tenant bigint, loans bigint[], keys text[], ahead integer)
RETURNS TABLE (today date, closing date, balance ledger_loanbalance, loan ledger_loan, due_on date[], amounts numeric[],
               interest numeric[], last_due_on date, complete boolean, modified jsonb, earlier bigint[])
LANGUAGE plpgsql ROWS 1 SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7002, tenant::int);
  SELECT t.business_date,
         (SELECT min(n.business_date) FROM ledger_night n WHERE n.tenant_id = tenant AND n.summarised_at IS NULL)
    INTO today, closing FROM tenants_tenant t WHERE t.id = tenant;
  PERFORM 1 FROM ledger_loanbalance b WHERE b.loan_id = ANY(loans) ORDER BY b.loan_id FOR NO KEY UPDATE;
  RETURN QUERY
    SELECT today, closing, b, l, coming.due_on, coming.amounts, coming.interest, latest.due_on,
           coming.number = latest.number, made.terms,
           (SELECT array_agg(e.id) FROM ledger_loanevent e WHERE e.tenant_id = tenant AND e.key = ANY(keys))
    FROM ledger_loanbalance b
    JOIN ledger_loan l ON l.id = b.loan_id
    LEFT JOIN LATERAL (
      SELECT i.number, i.due_on FROM ledger_instalment i
      WHERE i.tenant_id = b.tenant_id AND i.loan_id = b.loan_id AND i.version = b.schedule_version
      ORDER BY i.version DESC, i.number DESC LIMIT 1) latest ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(n.due_on) AS due_on, array_agg(n.amount) AS amounts,
             array_agg(n.interest) AS interest, max(n.number) AS number FROM (
        SELECT i.due_on, i.amount, i.interest, i.number FROM ledger_instalment i
        WHERE i.tenant_id = b.tenant_id AND i.loan_id = b.loan_id AND i.version = b.schedule_version
          AND i.due_on >= b.next_due_on
        ORDER BY i.number LIMIT ahead + greatest(0, today - b.next_due_on) / 7) n) coming ON true
    LEFT JOIN LATERAL (
      SELECT m.terms FROM ledger_loanevent m
      WHERE b.schedule_version > 1 AND m.tenant_id = b.tenant_id AND m.loan_id = b.loan_id
        AND m.version = b.schedule_version AND m.kind = 'modification' LIMIT 1) made ON true
    WHERE b.loan_id = ANY(loans);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0010_more_events"),
        ("tenants", "0002_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="loanevent",
            name="event_kind_known",
        ),
        migrations.AddField(
            model_name="instalment",
            name="event",
            field=tenants.base.TenantForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="instalments",
                to="ledger.loanevent",
            ),
        ),
        migrations.AddField(
            model_name="loanbalance",
            name="matures_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="loanbalance",
            name="schedule_version",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="loanevent",
            name="terms",
            field=models.JSONField(
                blank=True, help_text="Of a modification. Read by ledger.terms.new_terms.", null=True
            ),
        ),
        migrations.AddField(
            model_name="loanevent",
            name="version",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Of the schedule: made by a modification, or a late fee's; none is the first.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="loanevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("disbursement", "Disbursement"),
                    ("draw", "Draw"),
                    ("rate_change", "Rate change"),
                    ("fee", "Fee"),
                    ("fee_waiver", "Fee waiver"),
                    ("payment", "Payment"),
                    ("payoff", "Payoff"),
                    ("credit_applied", "Credit applied"),
                    ("refund", "Refund"),
                    ("escrow_deposit", "Escrow deposit"),
                    ("escrow_disbursement", "Escrow disbursement"),
                    ("capitalise_interest", "Interest capitalised"),
                    ("capitalise_fees", "Fees capitalised"),
                    ("nonaccrual", "Non-accrual"),
                    ("restoration", "Return to accrual"),
                    ("write_off", "Small balance written off"),
                    ("charge_off", "Charge-off"),
                    ("recovery", "Recovery"),
                    ("late_fee", "Late fee"),
                    ("sale", "Sale"),
                    ("buy_back", "Buy-back"),
                    ("modification", "Modification"),
                    ("reversal", "Reversal"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="instalment",
            index=models.Index(
                condition=models.Q(("event__isnull", False)), fields=["tenant", "event"], name="instalment_event"
            ),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event__isnull", True), ("version", 1)),
                    models.Q(("event__isnull", False), ("version__gte", 2)),
                    _connector="OR",
                ),
                name="instalment_names_its_modification",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanevent",
            constraint=models.UniqueConstraint(
                models.F("tenant"),
                models.F("loan"),
                models.F("version"),
                condition=models.Q(("kind", "modification")),
                name="event_version_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "disbursement",
                            "draw",
                            "rate_change",
                            "fee",
                            "fee_waiver",
                            "payment",
                            "payoff",
                            "credit_applied",
                            "refund",
                            "escrow_deposit",
                            "escrow_disbursement",
                            "capitalise_interest",
                            "capitalise_fees",
                            "nonaccrual",
                            "restoration",
                            "write_off",
                            "charge_off",
                            "recovery",
                            "late_fee",
                            "sale",
                            "buy_back",
                            "modification",
                            "reversal",
                        ],
                    )
                ),
                name="event_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="loanevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "modification"), ("terms__isnull", False), ("version__gte", 2)),
                    models.Q(models.Q(("kind", "modification"), _negated=True), ("terms__isnull", True)),
                    _connector="OR",
                ),
                name="event_modification_has_terms",
            ),
        ),
        migrations.RunSQL(INSTALMENT_CHECK, "DROP FUNCTION ledger_instalment_check() CASCADE"),
        migrations.RunSQL(HOLD, "DROP FUNCTION ledger_hold(bigint, bigint[], text[], integer)"),
    ]
