"""Files of questions between their preview and their import."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from exams.domain.imports import ImportState
from exams.domain.outline_diff import ImportMode


class ImportFile(models.Model):
    """One file that somebody sent: for a draft exam, a bank, or, when both are empty, a new exam.

    The bytes go when it is done, the row when it is old.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.CASCADE, related_name="+"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    exam = models.ForeignKey(
        "exams.Exam", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    bank = models.ForeignKey(
        "exams.QuestionBank", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=255, blank=True, default="")
    data = models.BinaryField(blank=True, default=b"")
    file_format = models.CharField(max_length=20, blank=True, default="")
    state = models.CharField(
        max_length=12, default=ImportState.READY, choices=[(s, s) for s in ImportState]
    )
    mode = models.CharField(
        max_length=20, default=ImportMode.NEW, choices=[(m, m) for m in ImportMode]
    )
    choice = models.JSONField(default=dict, blank=True, help_text="What was chosen for the header")
    imported = models.PositiveIntegerField(default=0)
    reported = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    fault = models.JSONField(default=dict, blank=True, help_text="Code and data of a refusal")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index("created_at", name="import_file_age")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(exam__isnull=True) | Q(bank__isnull=True), name="import_one_target"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)
