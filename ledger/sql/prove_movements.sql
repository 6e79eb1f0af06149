-- Movements that are not the sum of their postings, and months that are not the sum of their days.
WITH folded AS (SELECT coalesce(max(through_entry), 0) AS through FROM ledger_movementfold),
posted AS (
  SELECT account_id, booked_on, posted_on, effective_on < booked_on AS prior_period,
         sum(debit) AS debit, sum(credit) AS credit, count(*) AS postings
  FROM ledger_posting, folded WHERE entry_id <= folded.through GROUP BY 1, 2, 3, 4
), days AS (
  SELECT account_id, booked_on AS on_day, 'booked on ' || booked_on || ', posted on ' || posted_on AS what,
         p.debit AS debit, p.credit AS credit, p.postings AS postings,
         m.debit AS kept_debit, m.credit AS kept_credit, m.postings AS kept_postings
  FROM posted p FULL JOIN ledger_movement m USING (account_id, booked_on, posted_on, prior_period)
), by_month AS (
  SELECT account_id, date_trunc('month', booked_on)::date AS booked_month,
         date_trunc('month', posted_on)::date AS posted_month, prior_period,
         sum(debit) AS debit, sum(credit) AS credit, sum(postings) AS postings
  FROM ledger_movement GROUP BY 1, 2, 3, 4
), months AS (
  SELECT account_id, booked_month,
         'booked in ' || to_char(booked_month, 'YYYY-MM') || ', posted in ' || to_char(posted_month, 'YYYY-MM'),
         d.debit, d.credit, d.postings, m.debit, m.credit, m.postings
  FROM by_month d FULL JOIN ledger_monthmovement m USING (account_id, booked_month, posted_month, prior_period)
)
SELECT a.code, a.name, f.what, coalesce(f.debit, 0), coalesce(f.credit, 0),
       coalesce(f.kept_debit, 0), coalesce(f.kept_credit, 0)
FROM (SELECT * FROM days UNION ALL SELECT * FROM months) f
JOIN ledger_account a ON a.id = f.account_id
WHERE (f.debit, f.credit, f.postings) IS DISTINCT FROM (f.kept_debit, f.kept_credit, f.kept_postings)
ORDER BY a.code, f.on_day, f.what LIMIT 1000
