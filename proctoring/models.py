"""Who watches what, commands and their delivery, facts, incidents, help, links, the watch log."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from proctoring.domain.command import CommandKind, DeliveryState
from proctoring.domain.incident import IncidentState
from proctoring.domain.link import Link
from proctoring.domain.observation import ObservationKind


class Assignment(models.Model):
    """An invigilator of a sitting. Without any, every invigilator of the class may watch."""

    sitting = models.ForeignKey("exams.Sitting", on_delete=models.CASCADE, related_name="+")
    invigilator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sitting", "invigilator"], name="assignment_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.invigilator_id} watches {self.sitting_id}"


class Command(models.Model):
    """One instruction to one attempt. Its effect committed in the transaction that made the row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField(help_text="Order within the attempt")
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in CommandKind])
    text = models.TextField(
        blank=True, default="", help_text="Message or reason, shown to the student"
    )
    extra_s = models.IntegerField(default=0, help_text="Seconds, for extend")
    is_of_ledger = models.BooleanField(
        default=False, db_default=False, help_text="Tells of time that was given to several"
    )
    state = models.CharField(
        max_length=10,
        default=DeliveryState.SENT,
        choices=[(state, state) for state in DeliveryState],
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(db_default=Now())
    pushed_at = models.DateTimeField(db_default=Now())
    pushes = models.PositiveIntegerField(default=1)
    delivered_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "seq"], name="command_seq_unique"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["pushed_at"], name="command_open", condition=~Q(state="applied")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq} {self.state}"


class Observation(models.Model):
    """One raw fact; cheap and many."""

    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in ObservationKind])
    amount = models.FloatField(help_text="In the unit of the rule for this kind")
    client_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["attempt", "recorded_at"], name="observation_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Incident(models.Model):
    """Something a person must judge; several facts of one kind within a minute count as one."""

    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    severity = models.FloatField(help_text="0 to 1; orders the queue, accuses nobody")
    rule_version = models.CharField(max_length=20)
    state = models.CharField(
        max_length=14,
        default=IncidentState.OPEN,
        choices=[(state, state) for state in IncidentState],
    )
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    amount = models.FloatField(help_text="Largest amount seen")
    statement = models.TextField(blank=True, default="", help_text="The student's own words")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(severity__gte=0, severity__lte=1), name="incident_severity_range"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["attempt", "kind", "last_at"], name="incident_recent")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class HelpRequest(models.Model):
    """A raised hand with the student's words, and the answer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    reply = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"help {self.pk}"


class LinkChange(models.Model):
    """A connection or a camera that went or came back. Written once (queries.py), never changed."""

    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    link = models.CharField(max_length=10, choices=[(link, link) for link in Link])
    number = models.PositiveIntegerField(help_text="Odd: it went; even: it came back")
    at = models.DateTimeField(help_text="Since when, by the server's clock")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "link", "number"], name="link_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.link} {'back' if self.is_back else 'lost'}"

    @property
    def is_back(self) -> bool:
        """Whether it came back."""
        return self.number % 2 == 0


class WatchView(models.Model):
    """Who saw whose camera at large, from when to when. The student can read it.

    Written where the high layer is granted, per connection of the viewer.
    """

    attempt = models.ForeignKey("exams.Attempt", on_delete=models.CASCADE, related_name="+")
    viewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    connection_id = models.CharField(max_length=64, db_default="", help_text="The viewer's socket")
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(
        db_default=Now(), help_text="When the viewer's process last said that it goes on"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["attempt", "connection_id"],
                condition=Q(ended_at=None),
                name="watch_open_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["attempt", "started_at"], name="watch_attempt"),
            models.Index(fields=["seen_at"], name="watch_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id} sees {self.attempt_id}"
