-- Entries of company %(company)s known by the end of %(through)s that no batch for %(target)s holds, or that were voided
-- since, with how often they will then have been taken, by day in the books.
SELECT e.id, 1 + (
    SELECT count(*) FROM ledger_exportedentry v
    WHERE v.tenant_id = e.tenant_id AND v.entry_id = e.id AND v.target = %(target)s AND v.void)
FROM ledger_entry e
WHERE e.legal_entity_id = %(company)s AND e.posted_on <= %(through)s
  AND NOT EXISTS (
    SELECT 1 FROM ledger_exportedentry x
    WHERE x.tenant_id = e.tenant_id AND x.entry_id = e.id AND x.target = %(target)s AND NOT x.void
      AND NOT EXISTS (
        SELECT 1 FROM ledger_exportedentry v WHERE v.tenant_id = x.tenant_id AND v.entry_id = x.entry_id
          AND v.target = x.target AND v.round = x.round AND v.void))
ORDER BY e.booked_on, e.id
