-- Loans with an unmet instalment that is due by %(on)s: the others can neither owe a late fee nor age.
SELECT loan_id FROM ledger_loanbalance WHERE open AND next_due_on <= %(on)s
