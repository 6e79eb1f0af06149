-- Interest of the loans from %(first)s to %(last)s through the end of %(on)s: a row each, the balances moved on.
-- Telescopes: what is posted is the exact total rounded once, less what was posted before. Run again, it finds nothing.
WITH due AS (
  SELECT loan_id, tenant_id, interest AS posted, rounding,
         accrued_units + principal * rate * ledger_units(day_count, accrued_through, %(on)s) AS units
  FROM ledger_loanbalance
  WHERE loan_id BETWEEN %(first)s AND %(last)s AND open AND accrued_through < %(on)s
  ORDER BY loan_id
  FOR NO KEY UPDATE
), moved AS (
  UPDATE ledger_loanbalance b
  SET accrued_units = due.units, interest = ledger_cents(due.units, due.rounding), accrued_through = %(on)s
  FROM due WHERE b.loan_id = due.loan_id AND b.loan_id BETWEEN %(first)s AND %(last)s
  RETURNING b.loan_id, b.tenant_id, b.interest - due.posted AS amount
)
INSERT INTO ledger_accrual (tenant_id, loan_id, effective_on, booked_on, posted_on, amount)
SELECT tenant_id, loan_id, %(on)s, %(on)s, %(posted_on)s, amount FROM moved
