"""Timetables of classes: documents with a life, and the sittings that were made of their entries."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from exams.domain.timetable import TimetableState


class Timetable(models.Model):
    """The exams of a class over a term, drafted by one person and approved by another."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    class_group = models.ForeignKey(
        "accounts.ClassGroup", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField(help_text="Counts the timetables of the class")
    document = models.JSONField(help_text="Validated by exams/domain/timetable.py")
    state = models.CharField(
        max_length=12, default=TimetableState.DRAFT, choices=[(s, s) for s in TimetableState]
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    editors = models.JSONField(default=list, help_text="Who wrote in it; none of them approves it")
    returned_reason = models.TextField(blank=True, default="")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["class_group", "version"], name="timetable_version_unique"
            ),
            models.UniqueConstraint(
                fields=["class_group"],
                condition=Q(state="approved"),
                name="timetable_one_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("created_by")) & ~Q(approved_by=F("sent_by"))),
                name="timetable_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "superseded"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="timetable_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class TimetableSitting(models.Model):
    """The sitting that was made of an entry; an entry keeps its id from version to version."""

    class_group = models.ForeignKey(
        "accounts.ClassGroup", on_delete=models.PROTECT, related_name="+"
    )
    entry = models.CharField(max_length=40)
    sitting = models.OneToOneField(
        "exams.Sitting", on_delete=models.CASCADE, related_name="timetable_entry"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "entry"], name="timetable_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.class_group_id}/{self.entry}"
