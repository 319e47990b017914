"""Uploads and what each check of them found. The bytes are in storage.py's two stores."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from scanner.domain import Purpose, Verdict


class Upload(models.Model):
    """One file somebody sent, from quarantine to its verdict. `sha256` is what was received."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=[(p, p) for p in Purpose])
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=100, help_text="Sniffed from the content, never claimed")
    state = models.CharField(
        max_length=12, default=Verdict.QUARANTINED, choices=[(v, v) for v in Verdict]
    )
    reason = models.CharField(max_length=120, blank=True, default="")
    signature_version = models.CharField(max_length=120, blank=True, default="")
    scan_number = models.PositiveIntegerField(default=0, help_text="Fences off a silent worker")
    received_at = models.DateTimeField(db_default=Now())
    scan_started_at = models.DateTimeField(null=True)
    next_scan_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="upload_sha256"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="upload_not_empty"),
            models.CheckConstraint(
                condition=Q(state__in=["quarantined", "scanning"], decided_at=None)
                | Q(decided_at__isnull=False),
                name="upload_decided",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"],
                name="upload_waiting",
                condition=Q(state__in=["quarantined", "scanning"]),
            ),
            models.Index(fields=["owner", "state"], name="upload_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class ScanReport(models.Model):
    """One check of one upload: which engine saw which bytes, and what it said."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="reports")
    number = models.PositiveIntegerField()
    engine = models.CharField(max_length=20)
    signature_version = models.CharField(max_length=120, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="", help_text="Of the bytes seen")
    outcome = models.CharField(max_length=12)
    detail = models.CharField(max_length=200, blank=True, default="")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="scan_report_number"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}#{self.number} {self.outcome}"
