from __future__ import annotations

from django.db import migrations

PEND = """
CREATE FUNCTION audit_pend() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_pending (event_id) SELECT id FROM born;
  RETURN NULL;
END$$;
CREATE TRIGGER pend AFTER INSERT ON audit_event
  REFERENCING NEW TABLE AS born FOR EACH STATEMENT EXECUTE FUNCTION audit_pend();
"""
REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = '23001';
END$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal
  FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    """The pending queue fills itself; events and seals refuse change. TRUNCATE is refused by privilege."""

    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(PEND, "DROP TRIGGER pend ON audit_event; DROP FUNCTION audit_pend();"),
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER append_only ON audit_event; DROP TRIGGER append_only ON audit_seal;"
            " DROP FUNCTION audit_refuse();",
        ),
    ]
