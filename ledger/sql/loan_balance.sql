-- What the books hold of the loan %(loan)s at the end of %(as_of)s, from what was posted up to %(known_on)s: by role,
-- debits positive.
-- Both halves are read from an index that holds every column they need. `posted_on + 0` keeps the planner from adding
-- the block ranges of posted_on, which would send it to the table after all.
SELECT a.role, sum(p.amount)
FROM (
  SELECT account_id, sum(debit - credit) AS amount FROM ledger_posting
  WHERE loan_id = %(loan)s AND effective_on <= %(as_of)s AND posted_on + 0 <= %(known_on)s GROUP BY 1
) p JOIN ledger_account a ON a.id = p.account_id GROUP BY 1
UNION ALL
SELECT 'interest', sum(amount) FROM ledger_accrual
WHERE loan_id = %(loan)s AND effective_on <= %(as_of)s AND posted_on + 0 <= %(known_on)s
