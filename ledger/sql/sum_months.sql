-- The rows of loans after %(after)s up to %(through)s, added to the sums of their month and day of knowledge.
INSERT INTO ledger_portfoliosum AS s (tenant_id, measure, month_end, known_on, currency, key, "of", loans, open_loans,
  principal, late, past_due, was_principal, disbursed, charged_off, recovered, received, expected)
SELECT m.tenant_id, k.measure, m.month_end, m.known_on, l.currency, k.key, k.within, sum(m.loans),
       sum(CASE WHEN m.bucket IN ('paid_off', 'charged_off', 'sold') THEN 0 ELSE m.loans END), sum(m.principal),
       sum(CASE WHEN m.dpd >= 60 THEN m.principal ELSE 0 END), sum(m.past_due), sum(m.was_principal), sum(m.disbursed),
       sum(m.charged_off), sum(m.recovered), sum(m.received), sum(m.expected)
FROM ledger_loanmonth m JOIN ledger_loan l ON l.id = m.loan_id
CROSS JOIN LATERAL (VALUES
  ('bucket', m.bucket, ''), ('roll', m.was, m.bucket), ('industry', m.industry, ''), ('city', m.city, ''),
  ('size', (%(sizes)s::text[])[1 + width_bucket(l.amount, %(size_edges)s::numeric[])], ''),
  ('vintage', to_char(l.opened_on, 'YYYY"Q"Q'),
   lpad(((extract(year FROM m.month_end) - extract(year FROM l.opened_on)) * 12
         + extract(month FROM m.month_end) - extract(month FROM l.opened_on))::int::text, 3, '0'))
) k (measure, key, within)
WHERE m.id > %(after)s AND m.id <= %(through)s
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 2, 3, 4, 5, 6, 7
ON CONFLICT (tenant_id, measure, month_end, known_on, currency, key, "of") DO UPDATE
SET loans = s.loans + excluded.loans, open_loans = s.open_loans + excluded.open_loans,
    principal = s.principal + excluded.principal, late = s.late + excluded.late, past_due = s.past_due + excluded.past_due,
    was_principal = s.was_principal + excluded.was_principal, disbursed = s.disbursed + excluded.disbursed,
    charged_off = s.charged_off + excluded.charged_off, recovered = s.recovered + excluded.recovered,
    received = s.received + excluded.received, expected = s.expected + excluded.expected
