-- The same rule; what changed is how entries are found: each by its key, whatever the planner believes of `xact`.
-- As a join, a large transaction was planned as if it had written one entry, and every statement read them all.
CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad bigint;
BEGIN
  SELECT entry_id INTO bad FROM born GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger entry % does not sum to zero', bad
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_zero_sum';
  END IF;
  SELECT b.entry_id INTO bad FROM (SELECT DISTINCT entry_id, biller_id FROM born) b
   WHERE (SELECT e.xact FROM ledger_entry e WHERE e.id = b.entry_id AND e.biller_id = b.biller_id)
         IS DISTINCT FROM pg_current_xact_id() LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger entry % is closed, or of another biller', bad
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_closed';
  END IF;
  RETURN NULL;
END $$;
