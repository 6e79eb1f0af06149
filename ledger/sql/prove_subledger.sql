-- The loans' balances beside the general ledger, by company and role: all the accounts that play it together, named
-- after the chart's own. One statement, hence one moment.
WITH loans AS (
  SELECT l.legal_entity_id, l.currency, part.role, sum(part.amount) AS amount
  FROM ledger_loanbalance b JOIN ledger_loan l ON l.id = b.loan_id
  CROSS JOIN LATERAL (VALUES ('principal', b.principal), ('interest', b.interest), ('fees', b.fees),
                             ('unapplied', -b.unapplied)) part (role, amount)
  GROUP BY 1, 2, 3
), books AS (
  SELECT a.legal_entity_id, a.currency, a.role, sum(p.debit - p.credit) AS amount
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE a.role IN ('principal', 'interest', 'fees', 'unapplied')
  GROUP BY 1, 2, 3
), pending AS (
  SELECT l.legal_entity_id, l.currency, 'interest' AS role, sum(c.amount) AS amount
  FROM ledger_accrual c JOIN ledger_loan l ON l.id = c.loan_id
  WHERE c.entry_id IS NULL AND c.posted_on > coalesce(
    (SELECT max(n.business_date) FROM ledger_night n WHERE n.summarised_at IS NOT NULL), '-infinity'::date)
  GROUP BY 1, 2
)
SELECT a.code, a.name, coalesce(loans.amount, 0), coalesce(books.amount, 0) + coalesce(pending.amount, 0)
FROM ledger_account a
LEFT JOIN loans USING (legal_entity_id, currency, role)
LEFT JOIN books USING (legal_entity_id, currency, role)
LEFT JOIN pending USING (legal_entity_id, currency, role)
WHERE a.role IN ('principal', 'interest', 'fees', 'unapplied') AND a.is_default
ORDER BY a.legal_entity_id, a.code
