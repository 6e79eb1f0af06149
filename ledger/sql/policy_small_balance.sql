-- Of the loans in %(loans)s (null: of all), those that owe no more than the tolerance of their terms at the end of
-- %(on)s. Not while money is held, with which it could be paid, nor while a line may be drawn on; and one whose write-off
-- a person took back is left to people.
SELECT b.loan_id, b.principal + b.interest + b.fees
FROM ledger_loanbalance b JOIN ledger_loan l ON l.id = b.loan_id
LEFT JOIN ledger_loanevent m ON b.schedule_version > 1 AND m.loan_id = b.loan_id AND m.kind = 'modification'
  AND m.version = b.schedule_version
CROSS JOIN LATERAL (SELECT coalesce(m.terms -> 'servicing', l.terms) AS terms) own
WHERE b.open AND (%(loans)s::bigint[] IS NULL OR b.loan_id = ANY(%(loans)s))
  AND b.principal < 1000 AND b.disbursed > 0 AND b.unapplied = 0 AND b.principal + b.interest + b.fees > 0
  AND b.principal + b.interest + b.fees <= (own.terms ->> 'small_balance')::numeric
  AND coalesce((own.terms -> 'line' ->> 'draw_until')::date, '-infinity'::date) < %(on)s
  AND NOT EXISTS (SELECT 1 FROM ledger_loanevent e JOIN ledger_loanevent r ON r.target_id = e.id
                  WHERE e.loan_id = b.loan_id AND e.kind = 'write_off')
