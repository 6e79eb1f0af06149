-- The lines of the entries %(entries)s, in the order of the books.
SELECT e.id, e.booked_on, e.kind, a.code, a.name, p.debit, p.credit, coalesce(l.number, '')
FROM ledger_entry e
JOIN ledger_posting p ON p.tenant_id = e.tenant_id AND p.entry_id = e.id
JOIN ledger_account a ON a.id = p.account_id
LEFT JOIN ledger_loan l ON l.id = p.loan_id
WHERE e.id = ANY(%(entries)s)
ORDER BY e.booked_on, e.id, p.id
