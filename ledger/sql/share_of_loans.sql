-- At most %(most)s loans, open or not, going round the book in the order of their ids from after %(after)s on.
(SELECT loan_id FROM ledger_loanbalance WHERE loan_id > %(after)s ORDER BY loan_id LIMIT %(most)s)
UNION ALL
(SELECT loan_id FROM ledger_loanbalance WHERE loan_id <= %(after)s ORDER BY loan_id
 LIMIT greatest(0, %(most)s - (SELECT count(*) FROM (SELECT 1 FROM ledger_loanbalance WHERE loan_id > %(after)s
                                                     LIMIT %(most)s) ahead)))
