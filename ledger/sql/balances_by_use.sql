-- What the loans of the companies %(companies)s stand at, as the general ledger signs it and without the interest that
-- is posted after %(on)s and so in no entry yet, by what the GL mapping asks of a loan: its product and its state.
WITH pending AS (
  SELECT c.loan_id, sum(c.amount) AS amount FROM ledger_accrual c
  WHERE c.entry_id IS NULL AND c.posted_on > %(on)s
  GROUP BY 1
)
SELECT l.legal_entity_id, l.currency, v.product_id, l.state, sum(b.principal), sum(b.interest - coalesce(p.amount, 0)),
       sum(b.fees), sum(-b.unapplied)
FROM ledger_loanbalance b
JOIN ledger_loan l ON l.id = b.loan_id
JOIN ledger_productversion v ON v.id = l.product_version_id
LEFT JOIN pending p ON p.loan_id = b.loan_id
WHERE l.legal_entity_id = ANY(%(companies)s)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
