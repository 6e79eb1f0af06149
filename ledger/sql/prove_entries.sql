-- Entries posted on %(on)s (NULL: ever) that do not balance or are not what they announced.
SELECT e.id, e.total, coalesce(sum(p.debit), 0) AS debit, coalesce(sum(p.credit), 0) AS credit
FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
WHERE %(on)s::date IS NULL OR e.posted_on = %(on)s
GROUP BY e.id HAVING (count(p.id), coalesce(sum(p.debit), 0), coalesce(sum(p.credit), 0))
  IS DISTINCT FROM (e.lines::bigint, e.total, e.total)
ORDER BY 1
