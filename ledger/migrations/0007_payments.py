"""What a payment asks of the database: one statement that locks and reads, and checks that need no planning."""

from django.db import migrations, models

# Whoever posts shares a lock on the day, whoever closes it takes it alone. 7002 names business days (ledger.day). Each
# statement of a function sees what was committed before it, so the day is read as it stands once its lock is held.
HOLD_DAY = """
CREATE FUNCTION ledger_hold_day(tenant bigint, OUT today date, OUT closing date) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7002, tenant::int);
  SELECT t.business_date,
         (SELECT min(n.business_date) FROM ledger_night n WHERE n.tenant_id = tenant AND n.summarised_at IS NULL)
    INTO today, closing FROM tenants_tenant t WHERE t.id = tenant;
END $$;
"""

# The day first and the loans second, in the order of their ids, everywhere: two orders would deadlock. The loans are
# read by a statement after the one that locks them, hence as others left them while it waited. One plan is kept for any
# number of loans: each is looked up by its key. `ahead`: how many instalments are read from the first unmet one on, more where it is long past.
HOLD = """
CREATE FUNCTION ledger_hold(tenant bigint, loans bigint[], keys text[], ahead integer)
RETURNS TABLE (today date, closing date, balance ledger_loanbalance, loan ledger_loan, due_on date[], amounts numeric[],
               interest numeric[], last_due_on date, complete boolean, earlier bigint[])
LANGUAGE plpgsql ROWS 1 SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7002, tenant::int);
  SELECT t.business_date,
         (SELECT min(n.business_date) FROM ledger_night n WHERE n.tenant_id = tenant AND n.summarised_at IS NULL)
    INTO today, closing FROM tenants_tenant t WHERE t.id = tenant;
  PERFORM 1 FROM ledger_loanbalance b WHERE b.loan_id = ANY(loans) ORDER BY b.loan_id FOR NO KEY UPDATE;
  RETURN QUERY
    SELECT today, closing, b, l, coming.due_on, coming.amounts, coming.interest, latest.due_on, coming.number = latest.number,
           (SELECT array_agg(e.id) FROM ledger_loanevent e WHERE e.tenant_id = tenant AND e.key = ANY(keys))
    FROM ledger_loanbalance b
    JOIN ledger_loan l ON l.id = b.loan_id
    LEFT JOIN LATERAL (
      SELECT i.version, i.number, i.due_on FROM ledger_instalment i
      WHERE i.tenant_id = b.tenant_id AND i.loan_id = b.loan_id
      ORDER BY i.version DESC, i.number DESC LIMIT 1) latest ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(n.due_on) AS due_on, array_agg(n.amount) AS amounts,
             array_agg(n.interest) AS interest, max(n.number) AS number FROM (
        SELECT i.due_on, i.amount, i.interest, i.number FROM ledger_instalment i
        WHERE i.tenant_id = b.tenant_id AND i.loan_id = b.loan_id AND i.version = latest.version
          AND i.due_on >= b.next_due_on
        ORDER BY i.number LIMIT ahead + greatest(0, today - b.next_due_on) / 7) n) coming ON true
    WHERE b.loan_id = ANY(loans);
END $$;
"""

# The lock and the check of 0002 (see there), with the one month of a day looked up from the end instead of all before.
PERIOD_OPEN = """
CREATE OR REPLACE FUNCTION ledger_entry_period_open() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE closed date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7001, p.id::int) FROM (
    SELECT DISTINCT pe.id FROM (SELECT DISTINCT tenant_id, legal_entity_id, booked_on FROM posted) e
    CROSS JOIN LATERAL (
      SELECT pe.id, pe.ends_on FROM ledger_period pe
      WHERE pe.tenant_id = e.tenant_id AND pe.legal_entity_id = e.legal_entity_id AND pe.starts_on <= e.booked_on
      ORDER BY pe.starts_on DESC LIMIT 1) pe
    WHERE e.booked_on <= pe.ends_on ORDER BY 1) p;
  SELECT e.booked_on INTO closed FROM (SELECT DISTINCT tenant_id, legal_entity_id, booked_on FROM posted) e
    LEFT JOIN LATERAL (
      SELECT pe.ends_on, pe.closed_at FROM ledger_period pe
      WHERE pe.tenant_id = e.tenant_id AND pe.legal_entity_id = e.legal_entity_id AND pe.starts_on <= e.booked_on
      ORDER BY pe.starts_on DESC LIMIT 1) pe ON true
    WHERE pe.ends_on IS NULL OR pe.ends_on < e.booked_on OR pe.closed_at IS NOT NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'no open period for an entry booked on %', closed USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
"""

