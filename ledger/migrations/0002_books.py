"""What the database itself keeps true about the books. Each rule has a test that breaks it."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
"""

# Statement triggers: they also stop queryset.update(), raw SQL and TRUNCATE, by the owner too.
APPEND_ONLY_TABLES = ["entry", "posting", "loanevent", "accrual", "proof", "instalment", "boardingrow"]
NEVER_DELETED_TABLES = ["account", "loan", "loanbalance", "period", "productversion"]

# Posters share a lock on the period and its closer takes it alone, so nothing slips in while a period closes; the
# check is a statement after the lock and therefore sees what a closer committed meanwhile. 7001 names periods.
PERIOD_OPEN = """
CREATE FUNCTION ledger_entry_period_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7001, p.id::int)
    FROM (SELECT DISTINCT pe.id FROM posted e JOIN ledger_period pe
            ON pe.legal_entity_id = e.legal_entity_id AND e.booked_on BETWEEN pe.starts_on AND pe.ends_on ORDER BY 1) p;
  SELECT e.booked_on INTO closed FROM posted e
    WHERE NOT EXISTS (SELECT 1 FROM ledger_period pe WHERE pe.tenant_id = e.tenant_id
      AND pe.legal_entity_id = e.legal_entity_id AND e.booked_on BETWEEN pe.starts_on AND pe.ends_on
      AND pe.closed_at IS NULL) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'no open period for an entry booked on %', closed USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_period_open AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_period_open();
"""

# A statement of a trigger is planned once a session, perhaps for two rows in empty tables, where every index looks
# alike and row-level security makes the planner expect hardly a row. So these are planned each time (EXECUTE), and
# LATERAL with OFFSET 0 leaves them one way, right for two rows and for forty thousand: look up each row by its key.
BY_KEY = "SET enable_seqscan = off"

# An entry announces its lines and total, so this holds for lines added by any later statement as well.
POSTING_CHECK = f"""
CREATE FUNCTION ledger_posting_check() RETURNS trigger LANGUAGE plpgsql {BY_KEY} AS $$
DECLARE bad bigint;
BEGIN
  EXECUTE $sql$
    SELECT n.entry_id
      FROM (SELECT DISTINCT tenant_id, entry_id FROM posted) n
      CROSS JOIN LATERAL (
        SELECT count(*) AS lines, sum(p.debit) AS debit, sum(p.credit) AS credit FROM ledger_posting p
        WHERE p.tenant_id = n.tenant_id AND p.entry_id = n.entry_id OFFSET 0) s
      LEFT JOIN LATERAL (
        SELECT e.lines, e.total FROM ledger_entry e
        WHERE e.tenant_id = n.tenant_id AND e.id = n.entry_id OFFSET 0) e ON true
      WHERE (s.lines, s.debit, s.credit) IS DISTINCT FROM (e.lines::bigint, e.total, e.total) LIMIT 1 $sql$ INTO bad;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'journal entry % does not balance, or is not what it announced', bad USING ERRCODE = '23514';
  END IF;
  EXECUTE $sql$
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
      LIMIT 1 $sql$ INTO bad;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'a line of journal entry % names another tenant, company, currency or day', bad
      USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_posting_check AFTER INSERT ON ledger_posting
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_posting_check();
"""

# Deferred, because the entry is inserted before its lines.
ENTRY_COMPLETE = f"""
CREATE FUNCTION ledger_entry_complete() RETURNS trigger LANGUAGE plpgsql {BY_KEY} AS $$
BEGIN
  IF (SELECT count(*) FROM ledger_posting WHERE tenant_id = NEW.tenant_id AND entry_id = NEW.id) = 0 THEN
    RAISE EXCEPTION 'journal entry % has no lines', NEW.id USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_complete AFTER INSERT ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_complete();
"""

