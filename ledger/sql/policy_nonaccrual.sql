-- Of the loans in %(loans)s (null: of all), those to be put on non-accrual at the end of %(on)s: late for as many days
-- as their terms say, 90 where they say nothing. One that a person took back is left to people.
SELECT b.loan_id, b.dpd
FROM ledger_loanbalance b JOIN ledger_loan l ON l.id = b.loan_id
LEFT JOIN ledger_loanevent m ON b.schedule_version > 1 AND m.loan_id = b.loan_id AND m.kind = 'modification'
  AND m.version = b.schedule_version
CROSS JOIN LATERAL (SELECT coalesce(m.terms -> 'servicing', l.terms) AS terms) own
WHERE b.open AND (%(loans)s::bigint[] IS NULL OR b.loan_id = ANY(%(loans)s))
  AND b.dpd > 0 AND NOT b.nonaccrual
  AND b.dpd >= CASE WHEN own.terms ? 'nonaccrual' THEN (own.terms -> 'nonaccrual' ->> 'days')::int ELSE 90 END
  AND NOT EXISTS (SELECT 1 FROM ledger_loanevent e JOIN ledger_loanevent r ON r.target_id = e.id
                  WHERE e.loan_id = b.loan_id AND e.kind = 'nonaccrual')
