-- The entries %(entries)s into batch %(batch)s, each for the time that %(rounds)s says.
INSERT INTO ledger_exportedentry (tenant_id, batch_id, target, void, entry_id, round)
SELECT b.tenant_id, b.id, b.target, b.voids_id IS NOT NULL, given.entry_id, given.round
FROM ledger_exportbatch b, unnest(%(entries)s::bigint[], %(rounds)s::smallint[]) AS given (entry_id, round)
WHERE b.id = %(batch)s
