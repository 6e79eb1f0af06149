-- Loans from %(first)s to %(last)s whose balance is not the sum of their postings and accruals.
WITH posted AS (
  SELECT p.loan_id, sum(p.debit - p.credit) FILTER (WHERE a.role = 'principal') AS principal,
         sum(p.debit - p.credit) FILTER (WHERE a.role = 'interest') AS interest,
         sum(p.debit - p.credit) FILTER (WHERE a.role = 'fees') AS fees,
         sum(p.credit - p.debit) FILTER (WHERE a.role = 'unapplied') AS unapplied,
         sum(p.credit - p.debit) FILTER (WHERE a.role = 'escrow') AS escrow,
         sum(p.credit - p.debit) FILTER (WHERE a.role = 'suspense') AS suspense,
         sum(p.credit - p.debit) FILTER (WHERE a.role = 'applied') AS applied
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE p.loan_id BETWEEN %(first)s AND %(last)s GROUP BY 1
), accrued AS (
  SELECT loan_id, sum(amount) AS interest, sum(suspended) AS suspense FROM ledger_accrual
  WHERE loan_id BETWEEN %(first)s AND %(last)s GROUP BY 1
)
SELECT l.number, s.stands, s.posted
FROM ledger_loanbalance b
LEFT JOIN posted p ON p.loan_id = b.loan_id
LEFT JOIN accrued c ON c.loan_id = b.loan_id
CROSS JOIN LATERAL (SELECT
  ARRAY[b.principal, b.interest, b.fees, b.unapplied, b.escrow, b.suspense, b.applied] AS stands,
  ARRAY[coalesce(p.principal, 0), coalesce(p.interest, 0) + coalesce(c.interest, 0), coalesce(p.fees, 0),
        coalesce(p.unapplied, 0), coalesce(p.escrow, 0), coalesce(p.suspense, 0) + coalesce(c.suspense, 0),
        coalesce(p.applied, 0)] AS posted) s
-- A loan's own row is read for what differs alone.
CROSS JOIN LATERAL (SELECT number FROM ledger_loan WHERE id = b.loan_id OFFSET 0) l
WHERE b.loan_id BETWEEN %(first)s AND %(last)s AND s.stands <> s.posted
ORDER BY 1
