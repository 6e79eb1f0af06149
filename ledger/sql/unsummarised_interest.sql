-- Interest accrued by loans that no journal entry carries yet, posted up to %(on)s, and what of it was suspended, by
-- company, day in the books, and what the GL mapping asks of a loan: its product, which a modification may have changed,
-- and its state.
WITH modified AS (
  SELECT b.loan_id, (m.terms ->> 'product_version')::bigint AS product_version_id
  FROM ledger_loanbalance b JOIN ledger_loanevent m
    ON m.loan_id = b.loan_id AND m.kind = 'modification' AND m.version = b.schedule_version
  WHERE b.schedule_version > 1
)
SELECT l.legal_entity_id, l.currency, a.booked_on, v.product_id, l.state, sum(a.amount) AS amount,
       sum(a.suspended) AS suspended
FROM ledger_accrual a
JOIN ledger_loan l ON l.id = a.loan_id
LEFT JOIN modified m ON m.loan_id = a.loan_id
JOIN ledger_productversion v ON v.id = coalesce(m.product_version_id, l.product_version_id)
WHERE a.entry_id IS NULL AND a.posted_on <= %(on)s
  AND a.posted_on > coalesce(
    (SELECT max(n.business_date) FROM ledger_night n WHERE n.summarised_at IS NOT NULL), '-infinity'::date)
GROUP BY 1, 2, 3, 4, 5 HAVING sum(a.amount) <> 0 OR sum(a.suspended) <> 0 ORDER BY 1, 2, 3, 4, 5
