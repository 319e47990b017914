"""Rules that hold whoever writes: an approved exam and a submission never change.

A trigger is the last line: the services refuse first, with a code a person can be told.
"""

from django.db import migrations

FREEZE = """
CREATE FUNCTION exams_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is frozen', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER exam_is_frozen BEFORE UPDATE OR DELETE ON exams_exam
    FOR EACH ROW WHEN (OLD.state = 'approved') EXECUTE FUNCTION exams_refuse_change();

CREATE TRIGGER submission_is_frozen BEFORE UPDATE OF attempt_id, receipt, kind, answers, digest
    OR DELETE ON exams_submission
    FOR EACH ROW EXECUTE FUNCTION exams_refuse_change();

CREATE FUNCTION exams_refuse_older() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an older answer must not replace a newer one'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER answer_never_older BEFORE UPDATE OF seq, value ON exams_answer
    FOR EACH ROW
    WHEN (NEW.seq < OLD.seq OR (NEW.seq = OLD.seq AND NEW.value IS DISTINCT FROM OLD.value))
    EXECUTE FUNCTION exams_refuse_older();
"""

THAW = """
DROP TRIGGER answer_never_older ON exams_answer;
DROP FUNCTION exams_refuse_older();
DROP TRIGGER submission_is_frozen ON exams_submission;
DROP TRIGGER exam_is_frozen ON exams_exam;
DROP FUNCTION exams_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
