-- Loans that are late at the close of %(on)s.
SELECT loan_id FROM ledger_loanbalance WHERE dpd > 0 AND open AND accrued_through = %(on)s
