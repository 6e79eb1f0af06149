"""Payments that leave nothing to judge are placed where the loans are: one call, for one payment or hundreds."""

from django.db import migrations

# What finance/ computes of such a payment, in the same words: interest to the day, fees before interest before
# principal, and the instalments that this meets. It leaves alone, for ledger.replay.enter to decide, whatever is not the
# most ordinary case: another day than today, a loan modified, late in its nights, on non-accrual, charged off or closed
# by this very payment, a hierarchy of its own, a tolerance, a half cent that becomes income, the last instalment, a key
# that was used. tests/ledger/test_plain_payments.py holds both to the same rows.
#
# Locks as in ledger_hold, in the same order. A line without an amount is only locked. Accounts come by company, product
# version and currency; a loan of none of these is left alone. What is written goes table by table from one array: each
# of these statements costs little to start, which is most of what a payment by itself costs.
TAKE_PAYMENTS = """
CREATE TYPE ledger_plain_payment AS (
  line bigint, event_id bigint, entry_id bigint, loan_id bigint, legal_entity_id bigint, currency text, place integer,
  accrues boolean, accrued numeric, to_fees numeric, to_interest numeric, to_principal numeric,
  principal numeric, fees numeric, interest numeric, accrued_units numeric, credit numeric,
  next_due_on date, next_due_amount numeric, dpd integer, past_due_amount numeric);

CREATE FUNCTION ledger_take_payments(
  tenant bigint, effective_on date, made_by bigint, source text, loans bigint[], amounts numeric[], keys text[],
  companies bigint[], versions bigint[], currencies text[],
  cash_accounts bigint[], principal_accounts bigint[], interest_accounts bigint[], fee_accounts bigint[])
RETURNS TABLE (line bigint, event_id bigint, recorded_at timestamptz)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  today date;
  closing date;
  plain ledger_plain_payment[];
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7002, tenant::int);
  SELECT t.business_date,
         (SELECT min(n.business_date) FROM ledger_night n WHERE n.tenant_id = tenant AND n.summarised_at IS NULL)
    INTO today, closing FROM tenants_tenant t WHERE t.id = tenant;
  IF today IS DISTINCT FROM effective_on OR closing IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM 1 FROM ledger_loanbalance b WHERE b.loan_id = ANY(loans) ORDER BY b.loan_id FOR NO KEY UPDATE;

  SELECT array_agg(ROW(
      p.line, nextval('ledger_loanevent_id_seq'), nextval('ledger_entry_id_seq'),
      p.loan_id, p.legal_entity_id, p.currency, p.place,
      p.accrued_through < today, p.owed - p.interest, p.to_fees, p.to_interest, p.to_principal,
      p.principal - p.to_principal, p.fees - p.to_fees, p.owed - p.to_interest, p.units, p.credit + p.paid,
      n.due_on, n.reached - p.paid, greatest(0, today - n.due_on),
      CASE WHEN n.due_on < today THEN n.asked_before - p.paid ELSE 0 END)::ledger_plain_payment ORDER BY p.line)
    INTO plain
    FROM (
      SELECT s.*, s.to_interest + s.to_principal AS paid,
             CASE WHEN s.to_interest = s.owed AND s.owed > 0 AND s.terms ->> 'residue' = 'drop' THEN 0
                  ELSE s.exact - s.to_interest * 160308000 END AS units
      FROM (
        SELECT s.*, least(s.owed, s.amount - s.to_fees) AS to_interest,
               s.amount - s.to_fees - least(s.owed, s.amount - s.to_fees) AS to_principal
        FROM (
          SELECT s.*, ledger_cents(s.exact, s.rounding) AS owed, least(s.fees, s.amount) AS to_fees
          FROM (
            SELECT g.line, g.loan_id, g.amount, b.principal, b.fees, b.interest, b.credit, b.rounding,
                   b.accrued_through, b.next_due_on, b.next_due_amount, l.legal_entity_id, l.currency, l.terms,
                   a.place::integer AS place,
                   b.accrued_units + b.principal * b.rate * ledger_units(b.day_count, b.accrued_through, today) AS exact
            FROM unnest(loans, amounts, keys) WITH ORDINALITY g (loan_id, amount, key, line)
            JOIN ledger_loanbalance b ON b.loan_id = g.loan_id
            JOIN ledger_loan l ON l.id = b.loan_id
            JOIN unnest(companies, versions, currencies) WITH ORDINALITY a (company, version, currency, place)
              ON a.company = l.legal_entity_id AND a.version = l.product_version_id AND a.currency = l.currency
            WHERE l.state = 'active' AND b.disbursed > 0 AND l.opened_on <= today AND b.schedule_version = 1
              AND NOT b.nonaccrual AND b.suspense = 0 AND b.applied = 0 AND b.written_off = 0 AND b.recovered = 0
              AND b.accrued_through <= today
              AND (b.last_event_on IS NULL OR (b.last_event_on, b.last_event_rank) <= (today, 4::smallint))
              AND coalesce(l.terms ->> 'prepayments', 'advance') = 'advance'
              AND l.terms -> 'allocation_order' = '["fees", "interest", "principal"]'
              AND (l.terms -> 'hierarchies' -> 'ordinary') IS NULL
              AND (l.terms ->> 'past_due_tolerance')::numeric = 0
              AND NOT EXISTS (SELECT 1 FROM ledger_loanevent e WHERE e.tenant_id = tenant AND e.key = g.key)
            OFFSET 0) s
          OFFSET 0) s
        OFFSET 0) s
      WHERE s.to_principal < s.principal
      OFFSET 0) p
    CROSS JOIN LATERAL (
      -- From the first unmet instalment on: what each still lacks, and all that is lacking up to it. Where the payment
      -- does not reach, the loan stands; one more must follow, as the last instalment asks for all that is owed.
      SELECT min(i.due_on) FILTER (WHERE i.lacking > p.paid) AS due_on,
             min(i.lacking) FILTER (WHERE i.lacking > p.paid) AS reached,
             count(*) FILTER (WHERE i.lacking > p.paid) AS ahead,
             sum(i.lacks) FILTER (WHERE i.due_on < today) AS asked_before,
             count(*) FILTER (WHERE i.due_on = p.next_due_on) AS first_ones,
             max(i.due_on) AS latest
      FROM (
        SELECT i.due_on, i.lacks, sum(i.lacks) OVER (ORDER BY i.number ROWS UNBOUNDED PRECEDING) AS lacking
        FROM (
          SELECT i.number, i.due_on,
                 CASE WHEN i.due_on = p.next_due_on THEN p.next_due_amount ELSE i.amount END AS lacks
          FROM ledger_instalment i
          WHERE i.tenant_id = tenant AND i.loan_id = p.loan_id AND i.version = 1 AND i.due_on >= p.next_due_on
          ORDER BY i.number LIMIT 6 + greatest(0, today - p.next_due_on) / 7) i) i) n
    WHERE n.ahead > 1 AND n.first_ones = 1 AND n.latest >= today
      AND ledger_cents(p.units, p.rounding) = p.owed - p.to_interest;
  IF plain IS NULL THEN
    RETURN;
  END IF;

  INSERT INTO ledger_loanevent (id, tenant_id, loan_id, kind, effective_on, recorded_on, recorded_at, amount,
                                principal_only, purpose, reason, source, key, by_id)
  SELECT p.event_id, tenant, p.loan_id, 'payment', today, today, now(), amounts[p.line],
         false, 'ordinary', '', source, keys[p.line], made_by
  FROM unnest(plain) p;

  INSERT INTO ledger_accrual (tenant_id, loan_id, effective_on, booked_on, posted_on, amount, suspended)
  SELECT tenant, p.loan_id, today, today, today, p.accrued, 0 FROM unnest(plain) p WHERE p.accrues;

  INSERT INTO ledger_entry (id, tenant_id, event_id, legal_entity_id, currency, kind, effective_on, booked_on,
                            posted_on, posted_at, key, total, lines)
  SELECT p.entry_id, tenant, p.event_id, p.legal_entity_id, p.currency, 'payment', today, today,
         today, now(), keys[p.line] || '/entry', amounts[p.line],
         1 + (p.to_principal > 0)::integer + (p.to_interest > 0)::integer + (p.to_fees > 0)::integer
  FROM unnest(plain) p;

  INSERT INTO ledger_posting (tenant_id, entry_id, loan_id, effective_on, booked_on, posted_on, currency,
                              account_id, debit, credit)
  SELECT tenant, p.entry_id, p.loan_id, today, today, today, p.currency, side.account_id, side.debit, side.credit
  FROM unnest(plain) p CROSS JOIN LATERAL (VALUES
    (principal_accounts[p.place], 0, p.to_principal), (interest_accounts[p.place], 0, p.to_interest),
    (fee_accounts[p.place], 0, p.to_fees), (cash_accounts[p.place], amounts[p.line], 0)) side (account_id, debit, credit)
  WHERE side.debit + side.credit > 0;

  UPDATE ledger_loanbalance b
  SET principal = p.principal, fees = p.fees, interest = p.interest, accrued_units = p.accrued_units,
      accrued_through = today, credit = p.credit, next_due_on = p.next_due_on, next_due_amount = p.next_due_amount,
      dpd = p.dpd, past_due_amount = p.past_due_amount, last_event_on = today, last_event_rank = 4
  FROM unnest(plain) p WHERE b.loan_id = p.loan_id;

  RETURN QUERY SELECT p.line, p.event_id, now() FROM unnest(plain) p;
END $$;
"""
FORGET = """
DROP FUNCTION ledger_take_payments(bigint, date, bigint, text, bigint[], numeric[], text[], bigint[], bigint[], text[],
                                   bigint[], bigint[], bigint[], bigint[]);
DROP TYPE ledger_plain_payment;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0017_sums_and_orders")]

    operations = [migrations.RunSQL(TAKE_PAYMENTS, FORGET)]
