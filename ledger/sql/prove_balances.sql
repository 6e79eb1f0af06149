-- Loans from %(first)s to %(last)s whose balance is not the sum of their postings and accruals.
WITH posted AS (
  SELECT p.loan_id, sum(p.debit - p.credit) FILTER (WHERE a.role = 'principal') AS principal,
         sum(p.debit - p.credit) FILTER (WHERE a.role = 'interest') AS interest,
         sum(p.debit - p.credit) FILTER (WHERE a.role = 'fees') AS fees,
         sum(p.credit - p.debit) FILTER (WHERE a.role = 'unapplied') AS unapplied
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE p.loan_id BETWEEN %(first)s AND %(last)s GROUP BY 1
), accrued AS (
  SELECT loan_id, sum(amount) AS interest FROM ledger_accrual
  WHERE loan_id BETWEEN %(first)s AND %(last)s GROUP BY 1
)
SELECT l.number,
       ARRAY[b.principal, b.interest, b.fees, b.unapplied],
       ARRAY[coalesce(p.principal, 0), coalesce(p.interest, 0) + coalesce(c.interest, 0), coalesce(p.fees, 0),
             coalesce(p.unapplied, 0)]
FROM ledger_loanbalance b
JOIN ledger_loan l ON l.id = b.loan_id
LEFT JOIN posted p ON p.loan_id = b.loan_id
LEFT JOIN accrued c ON c.loan_id = b.loan_id
WHERE b.loan_id BETWEEN %(first)s AND %(last)s
  AND (b.principal, b.interest, b.fees, b.unapplied) IS DISTINCT FROM
      (coalesce(p.principal, 0), coalesce(p.interest, 0) + coalesce(c.interest, 0), coalesce(p.fees, 0),
       coalesce(p.unapplied, 0))
ORDER BY 1
