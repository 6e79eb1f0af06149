-- What the books say of each loan of a boarding run, and of all of them together (number NULL): how much was paid out
-- and how much principal was charged off.
SELECT l.number,
       count(DISTINCT l.id),
       coalesce(sum(p.debit) FILTER (WHERE a.role = 'principal' AND e.kind = 'disbursement'), 0),
       count(*) FILTER (WHERE a.role = 'principal_charged_off'),
       coalesce(sum(p.debit) FILTER (WHERE a.role = 'principal_charged_off'), 0)
FROM ledger_loan l
LEFT JOIN ledger_posting p ON p.loan_id = l.id
LEFT JOIN ledger_entry e ON e.id = p.entry_id
LEFT JOIN ledger_account a ON a.id = p.account_id
WHERE l.boarding_run_id = %(run)s
GROUP BY GROUPING SETS ((l.number), ())
