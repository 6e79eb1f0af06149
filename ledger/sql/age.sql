-- Days and dollars past due of the loans in %(loans)s at the end of %(on)s. Only a payment or a reversal moves the first
-- unmet instalment; time alone moves the days, and the dollars when another instalment falls due.
UPDATE ledger_loanbalance b
SET dpd = greatest(0, %(on)s - b.next_due_on),
    past_due_amount = CASE
      WHEN b.next_due_on IS NULL OR b.next_due_on >= %(on)s THEN 0
      WHEN coalesce(b.matures_on, l.matures_on) < %(on)s THEN b.principal + b.interest
      ELSE (SELECT sum(i.amount) FROM ledger_instalment i
            WHERE i.loan_id = b.loan_id AND i.due_on < %(on)s
              AND i.version = b.schedule_version) - b.credit
    END,
    -- The last instalment is all that is owed, which grows by the day once it is due.
    next_due_amount = CASE WHEN b.next_due_on = coalesce(b.matures_on, l.matures_on) AND b.next_due_on <= %(on)s
      THEN b.principal + b.interest ELSE b.next_due_amount END
FROM ledger_loan l
WHERE l.id = b.loan_id AND b.loan_id = ANY(%(loans)s) AND b.open AND b.accrued_through = %(on)s
  AND (b.dpd > 0 OR b.next_due_on <= %(on)s)