# Planning these checks anew, as 0002 does for the sake of large statements, takes longer than all else that a payment
# does. A handful of rows is checked by a plan that the session keeps: each row is looked up by its keys. When there
# are more rows, that says so, and they are planned for each time, as before.
FEW = 100

POSTING_FEW = f"""
  SELECT count(*),
         min(n.entry_id) FILTER (WHERE (s.lines, s.debit, s.credit) IS DISTINCT FROM (e.lines::bigint, e.total, e.total)),
         min(n.entry_id) FILTER (WHERE
           (n.currency, n.booked_on, n.posted_on) IS DISTINCT FROM (e.currency, e.booked_on, e.posted_on)
           OR n.effective_on > n.booked_on
           OR (a.legal_entity_id, a.currency) IS DISTINCT FROM (e.legal_entity_id, e.currency)
           OR (n.loan_id IS NOT NULL
               AND (l.legal_entity_id, l.currency) IS DISTINCT FROM (e.legal_entity_id, e.currency)))
    INTO rows, bad, stray
    FROM (SELECT * FROM posted LIMIT {FEW} + 1) n
    CROSS JOIN LATERAL (
      SELECT count(*) AS lines, sum(p.debit) AS debit, sum(p.credit) AS credit FROM ledger_posting p
      WHERE p.tenant_id = n.tenant_id AND p.entry_id = n.entry_id OFFSET 0) s
    LEFT JOIN LATERAL (
      SELECT e.* FROM ledger_entry e WHERE e.tenant_id = n.tenant_id AND e.id = n.entry_id OFFSET 0) e ON true
    LEFT JOIN LATERAL (
      SELECT a.* FROM ledger_account a WHERE a.tenant_id = n.tenant_id AND a.id = n.account_id OFFSET 0) a ON true
    LEFT JOIN LATERAL (
      SELECT l.legal_entity_id, l.currency FROM ledger_loan l
      WHERE l.tenant_id = n.tenant_id AND l.id = n.loan_id OFFSET 0) l ON true;"""
# An entry announces its lines and total, so this holds for lines added by any later statement as well.
ENTRY_IS_WHOLE = """
      SELECT n.entry_id
      FROM (SELECT DISTINCT tenant_id, entry_id FROM posted) n
      CROSS JOIN LATERAL (
        SELECT count(*) AS lines, sum(p.debit) AS debit, sum(p.credit) AS credit FROM ledger_posting p
        WHERE p.tenant_id = n.tenant_id AND p.entry_id = n.entry_id OFFSET 0) s
      LEFT JOIN LATERAL (
        SELECT e.lines, e.total FROM ledger_entry e
        WHERE e.tenant_id = n.tenant_id AND e.id = n.entry_id OFFSET 0) e ON true
      WHERE (s.lines, s.debit, s.credit) IS DISTINCT FROM (e.lines::bigint, e.total, e.total) LIMIT 1"""
