-- What changed on the business date %(on)s, loan by loan: what, which loan and event, and the money at stake. Whether a
-- loan became late is asked of two closes; where the day before has none (%(before)s is false), only the first day counts.
WITH now AS (
  SELECT loan_id, past_due_amount AS amount, dpd, width_bucket(dpd, %(edges)s::int[]) AS place
  FROM ledger_lateloan WHERE business_date = %(on)s
), before AS (
  SELECT loan_id, past_due_amount AS amount, width_bucket(dpd, %(edges)s::int[]) AS place
  FROM ledger_lateloan WHERE business_date = %(on)s::date - 1
), aged AS (
  SELECT CASE WHEN b.loan_id IS NULL THEN 'newly_late' WHEN n.loan_id IS NULL THEN 'cured'
              WHEN n.place > b.place THEN 'rolled_worse' WHEN n.place < b.place THEN 'rolled_better' END AS what,
         loan_id, coalesce(n.amount, b.amount) AS amount
  FROM now n FULL JOIN before b USING (loan_id)
  WHERE (b.loan_id IS NOT NULL OR %(before)s OR n.dpd = 1)
    AND (n.loan_id IS NOT NULL OR EXISTS (SELECT 1 FROM ledger_night WHERE business_date = %(on)s AND summarised_at IS NOT NULL))
), happened AS (
  SELECT e.id, e.loan_id, e.kind, e.amount, e.reason, e.source, e.effective_on, e.recorded_on, t.kind AS undone,
         t.amount AS undone_amount, b.principal, l.state, l.ended_on
  FROM ledger_loanevent e
  JOIN ledger_loan l ON l.id = e.loan_id
  JOIN ledger_loanbalance b ON b.loan_id = e.loan_id
  LEFT JOIN ledger_loanevent t ON t.id = e.target_id
  WHERE e.recorded_on = %(on)s AND (e.source <> 'boarding' OR e.kind = 'disbursement')
), told AS (
  SELECT CASE
      WHEN source = 'boarding' THEN 'boarded'
      WHEN kind IN ('disbursement', 'draw') THEN 'funded'
      WHEN kind = 'reversal' AND undone IN ('payment', 'payoff', 'recovery') THEN 'payment_reversed'
      WHEN kind = 'reversal' AND undone <> 'late_fee' THEN 'reversed'
      WHEN kind = 'payoff' OR kind = 'payment' AND state = 'paid_off' AND ended_on = effective_on THEN 'paid_off'
      WHEN kind = 'payment' AND amount > 3 * (SELECT i.amount FROM ledger_instalment i WHERE i.loan_id = happened.loan_id
                                              AND i.version = 1 AND i.number = 1) THEN 'large_payment'
      WHEN kind IN ('charge_off', 'write_off', 'recovery', 'rate_change', 'modification', 'nonaccrual', 'restoration',
                    'sale', 'buy_back') THEN kind END AS what,
    id, loan_id, reason,
    CASE WHEN kind = 'reversal' THEN coalesce(undone_amount, 0)
         WHEN kind IN ('charge_off', 'write_off') THEN coalesce((SELECT sum(n.total) FROM ledger_entry n WHERE n.event_id = happened.id), 0)
         WHEN kind IN ('rate_change', 'modification', 'nonaccrual', 'restoration') THEN principal
         ELSE coalesce(amount, 0) END AS amount
  FROM happened
)
SELECT what, loan_id, NULL::bigint AS event_id, amount, '' AS reason FROM aged WHERE what IS NOT NULL
UNION ALL
SELECT what, loan_id, id, amount, reason FROM told WHERE what IS NOT NULL
UNION ALL
SELECT 'back_dated', loan_id, id, coalesce(amount, undone_amount, 0), reason FROM happened
WHERE effective_on < recorded_on AND source NOT IN ('boarding', 'night') AND kind <> 'late_fee'
  AND (undone IS NULL OR undone <> 'late_fee')
UNION ALL
SELECT 'exception', x.loan_id, NULL, b.principal, x.sentence
FROM ledger_nightexception x JOIN ledger_night n ON n.id = x.night_id JOIN ledger_loanbalance b ON b.loan_id = x.loan_id
WHERE n.business_date = %(on)s
UNION ALL
SELECT 'difference', NULL, d.id, 0, d.what
FROM ledger_difference d JOIN ledger_proof p ON p.id = d.first_proof_id WHERE p.business_date = %(on)s
