-- A statement's lines must sum to zero for each entry and currency, and belong to an entry of this transaction.
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE bad bigint;
BEGIN
  SELECT entry_id INTO bad FROM born GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger entry % does not sum to zero', bad
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_zero_sum';
  END IF;
  SELECT b.entry_id INTO bad
    FROM (SELECT DISTINCT entry_id, biller_id FROM born) b LEFT JOIN ledger_entry e
      ON e.id = b.entry_id AND e.biller_id = b.biller_id AND e.xact = pg_current_xact_id()
   WHERE e.id IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger entry % is closed, or of another biller', bad
      USING ERRCODE = '23514', CONSTRAINT = 'ledger_entry_closed';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER balanced AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS born
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_balanced();

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_line
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
