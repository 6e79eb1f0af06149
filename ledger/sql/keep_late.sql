-- Of the loans in %(loans)s, those that are late at the close of %(on)s, written down once.
INSERT INTO ledger_lateloan (tenant_id, business_date, loan_id, dpd, past_due_amount)
SELECT tenant_id, %(on)s, loan_id, dpd, past_due_amount FROM ledger_loanbalance
WHERE loan_id = ANY(%(loans)s::bigint[]) AND dpd > 0 AND open AND accrued_through = %(on)s
ON CONFLICT (tenant_id, business_date, loan_id) DO NOTHING
