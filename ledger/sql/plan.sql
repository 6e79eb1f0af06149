-- The chunks of a step: the loans that its own statement finds, in slices of so many that never reach across the end of
-- the share before, so that a slice is also all that lies between its first and its last.
INSERT INTO ledger_nightchunk (tenant_id, night_id, step, first_loan_id, last_loan_id, loans, loan_ids, findings)
SELECT current_tenant(), %(night)s, %(step)s, min(loan_id), max(loan_id), count(*), array_agg(loan_id ORDER BY loan_id),
       '[]'
FROM (SELECT loan_id, loan_id > %(after)s AS ahead,
             (row_number() OVER (PARTITION BY loan_id > %(after)s ORDER BY loan_id) - 1) / %(size)s AS slice
      FROM (
{candidates}
) found) placed
GROUP BY ahead, slice
ORDER BY ahead DESC, slice
