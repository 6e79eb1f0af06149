-- Loans whose principal at the month end %(on)s, as kept by %(known_on)s, is not the sum of their postings; and sums of
-- that month that are not the sum of their rows.
WITH posted AS (
  SELECT p.loan_id, sum(p.debit - p.credit) AS principal FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE a.role = 'principal' AND p.loan_id IS NOT NULL AND p.effective_on <= %(on)s AND p.posted_on <= %(known_on)s
  GROUP BY 1
), kept AS (
  SELECT loan_id, sum(principal) AS principal FROM ledger_loanmonth
  WHERE month_end = %(on)s AND known_on <= %(known_on)s GROUP BY 1
), added AS (
  SELECT l.currency, m.bucket, m.known_on, sum(m.loans)::bigint AS loans, sum(m.principal) AS principal,
         sum(m.charged_off) AS charged_off, sum(m.recovered) AS recovered, sum(m.received) AS received,
         sum(m.expected) AS expected
  FROM ledger_loanmonth m JOIN ledger_loan l ON l.id = m.loan_id
  WHERE m.month_end = %(on)s AND m.known_on <= %(known_on)s GROUP BY 1, 2, 3
), summed AS (
  SELECT measure, currency, known_on, sum(loans)::bigint AS loans, sum(principal) AS principal,
         sum(charged_off) AS charged_off, sum(recovered) AS recovered, sum(received) AS received,
         sum(expected) AS expected
  FROM ledger_portfoliosum WHERE month_end = %(on)s AND known_on <= %(known_on)s GROUP BY 1, 2, 3
), whole AS (
  SELECT currency, known_on, sum(loans)::bigint AS loans, sum(principal) AS principal, sum(charged_off) AS charged_off,
         sum(recovered) AS recovered, sum(received) AS received, sum(expected) AS expected FROM added GROUP BY 1, 2
)
SELECT 'Loan ' || l.number AS what, coalesce(p.principal, 0)::text AS expected, coalesce(k.principal, 0)::text AS found
FROM posted p FULL JOIN kept k USING (loan_id) JOIN ledger_loan l ON l.id = loan_id
WHERE coalesce(p.principal, 0) <> coalesce(k.principal, 0)
UNION ALL
SELECT 'Bucket ' || coalesce(a.bucket, s.key) || ', known on ' || on_day.known,
       concat_ws(', ', a.loans, a.principal, a.charged_off, a.recovered, a.received, a.expected),
       concat_ws(', ', s.loans, s.principal, s.charged_off, s.recovered, s.received, s.expected)
FROM added a FULL JOIN (SELECT * FROM ledger_portfoliosum WHERE measure = 'bucket' AND month_end = %(on)s
                        AND known_on <= %(known_on)s) s
  ON s.currency = a.currency AND s.key = a.bucket AND s.known_on = a.known_on
CROSS JOIN LATERAL (SELECT coalesce(a.known_on, s.known_on) AS known) on_day
WHERE (coalesce(a.loans, 0), coalesce(a.principal, 0), coalesce(a.charged_off, 0), coalesce(a.recovered, 0), coalesce(a.received, 0), coalesce(a.expected, 0))
   IS DISTINCT FROM (coalesce(s.loans, 0)::bigint, coalesce(s.principal, 0), coalesce(s.charged_off, 0), coalesce(s.recovered, 0), coalesce(s.received, 0), coalesce(s.expected, 0))
UNION ALL
SELECT 'By ' || s.measure || ', known on ' || s.known_on,
       concat_ws(', ', w.loans, w.principal, w.charged_off, w.recovered, w.received, w.expected),
       concat_ws(', ', s.loans, s.principal, s.charged_off, s.recovered, s.received, s.expected)
FROM summed s LEFT JOIN whole w USING (currency, known_on)
WHERE (s.loans, s.principal, s.charged_off, s.recovered, s.received, s.expected)
   IS DISTINCT FROM (w.loans, w.principal, w.charged_off, w.recovered, w.received, w.expected)
ORDER BY 1 LIMIT 200
