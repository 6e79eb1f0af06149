-- Loans to accrue through the end of %(on)s.
SELECT loan_id FROM ledger_loanbalance WHERE open AND accrued_through < %(on)s
