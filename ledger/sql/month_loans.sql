-- At the close of a month that ends on %(on)s: the loans to be kept as they stand. On any other day none.
SELECT loan_id FROM ledger_loanbalance
WHERE open AND %(on)s = (date_trunc('month', %(on)s::date) + interval '1 month - 1 day')::date
UNION
SELECT loan_id FROM ledger_loanmonth
WHERE month_end = (date_trunc('month', %(on)s::date) - interval '1 day')::date
  AND bucket NOT IN ('paid_off', 'charged_off', 'sold')
  AND %(on)s = (date_trunc('month', %(on)s::date) + interval '1 month - 1 day')::date
UNION
SELECT loan_id FROM ledger_loanevent
WHERE recorded_on >= date_trunc('month', %(on)s::date) AND recorded_on <= %(on)s AND effective_on <= %(on)s
  AND effective_on >= date_trunc('month', %(on)s::date)
  AND %(on)s = (date_trunc('month', %(on)s::date) + interval '1 month - 1 day')::date
