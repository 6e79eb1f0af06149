-- Every loan's principal, interest and fees as the books hold them at the end of %(as_of)s, from what was posted up to
-- %(known_on)s; loans that owe nothing are left out.
SELECT l.id, l.currency, sum(held.principal), sum(held.interest), sum(held.fees)
FROM (
  SELECT p.loan_id, sum(p.debit - p.credit) FILTER (WHERE a.role = 'principal') AS principal,
         sum(p.debit - p.credit) FILTER (WHERE a.role = 'interest') AS interest,
         sum(p.debit - p.credit) FILTER (WHERE a.role = 'fees') AS fees
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE a.role IN ('principal', 'interest', 'fees') AND p.loan_id IS NOT NULL
    AND p.effective_on <= %(as_of)s AND p.posted_on <= %(known_on)s
  GROUP BY 1
  UNION ALL
  SELECT loan_id, 0, sum(amount), 0 FROM ledger_accrual
  WHERE effective_on <= %(as_of)s AND posted_on <= %(known_on)s GROUP BY 1
) held JOIN ledger_loan l ON l.id = held.loan_id
GROUP BY l.id HAVING sum(coalesce(held.principal, 0) + coalesce(held.interest, 0) + coalesce(held.fees, 0)) <> 0
