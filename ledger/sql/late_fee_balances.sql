-- The late fees %(amounts)s of the loans %(loans)s, whose last event they are, onto their balances.
UPDATE ledger_loanbalance b SET fees = b.fees + fee.amount, last_event_on = %(on)s, last_event_rank = %(rank)s
FROM unnest(%(loans)s::bigint[], %(amounts)s::numeric[]) fee (loan_id, amount)
WHERE b.loan_id = fee.loan_id
