"""A configuration is an object, also for who writes past the services."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("exams", "0008_times")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE exams_exam ADD CONSTRAINT exam_configuration_is_object"
            " CHECK (jsonb_typeof(configuration) = 'object') NOT VALID",
            "ALTER TABLE exams_exam DROP CONSTRAINT exam_configuration_is_object",
        ),
        migrations.RunSQL(
            "ALTER TABLE exams_exam VALIDATE CONSTRAINT exam_configuration_is_object",
            migrations.RunSQL.noop,
        ),
    ]
