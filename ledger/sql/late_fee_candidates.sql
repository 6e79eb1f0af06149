-- Of the loans in %(loans)s, those with an unmet instalment whose days of grace end on %(on)s or, where a night was
-- missed, ended before it, and which bore no late fee yet; and what their late fees come to so far. Of a loan that was
-- modified, by the schedule and the rule in force; what was charged is known by its due date.
SELECT b.loan_id, coalesce((
    SELECT sum(e.amount) FROM ledger_loanevent e WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee'
      AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id)), 0)
FROM ledger_loanbalance b
JOIN ledger_loan l ON l.id = b.loan_id
LEFT JOIN ledger_loanevent m ON b.schedule_version > 1 AND m.loan_id = b.loan_id AND m.kind = 'modification'
  AND m.version = b.schedule_version
CROSS JOIN LATERAL (SELECT coalesce(m.terms -> 'servicing', l.terms) -> 'late_fee' AS late_fee) rule
WHERE b.loan_id = ANY(%(loans)s) AND b.open AND rule.late_fee ->> 'grace_days' IS NOT NULL
  AND EXISTS (
    SELECT 1 FROM ledger_instalment i
    WHERE i.loan_id = b.loan_id AND i.version = b.schedule_version AND i.due_on >= b.next_due_on
      AND i.due_on + greatest((rule.late_fee ->> 'grace_days')::int,
                              (rule.late_fee -> 'cap' ->> 'grace_days')::int) <= %(on)s
      AND i.due_on >= coalesce((rule.late_fee ->> 'assessed_from')::date, i.due_on)
      AND NOT EXISTS (
        SELECT 1 FROM ledger_loanevent e
        JOIN ledger_instalment charged ON charged.loan_id = e.loan_id AND charged.version = coalesce(e.version, 1)
          AND charged.number = e.instalment
        WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee' AND charged.due_on = i.due_on
          AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id AND r.cause_id IS NOT NULL)))
ORDER BY 1
