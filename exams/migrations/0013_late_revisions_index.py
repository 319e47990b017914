from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Answers are saved while it is built: the table holds all that was ever acknowledged."""

    atomic = False

    dependencies = [("exams", "0012_timetables")]

    operations = [
        AddIndexConcurrently(
            model_name="answerrevision",
            index=models.Index(
                condition=models.Q(("late", True)),
                fields=["attempt", "question_id"],
                name="revision_late",
            ),
        ),
    ]
