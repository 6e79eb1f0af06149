-- Loans of which something became known on %(on)s that counts in a month that was closed before; and those that the
-- night of that month's end could not do.
SELECT loan_id FROM ledger_loanevent
WHERE recorded_on = %(on)s AND effective_on < date_trunc('month', %(on)s::date) AND source <> 'boarding'
UNION
SELECT x.loan_id FROM ledger_nightexception x JOIN ledger_night n ON n.id = x.night_id
WHERE n.business_date = (date_trunc('month', %(on)s::date) - interval '1 day')::date
