"""Sittings (one dated occasion of an exam), their candidates and the time ledger."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now

from exams.domain.deadline import GrantKind
from exams.domain.states import SittingState


class Sitting(models.Model):
    """One scheduled occasion of an approved exam for a class."""

    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    exam = models.ForeignKey("exams.Exam", on_delete=models.PROTECT, related_name="sittings")
    class_group = models.ForeignKey(
        "accounts.ClassGroup", on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    code = models.CharField(max_length=8, unique=True)
    state = models.CharField(
        max_length=12, default=SittingState.SCHEDULED, choices=[(s, s) for s in SittingState]
    )
    lobby_opens_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    duration = models.DurationField()
    grace = models.DurationField()
    policy = models.JSONField(default=dict, help_text="Validated by exams/domain/policy.py")
    lobby_opened_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    ended_early_at = models.DateTimeField(
        null=True, blank=True, help_text="From here on nobody's time goes on"
    )
    ended_early_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_early_as = models.CharField(
        max_length=20, blank=True, db_default="", help_text="The role, as students are told"
    )
    ended_early_reason = models.TextField(blank=True, db_default="")
    rooms = models.JSONField(default=list, help_text="Names of rooms, physical or remote")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lobby_opens_at__lte=F("starts_at")) & Q(starts_at__lt=F("closes_at")),
                name="sitting_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(duration__gt=timedelta()), name="sitting_duration_positive"
            ),
            models.CheckConstraint(
                condition=Q(ended_early_at__isnull=True)
                | (Q(ended_early_by__isnull=False) & ~Q(ended_early_reason="")),
                name="sitting_early_end_has_reason",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "lobby_opens_at"], name="sitting_due")]

    def __str__(self) -> str:
        return self.title


class Candidate(models.Model):
    """A student registered for a sitting: seat, room, allowance."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="candidates")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    seat = models.CharField(max_length=20, blank=True, default="")
    room = models.CharField(max_length=80, blank=True, default="")
    extra_percent = models.PositiveIntegerField(
        default=0, help_text="What counts: the larger of accommodation and own"
    )
    extra_time = models.DurationField(default=timedelta, help_text="What counts, as above")
    own_percent = models.PositiveIntegerField(
        db_default=0, help_text="Given for this sitting alone, percent of the duration"
    )
    own_time = models.DurationField(
        default=timedelta, db_default=timedelta(), help_text="Given for this sitting alone, fixed"
    )
    accommodation = models.ForeignKey(
        "exams.Accommodation", on_delete=models.PROTECT, null=True, related_name="candidates"
    )
    breaks = models.PositiveSmallIntegerField(db_default=0)
    break_length = models.DurationField(default=timedelta, db_default=timedelta())
    exemptions = ArrayField(
        models.CharField(max_length=16),
        default=list,
        db_default=Value([], ArrayField(models.TextField())),
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sitting", "student"], name="candidate_once_per_sitting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}/{self.student_id}"


class TimeGrant(models.Model):
    """One entry of the time ledger: time given (or taken back) with its reason."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="grants")
    attempt = models.ForeignKey(
        "exams.Attempt", on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    room = models.CharField(
        max_length=80, blank=True, db_default="", help_text="Only for candidates of this room"
    )
    extra = models.DurationField(help_text="Negative takes time away")
    kind = models.CharField(max_length=16, choices=[(k, k) for k in GrantKind])
    reason = models.TextField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    granted_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_reason = models.TextField(blank=True, db_default="")
    request = models.UUIDField(
        null=True, unique=True, help_text="Client-made: sent twice, it gives once"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sitting", "attempt"], name="grant_scope")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(attempt__isnull=True) | Q(room=""), name="grant_one_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.extra}"


class GrantReceipt(models.Model):
    """That a candidate is told of an entry of the ledger, or of its end, and has seen it."""

    grant = models.ForeignKey(TimeGrant, on_delete=models.CASCADE, related_name="receipts")
    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    is_revocation = models.BooleanField(default=False)
    order = models.UUIDField(unique=True, help_text="Id of the command that tells the candidate")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["grant", "attempt", "is_revocation"], name="receipt_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}/{self.attempt_id}"
