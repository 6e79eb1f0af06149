-- The loans %(loans)s at the end of the month %(on)s, from %(first)s on: a row each, but for those with a row already and
-- those whose balance is of another day or knows more than that day did. Returns the loans it kept.
WITH flows AS (
{month_flows}
), was AS (
  SELECT DISTINCT ON (loan_id) loan_id, loans, bucket, principal FROM ledger_loanmonth
  WHERE loan_id = ANY(%(loans)s::bigint[]) AND month_end = %(first)s::date - 1 ORDER BY loan_id, id DESC
), since AS MATERIALIZED (
  -- Once for all of them: looked up loan by loan, each would read everything that the day after has brought the book.
  SELECT DISTINCT loan_id FROM ledger_loanevent WHERE recorded_on > %(on)s AND loan_id = ANY(%(loans)s::bigint[])
), stood AS (
  SELECT b.loan_id, b.tenant_id, b.principal,
    CASE WHEN b.open THEN (%(codes)s::text[])[1 + width_bucket(b.dpd, %(edges)s::int[])] ELSE l.state END AS bucket,
    CASE WHEN b.open THEN b.dpd ELSE 0 END AS dpd, CASE WHEN b.open THEN b.past_due_amount ELSE 0 END AS past_due,
    coalesce(w.bucket, '') AS was, coalesce(w.principal, 0) AS was_principal,
    coalesce(f.disbursed, 0) AS disbursed, coalesce(f.charged_off, 0) AS charged_off,
    coalesce(f.recovered, 0) AS recovered, coalesce(f.received, 0) AS received,
    CASE WHEN b.open OR coalesce(w.bucket, '') NOT IN ('paid_off', 'charged_off', 'sold') THEN
      (SELECT coalesce(sum(i.amount), 0) FROM ledger_instalment i
       WHERE i.loan_id = b.loan_id AND i.version = b.schedule_version
         AND i.due_on BETWEEN %(first)s AND least(%(on)s, l.ended_on, CASE WHEN NOT b.open THEN b.last_event_on END))
    ELSE 0 END AS expected,
    p.industry_code, p.city, b.open
  FROM ledger_loanbalance b
  JOIN ledger_loan l ON l.id = b.loan_id
  JOIN parties_party p ON p.id = l.borrower_id
  LEFT JOIN was w ON w.loan_id = b.loan_id AND w.loans = 1
  LEFT JOIN flows f ON f.loan_id = b.loan_id
  -- Loan by loan: looked up by the month, each chunk would read all that the chunks before it have kept.
  LEFT JOIN LATERAL (SELECT m.loan_id FROM ledger_loanmonth m
                     WHERE m.loan_id = b.loan_id AND m.month_end = %(on)s LIMIT 1) k ON true
  WHERE b.loan_id = ANY(%(loans)s::bigint[]) AND (NOT b.open OR b.accrued_through = %(on)s) AND l.opened_on <= %(on)s
    AND k.loan_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM since WHERE since.loan_id = b.loan_id)
)
INSERT INTO ledger_loanmonth (tenant_id, month_end, known_on, loan_id, loans, bucket, was, dpd, principal, past_due,
  was_principal, disbursed, charged_off, recovered, received, expected, industry, city)
SELECT tenant_id, %(on)s, %(on)s, loan_id, 1, bucket, was, dpd, principal, past_due, was_principal, disbursed,
       charged_off, recovered, received, expected, industry_code, city
FROM stood
WHERE open OR was NOT IN ('', 'paid_off', 'charged_off', 'sold') OR disbursed <> 0 OR charged_off <> 0
   OR recovered <> 0 OR received <> 0
ORDER BY loan_id
RETURNING loan_id
