-- Loans of which an unmet instalment's days of grace end on %(on)s or, where a night was missed, ended before it.
SELECT DISTINCT b.loan_id
FROM ledger_loanbalance b
JOIN ledger_loan l ON l.id = b.loan_id
JOIN ledger_instalment i ON i.loan_id = b.loan_id AND i.due_on >= b.next_due_on
WHERE b.open AND l.terms -> 'late_fee' ->> 'grace_days' IS NOT NULL
  AND i.due_on + greatest((l.terms -> 'late_fee' ->> 'grace_days')::int,
                          (l.terms -> 'late_fee' -> 'cap' ->> 'grace_days')::int) <= %(on)s
  AND i.due_on >= coalesce((l.terms -> 'late_fee' ->> 'assessed_from')::date, i.due_on)
  AND NOT EXISTS (
    SELECT 1 FROM ledger_loanevent e WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee' AND e.instalment = i.number
      AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id AND r.cause_id IS NOT NULL))
ORDER BY 1
