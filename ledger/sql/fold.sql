-- The postings of the entries after %(after)s up to %(through)s, added to the movements of their days and months.
WITH fresh AS (
  SELECT tenant_id, account_id, booked_on, posted_on, effective_on < booked_on AS prior_period,
         sum(debit) AS debit, sum(credit) AS credit, count(*) AS postings
  FROM ledger_posting WHERE entry_id > %(after)s AND entry_id <= %(through)s
  GROUP BY 1, 2, 3, 4, 5
), days AS (
  INSERT INTO ledger_movement AS m (tenant_id, account_id, booked_on, posted_on, prior_period, debit, credit, postings)
  SELECT * FROM fresh ORDER BY account_id, booked_on, posted_on
  ON CONFLICT (tenant_id, account_id, booked_on, posted_on, prior_period) DO UPDATE
  SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit, postings = m.postings + excluded.postings
)
INSERT INTO ledger_monthmovement AS m
  (tenant_id, account_id, booked_month, posted_month, prior_period, debit, credit, postings)
SELECT tenant_id, account_id, date_trunc('month', booked_on)::date, date_trunc('month', posted_on)::date, prior_period,
       sum(debit), sum(credit), sum(postings)
FROM fresh GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 3, 4
ON CONFLICT (tenant_id, account_id, booked_month, posted_month, prior_period) DO UPDATE
SET debit = m.debit + excluded.debit, credit = m.credit + excluded.credit, postings = m.postings + excluded.postings
