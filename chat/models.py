"""Rooms, their ordered logs, which sitting holds which room, and how far each person has read.

The sequence and the lock counter of a room live in its one row: posting and locking both update
that row, so the database orders them and no message can slip in behind a lock.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from chat.domain import MAX_SLUG_CHARS, MessageKind, RoomKind


class Room(models.Model):
    """The chat of one class, or of its staff. Derived from the class, never named by a person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(
        "accounts.Institution", on_delete=models.PROTECT, related_name="+"
    )
    class_group = models.ForeignKey(
        "accounts.ClassGroup", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(
        max_length=8, default=RoomKind.CLASS, choices=[(k, k) for k in RoomKind]
    )
    slug = models.CharField(max_length=MAX_SLUG_CHARS + 24)
    last_seq = models.PositiveBigIntegerField(default=0, help_text="Of the newest line of the log")
    lock_count = models.PositiveIntegerField(default=0, help_text="Sittings that hold the room")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["class_group", "kind"], name="room_once_per_class"),
            models.UniqueConstraint(fields=["institution", "slug"], name="room_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.slug


class Message(models.Model):
    """One line of a room's log. Written only by chat.queries; `seq` has no gaps."""

    pk = models.CompositePrimaryKey("room_id", "seq")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveBigIntegerField()
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    client_id = models.UUIDField(
        null=True, help_text="Made by the sender's browser; sent again, same line"
    )
    kind = models.CharField(
        max_length=8, default=MessageKind.TEXT, choices=[(k, k) for k in MessageKind]
    )
    body = models.TextField(
        blank=True, default="", help_text="Text; of a lock, the sitting's title"
    )
    attachment = models.ForeignKey(
        "scanner.Upload", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    target_seq = models.PositiveBigIntegerField(
        null=True, help_text="The message a system line is about"
    )
    at = models.DateTimeField(db_default=Now())
    redacted_at = models.DateTimeField(null=True)
    redacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["room", "sender", "client_id"], name="message_once_per_client_id"
            ),
            models.CheckConstraint(condition=Q(seq__gt=0), name="message_seq_from_one"),
            models.CheckConstraint(
                condition=~Q(kind="text") | Q(sender__isnull=False, client_id__isnull=False),
                name="message_text_has_sender",
            ),
            models.CheckConstraint(
                condition=~Q(kind="system") | Q(target_seq__isnull=False),
                name="message_system_has_target",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["attachment"],
                name="message_attachment",
                condition=Q(attachment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.seq} {self.kind}"


class RoomLock(models.Model):
    """One sitting holds one room: since when, for how long, and its two lines in the log.

    The rows of a sitting are its lock set, frozen when it was taken; a candidate registered late
    adds rows, nothing removes one.
    """

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="locks")
    sitting = models.ForeignKey("exams.Sitting", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200, help_text="The sitting's title when it was taken")
    since = models.DateTimeField()
    lock_seq = models.PositiveBigIntegerField()
    released_at = models.DateTimeField(null=True)
    unlock_seq = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="", help_text="Why released")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "sitting"], name="lock_once_per_sitting"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, unlock_seq__isnull=True)
                | Q(released_at__isnull=False, unlock_seq__isnull=False),
                name="lock_released_with_its_line",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["sitting", "room"], name="lock_held", condition=Q(released_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} held by {self.sitting_id}"


class ReadMarker(models.Model):
    """How far a person has read a room."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="markers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "user"], name="marker_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.room_id}#{self.seq}"
