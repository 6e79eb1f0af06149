-- Interest accrued by loans that no journal entry carries yet, posted up to %(on)s, by company, day in the books, and
-- what the GL mapping asks of a loan: its product and its state.
SELECT l.legal_entity_id, l.currency, a.booked_on, v.product_id, l.state, sum(a.amount) AS amount
FROM ledger_accrual a JOIN ledger_loan l ON l.id = a.loan_id JOIN ledger_productversion v ON v.id = l.product_version_id
WHERE a.entry_id IS NULL AND a.posted_on <= %(on)s
  AND a.posted_on > coalesce(
    (SELECT max(n.business_date) FROM ledger_night n WHERE n.summarised_at IS NOT NULL), '-infinity'::date)
GROUP BY 1, 2, 3, 4, 5 HAVING sum(a.amount) <> 0 ORDER BY 1, 2, 3, 4, 5
