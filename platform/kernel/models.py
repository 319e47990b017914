"""Rows of the outbox (jobs that must happen) and of the audit trail (acts that did happen)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.jobstates import JobState


class OutboxEntry(models.Model):
    """One background job, from the transaction that wanted it to its stored outcome."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.CharField(max_length=100)
    queue = models.CharField(max_length=20, default="default")
    kwargs = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    state = models.CharField(
        max_length=12, default=JobState.WAITING, choices=[(s, s) for s in JobState]
    )
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    run_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["run_at"],
                name="outbox_open",
                condition=Q(state__in=["waiting", "sent", "running"]),
            ),
            models.Index(fields=["task", "created_at"], name="outbox_task"),
        ]
        verbose_name_plural = "outbox entries"

    def __str__(self) -> str:
        return f"{self.task} {self.state}"


class AuditEntry(models.Model):
    """One privileged act. Append-only: a trigger refuses UPDATE and DELETE."""

    id = models.BigAutoField(primary_key=True)
    chain = models.CharField(max_length=40, help_text="institution:<id>, or system")
    position = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    reason = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "position"], name="audit_chain_position"),
        ]
        indexes: ClassVar = [models.Index(fields=["subject", "id"], name="audit_subject")]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.chain}#{self.position} {self.action}"
