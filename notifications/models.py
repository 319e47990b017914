"""Notices, one row of truth per recipient, and who asked not to be written to."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import AudienceKind, NoticeState


class Notice(models.Model):
    """What somebody wants to tell an audience at a time. Its recipients are found when it is due."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=120)
    state = models.CharField(
        max_length=12, default=NoticeState.DRAFT, choices=[(s, s) for s in NoticeState]
    )
    audience_kind = models.CharField(max_length=10, choices=[(k, k) for k in AudienceKind])
    class_group = models.ForeignKey(
        "accounts.ClassGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sitting = models.ForeignKey(
        "exams.Sitting", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=20, blank=True, default="student")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text_en = models.TextField(blank=True, default="")
    text_fa = models.TextField(blank=True, default="")
    send_at = models.DateTimeField(null=True, blank=True)
    lead = models.DurationField(null=True, blank=True, help_text="Before the sitting's start")
    wakes = models.BooleanField(default=False, help_text="Sent in the recipient's night as well")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Not sent after this")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    scheduled_at = models.DateTimeField(null=True, blank=True)
    expanded_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    turn = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Which batch is next: one at a time is asked for"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(audience_kind=AudienceKind.CLASS, class_group__isnull=False)
                | Q(audience_kind=AudienceKind.SITTING, sitting__isnull=False)
                | Q(audience_kind=AudienceKind.PERSON, person__isnull=False)
                | Q(audience_kind=AudienceKind.ROLE),
                name="notice_audience_complete",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[NoticeState.DRAFT, NoticeState.CANCELLED])
                | Q(send_at__isnull=False),
                name="notice_scheduled_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["send_at"], name="notice_due", condition=Q(state=NoticeState.SCHEDULED)
            ),
            models.Index(fields=["institution", "send_at"], name="notice_calendar"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.state}"


class Delivery(models.Model):
    """One SMS to one person. `sending` and `attempt` are stored before the request leaves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        max_length=12, default=DeliveryState.PENDING, choices=[(s, s) for s in DeliveryState]
    )
    reason = models.CharField(max_length=40, blank=True, default="", help_text="Stable code")
    locale = models.CharField(max_length=10, blank=True, default="")
    phone_masked = models.CharField(max_length=24, blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, default="", help_text="Keyed")
    body = models.TextField(blank=True, default="", help_text="As sent")
    segments = models.PositiveSmallIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0, help_text="Requests begun")
    not_before = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sending_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    gateway = models.CharField(max_length=20, blank=True, default="")
    provider_id = models.CharField(max_length=64, blank=True, default="")
    error_code = models.CharField(max_length=20, blank=True, default="")
    error_detail = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "recipient"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["provider_id"], name="delivery_provider_id", condition=~Q(provider_id="")
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["notice", "not_before"],
                name="delivery_open",
                condition=Q(state__in=["pending", "claimed", "sending", "retry", "unknown"]),
            ),
            models.Index(fields=["phone_hash", "sending_at"], name="delivery_per_phone"),
            models.Index(fields=["sending_at"], name="delivery_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.recipient_id} {self.state}"


class OptOut(models.Model):
    """A number whose owner asked for no more messages. Kept as a keyed hash only."""

    phone_hash = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=20)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.phone_hash[:12]