ACCRUAL_CHECK = f"""
CREATE FUNCTION ledger_accrual_check() RETURNS trigger LANGUAGE plpgsql {BY_KEY} AS $$
DECLARE bad bigint;
BEGIN
  EXECUTE $sql$
    SELECT n.loan_id FROM posted n
      LEFT JOIN LATERAL (
        SELECT l.id FROM ledger_loan l WHERE l.tenant_id = n.tenant_id AND l.id = n.loan_id OFFSET 0) l ON true
      LEFT JOIN LATERAL (
        SELECT v.loan_id FROM ledger_loanevent v
        WHERE v.tenant_id = n.tenant_id AND v.id = n.event_id OFFSET 0) v ON true
      WHERE l.id IS NULL OR n.effective_on > n.booked_on OR n.booked_on > n.posted_on
         OR (n.event_id IS NOT NULL AND v.loan_id IS DISTINCT FROM n.loan_id) LIMIT 1 $sql$ INTO bad;
  IF bad IS NOT NULL THEN
    RAISE EXCEPTION 'an accrual of loan % names another tenant, loan or day', bad USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_accrual_check AFTER INSERT ON ledger_accrual
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_accrual_check();
"""

# Only an owner may analyse; whoever has just filled the tables asks for it, so that what follows is planned well.
STATISTICS = """
CREATE FUNCTION ledger_refresh_statistics() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
  ANALYZE parties_party, ledger_loan, ledger_loanbalance, ledger_instalment, ledger_loanevent, ledger_accrual,
          ledger_entry, ledger_posting;
END $$;
"""

# The exact arithmetic of finance.interest and finance.money, for sweeping the book: a day at 1 % on a dollar is a whole
# number of units (1/160,308,000ths), and cents are rounded on the exact value. tests/ledger/test_sql_arithmetic.py
# holds the two sides to each other.
ARITHMETIC = """
CREATE FUNCTION ledger_leap_days(day date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 366 * ((y - 1) / 4 - (y - 1) / 100 + (y - 1) / 400)
       + CASE WHEN y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0) THEN day - make_date(y, 1, 1) ELSE 0 END
  FROM (SELECT extract(year FROM day)::int AS y) years $$;
CREATE FUNCTION ledger_units(day_count text, since date, until date) RETURNS integer LANGUAGE plpgsql IMMUTABLE
PARALLEL SAFE AS $$
DECLARE leap integer;
BEGIN
  CASE day_count
    WHEN 'ACT/365F' THEN RETURN (until - since) * 4392;
    WHEN 'ACT/360' THEN RETURN (until - since) * 4453;
    WHEN 'ACT/ACT' THEN
      leap := ledger_leap_days(until) - ledger_leap_days(since);
      RETURN leap * 4380 + (until - since - leap) * 4392;
    ELSE RAISE EXCEPTION 'no daily interest under day count %', day_count USING ERRCODE = '22023';
  END CASE;
END $$;
CREATE FUNCTION ledger_cents(units numeric, rounding text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT greatest(0, CASE
    WHEN rounding = 'HALF_UP' OR 2 * (units * 100 - floor_cents * 160308000) <> 160308000
      THEN div(units * 200 + 160308000, 320616000)
    ELSE floor_cents + mod(floor_cents, 2) END) / 100.00::numeric(18,2)
  FROM (SELECT div(units * 100, 160308000) AS floor_cents) cents $$;
"""


def guard(table: str, name: str, operations: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE {operations} ON ledger_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
        f"DROP TRIGGER {name} ON ledger_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION ledger_append_only() CASCADE"),
        *(guard(table, "append_only", "UPDATE OR DELETE OR TRUNCATE") for table in APPEND_ONLY_TABLES),
        *(guard(table, "never_deleted", "DELETE OR TRUNCATE") for table in NEVER_DELETED_TABLES),
        migrations.RunSQL("CREATE SEQUENCE ledger_loan_number", "DROP SEQUENCE ledger_loan_number"),
        migrations.RunSQL(
            ARITHMETIC,
            "DROP FUNCTION ledger_cents(numeric, text); DROP FUNCTION ledger_units(text, date, date); "
            "DROP FUNCTION ledger_leap_days(date)",
        ),
        migrations.RunSQL(PERIOD_OPEN, "DROP FUNCTION ledger_entry_period_open() CASCADE"),
        migrations.RunSQL(POSTING_CHECK, "DROP FUNCTION ledger_posting_check() CASCADE"),
        migrations.RunSQL(ENTRY_COMPLETE, "DROP FUNCTION ledger_entry_complete() CASCADE"),
        migrations.RunSQL(STATISTICS, "DROP FUNCTION ledger_refresh_statistics()"),
        migrations.RunSQL(ACCRUAL_CHECK, "DROP FUNCTION ledger_accrual_check() CASCADE"),
    ]
