"""Accommodations: what one person is owed in every sitting. Rows are ended, never changed."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from exams.domain.accommodation import MAX_BREAKS, MAX_PERCENT, Exemption


class Accommodation(models.Model):
    """What a student gets in every sitting of an institution. A diagnosis is never stored."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    extra_percent = models.PositiveSmallIntegerField(default=0)
    extra_time = models.DurationField(default=timedelta)
    breaks = models.PositiveSmallIntegerField(default=0)
    break_length = models.DurationField(default=timedelta)
    exemptions = ArrayField(models.CharField(max_length=16), default=list)
    note = models.TextField(
        blank=True, default="", help_text="What invigilators have to do; no diagnosis"
    )
    valid_from = models.DateField(help_text="First day, in the institution's calendar")
    valid_to = models.DateField(null=True, help_text="Last day; empty for no end")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "student"],
                condition=Q(ended_at__isnull=True),
                name="accommodation_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(extra_percent__lte=MAX_PERCENT) & Q(breaks__lte=MAX_BREAKS),
                name="accommodation_in_range",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="accommodation_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(exemptions__contained_by=[one.value for one in Exemption]),
                name="accommodation_exemptions_known",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_reason="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_reason="")),
                name="accommodation_end_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id}: +{self.extra_percent} %"
