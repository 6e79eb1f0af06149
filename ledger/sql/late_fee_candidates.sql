-- Of the loans in %(loans)s, those with an unmet instalment whose days of grace end on %(on)s or, where a night was
-- missed, ended before it, and which bore no late fee yet; and what their late fees come to so far.
SELECT b.loan_id, coalesce((
    SELECT sum(e.amount) FROM ledger_loanevent e WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee'
      AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id)), 0)
FROM ledger_loanbalance b
JOIN ledger_loan l ON l.id = b.loan_id
WHERE b.loan_id = ANY(%(loans)s) AND b.open AND l.terms -> 'late_fee' ->> 'grace_days' IS NOT NULL
  AND EXISTS (
    SELECT 1 FROM ledger_instalment i
    WHERE i.loan_id = b.loan_id AND i.due_on >= b.next_due_on
      AND i.due_on + (l.terms -> 'late_fee' ->> 'grace_days')::int <= %(on)s
      AND i.due_on >= coalesce((l.terms -> 'late_fee' ->> 'assessed_from')::date, i.due_on)
      AND NOT EXISTS (
        SELECT 1 FROM ledger_loanevent e WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee' AND e.instalment = i.number
          AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id AND r.cause_id IS NOT NULL)))
ORDER BY 1
