"""What the chat puts on the wire: pushed events, the snapshot, the calls. Times are milliseconds.

A pushed event of a locked room carries no text: its candidates may still be listening.
"""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from chat.domain import MessageKind, RoomKind
from kernel import wire


class Attachment(msgspec.Struct, frozen=True):
    """A file on a message. `state` is the scanner's: only a clean one can be opened."""

    id: UUID
    name: str
    size: int
    state: str


class Author(msgspec.Struct, frozen=True):
    """Who wrote a message."""

    id: int
    name: str
    initials: str
    is_staff: bool


class Entry(msgspec.Struct, frozen=True):
    """One line of the log as its readers see it.

    `kind` is text, lock, unlock or system. A removed message has `removed` true and no body. Of a
    lock, `body` is the sitting's title. A system line says how message `target` is now.
    """

    seq: int
    kind: MessageKind
    at: int
    body: str = ""
    author: Author | None = None
    client_id: UUID | None = None
    attachment: Attachment | None = None
    removed: bool = False
    target: int | None = None


class Lock(msgspec.Struct, frozen=True):
    """One sitting that holds the room. `until` is the latest planned end, null when unknown."""

    sitting: int
    title: str
    since: int
    until: int | None


class RoomState(msgspec.Struct, frozen=True):
    """What a subscriber gets.

    Attributes:
        locked: A sitting holds the room: nobody posts.
        sealed: The viewer is a candidate: `entries` is empty and history is refused.
        reset: `entries` is the newest page, not what followed `since`: forget what you had.
        more: There are older messages before the first entry.
        stays_open: What a locked-out viewer still has: history, help.
    """

    room: UUID
    title: str
    kind: RoomKind
    locked: bool
    sealed: bool
    locks: list[Lock]
    can_post: bool
    can_moderate: bool
    read: int
    reset: bool
    more: bool
    stays_open: list[str]
    entries: list[Entry]


class Posted(msgspec.Struct, frozen=True, tag="chat.posted", tag_field="t"):
    """A person's message."""

    entry: Entry


class Locked(msgspec.Struct, frozen=True, tag="chat.locked", tag_field="t"):
    """A sitting holds the room from here on; subscribe again to learn what that means for you."""

    lock: Lock


class Unlocked(msgspec.Struct, frozen=True, tag="chat.unlocked", tag_field="t"):
    """A sitting gave the room up; others may still hold it: subscribe again."""

    sitting: int
    title: str


class Changed(msgspec.Struct, frozen=True, tag="chat.changed", tag_field="t"):
    """Message `target` was removed, or its file was checked. Never any text."""

    target: int
    removed: bool
    attachment_state: str | None


class Post(wire.Message, frozen=True):
    """Call chat.post."""

    client_id: UUID
    body: str = ""
    attachment: UUID | None = None


class PostDone(msgspec.Struct, frozen=True):
    """The message is in the log; `again` when it was there before."""

    seq: int
    at: int
    again: bool


class Read(wire.Message, frozen=True):
    """Call chat.read."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class ReadDone(msgspec.Struct, frozen=True):
    """Where the marker is now."""

    seq: int


EVENTS: Final = (Posted, Locked, Unlocked, Changed)
