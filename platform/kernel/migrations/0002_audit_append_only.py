"""The audit trail refuses UPDATE and DELETE in the database itself, whoever asks.

TRUNCATE is left to the privileges of the database role (the application's role needs none).
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION kernel_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON kernel_auditentry
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_refuse();
"""
ALLOW = """
DROP TRIGGER audit_append_only ON kernel_auditentry;
DROP FUNCTION kernel_audit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