LINE_BELONGS = """
      SELECT n.entry_id
      FROM posted n
      CROSS JOIN LATERAL (
        SELECT e.* FROM ledger_entry e WHERE e.tenant_id = n.tenant_id AND e.id = n.entry_id OFFSET 0) e
      LEFT JOIN LATERAL (
        SELECT a.* FROM ledger_account a WHERE a.tenant_id = n.tenant_id AND a.id = n.account_id OFFSET 0) a ON true
      LEFT JOIN LATERAL (
        SELECT l.id, l.legal_entity_id, l.currency FROM ledger_loan l
        WHERE l.tenant_id = n.tenant_id AND l.id = n.loan_id OFFSET 0) l ON true
      WHERE (n.currency, n.booked_on, n.posted_on) IS DISTINCT FROM (e.currency, e.booked_on, e.posted_on)
         OR n.effective_on > n.booked_on
         OR (a.legal_entity_id, a.currency) IS DISTINCT FROM (e.legal_entity_id, e.currency)
         OR (n.loan_id IS NOT NULL
             AND (l.legal_entity_id, l.currency) IS DISTINCT FROM (e.legal_entity_id, e.currency))
      LIMIT 1"""
ACCRUAL_BELONGS = """
      SELECT n.loan_id FROM posted n
      LEFT JOIN LATERAL (
        SELECT l.id FROM ledger_loan l WHERE l.tenant_id = n.tenant_id AND l.id = n.loan_id OFFSET 0) l ON true
      LEFT JOIN LATERAL (
        SELECT v.loan_id FROM ledger_loanevent v
        WHERE v.tenant_id = n.tenant_id AND v.id = n.event_id OFFSET 0) v ON true
      WHERE l.id IS NULL OR n.effective_on > n.booked_on OR n.booked_on > n.posted_on
         OR (n.event_id IS NOT NULL AND v.loan_id IS DISTINCT FROM n.loan_id) LIMIT 1"""

POSTING_CHECK = f"""
CREATE OR REPLACE FUNCTION ledger_posting_check() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  rows bigint;
  bad bigint;
  stray bigint;
BEGIN{POSTING_FEW}
  IF rows > {FEW} THEN
    EXECUTE $sql${ENTRY_IS_WHOLE}$sql$ INTO bad;
    EXECUTE $sql${LINE_BELONGS}$sql$ INTO stray;
  END IF;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'journal entry % does not balance, or is not what it announced', bad USING ERRCODE = '23514';
  ELSIF stray IS NOT NULL THEN
    RAISE EXCEPTION 'a line of journal entry % names another tenant, company, currency or day', stray
      USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
"""

ACCRUAL_CHECK = f"""
CREATE OR REPLACE FUNCTION ledger_accrual_check() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  rows bigint;
  bad bigint;
BEGIN
  SELECT count(*), min(n.loan_id) FILTER (WHERE l.id IS NULL OR n.effective_on > n.booked_on OR n.booked_on > n.posted_on
         OR (n.event_id IS NOT NULL AND v.loan_id IS DISTINCT FROM n.loan_id))
    INTO rows, bad
    FROM (SELECT * FROM posted LIMIT {FEW} + 1) n
    LEFT JOIN LATERAL (
      SELECT l.id FROM ledger_loan l WHERE l.tenant_id = n.tenant_id AND l.id = n.loan_id OFFSET 0) l ON true
    LEFT JOIN LATERAL (
      SELECT v.loan_id FROM ledger_loanevent v
      WHERE v.tenant_id = n.tenant_id AND v.id = n.event_id OFFSET 0) v ON true;
  IF rows > {FEW} THEN
    EXECUTE $sql${ACCRUAL_BELONGS}$sql$ INTO bad;
  END IF;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'an accrual of loan % names another tenant, loan or day', bad USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_movements_and_seals")]
    operations = [
        migrations.RunSQL(HOLD_DAY, "DROP FUNCTION ledger_hold_day(bigint)"),
        migrations.RunSQL(HOLD, "DROP FUNCTION ledger_hold(bigint, bigint[], text[], integer)"),
        migrations.RunSQL(PERIOD_OPEN, migrations.RunSQL.noop),
        migrations.RunSQL(POSTING_CHECK, migrations.RunSQL.noop),
        migrations.RunSQL(ACCRUAL_CHECK, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="night",
            index=models.Index(
                fields=["tenant", "business_date"],
                condition=models.Q(summarised_at=None),
                name="night_not_summarised",
            ),
        ),
    ]
