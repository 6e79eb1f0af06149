-- What happened to the loans %(loans)s in each month from %(first)s to %(last)s, as known on %(known_on)s: dollars paid
-- out, principal charged off, recovered, and received from the borrower.
SELECT loan_id, month_end, sum(disbursed) AS disbursed, sum(charged_off) AS charged_off, sum(recovered) AS recovered,
       sum(received) AS received
FROM (
  SELECT p.loan_id, (date_trunc('month', p.effective_on) + interval '1 month - 1 day')::date AS month_end,
         0::numeric AS disbursed, CASE WHEN a.role = 'principal_charged_off' THEN p.debit - p.credit ELSE 0 END AS charged_off,
         CASE WHEN a.role = 'recoveries' THEN p.credit - p.debit ELSE 0 END AS recovered, 0::numeric AS received
  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
  WHERE a.role IN ('principal_charged_off', 'recoveries') AND p.loan_id = ANY(%(loans)s::bigint[])
    AND p.effective_on BETWEEN %(first)s AND %(last)s AND p.posted_on <= %(known_on)s
  UNION ALL
  SELECT e.loan_id, (date_trunc('month', e.effective_on) + interval '1 month - 1 day')::date,
         CASE WHEN e.kind IN ('disbursement', 'draw') THEN e.amount ELSE 0 END, 0, 0,
         CASE WHEN e.kind IN ('disbursement', 'draw') THEN 0 ELSE e.amount END
  FROM ledger_loanevent e
  WHERE e.kind IN ('disbursement', 'draw', 'payment', 'payoff', 'recovery') AND e.loan_id = ANY(%(loans)s::bigint[])
    AND e.effective_on BETWEEN %(first)s AND %(last)s AND e.recorded_on <= %(known_on)s
    AND NOT EXISTS (SELECT 1 FROM ledger_loanevent r WHERE r.tenant_id = e.tenant_id AND r.target_id = e.id
                    AND r.kind = 'reversal' AND r.recorded_on <= %(known_on)s)
) happened
GROUP BY 1, 2
