"""Facts of the chat that others may hear of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class MessagePosted(Event):
    """A person's message was accepted; `seq` is its place in the room's log."""

    room_id: UUID
    seq: int
    sender_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RoomLocked(Event):
    """From `seq` on nobody posts in the room, because of this sitting."""

    room_id: UUID
    sitting_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class RoomUnlocked(Event):
    """This sitting no longer holds the room; others may."""

    room_id: UUID
    sitting_id: int
    seq: int
