-- What moved the accounts in %(accounts)s, booked up to %(as_of)s and posted up to %(known_on)s: whole months first, then
-- the days of months cut by one of the two dates, then the postings that are not folded yet.
-- %(whole)s and %(known_whole)s are the first days of the months that the two dates cut, or of those after them.
SELECT account_id, booked_month AS month, prior_period, debit, credit, postings FROM ledger_monthmovement
  WHERE account_id = ANY(%(accounts)s::bigint[]) AND booked_month < %(whole)s AND posted_month < %(known_whole)s
UNION ALL
SELECT account_id, %(whole)s::date, prior_period, debit, credit, postings FROM ledger_movement
  WHERE account_id = ANY(%(accounts)s::bigint[]) AND booked_on >= %(whole)s AND booked_on <= %(as_of)s AND posted_on <= %(known_on)s
UNION ALL
SELECT account_id, date_trunc('month', booked_on)::date, prior_period, debit, credit, postings FROM ledger_movement
  WHERE account_id = ANY(%(accounts)s::bigint[]) AND booked_on < %(whole)s AND posted_on >= %(known_whole)s
    AND posted_on <= %(known_on)s
UNION ALL
-- Two bounds, because with one alone the planner expects a third of all postings to lie beyond it.
SELECT account_id, date_trunc('month', booked_on)::date, effective_on < booked_on, debit, credit, 1 FROM ledger_posting
  WHERE entry_id > (SELECT coalesce(max(through_entry), 0) FROM ledger_movementfold)
    AND entry_id < (SELECT coalesce(max(through_entry), 0) + 1000000000000 FROM ledger_movementfold)
    AND account_id = ANY(%(accounts)s::bigint[]) AND booked_on <= %(as_of)s AND posted_on <= %(known_on)s
