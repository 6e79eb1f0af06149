-- Of the loans in %(loans)s, those with an unmet instalment whose days of grace end on %(on)s or, where a night was
-- missed, ended before it, and which bore no late fee yet; and what their late fees come to so far. Of a loan that was
-- modified, by the schedule and the rule in force; what was charged is known by its due date.
-- OFFSET 0 has the rule read from the loan's terms once a loan, and not once for each mention and instalment; LIMIT 1 has
-- the instalments of these loans read from their index, and not those of the whole book for each chunk.
SELECT b.loan_id, coalesce((
    SELECT sum(e.amount) FROM ledger_loanevent e WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee'
      AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id)), 0)
FROM ledger_loanbalance b
JOIN ledger_loan l ON l.id = b.loan_id
LEFT JOIN ledger_loanevent m ON b.schedule_version > 1 AND m.loan_id = b.loan_id AND m.kind = 'modification'
  AND m.version = b.schedule_version
CROSS JOIN LATERAL (SELECT coalesce(m.terms -> 'servicing', l.terms) -> 'late_fee' AS late_fee OFFSET 0) agreed
CROSS JOIN LATERAL (
  SELECT greatest((late_fee ->> 'grace_days')::int, (late_fee -> 'cap' ->> 'grace_days')::int) AS grace_days,
         (late_fee ->> 'assessed_from')::date AS assessed_from
  WHERE late_fee ->> 'grace_days' IS NOT NULL OFFSET 0) rule
CROSS JOIN LATERAL (
  SELECT 1 FROM ledger_instalment i
  WHERE i.loan_id = b.loan_id AND i.version = b.schedule_version
    AND i.due_on BETWEEN greatest(b.next_due_on, rule.assessed_from) AND %(on)s::date - rule.grace_days
    AND NOT EXISTS (
      SELECT 1 FROM ledger_loanevent e
      JOIN ledger_instalment charged ON charged.loan_id = e.loan_id AND charged.version = coalesce(e.version, 1)
        AND charged.number = e.instalment
      WHERE e.loan_id = b.loan_id AND e.kind = 'late_fee' AND charged.due_on = i.due_on
        AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.target_id = e.id AND r.cause_id IS NOT NULL))
  LIMIT 1) lacking
WHERE b.loan_id = ANY(%(loans)s) AND b.open AND b.next_due_on + rule.grace_days <= %(on)s
ORDER BY 1
