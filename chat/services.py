"""Writes of the chat: rooms, messages, locks, removals, read markers. Others call these."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.selectors import class_card, classes_of, institution_card
from chat import queries, selectors
from chat.domain import MessageKind, RoomKind, clean_body, slug_of
from chat.errors import (
    AttachmentRefused,
    HistoryNotEmpty,
    MessageNotFound,
    ModerationNotAllowed,
    PostNotAllowed,
    ReasonNeeded,
)
from chat.events import MessagePosted, RoomLocked, RoomUnlocked
from chat.models import Message, Room
from chat.queries import Line
from chat.wire import Changed, Locked, Posted, Unlocked
from kernel import audit, clock
from kernel.errors import DomainError
from kernel.events import bus
from realtime.publish import close_user_sockets, publish
from scanner.selectors import upload_card, upload_cards

log = structlog.get_logger(__name__)

REJOIN: Final = 1012  # close code after which a client comes back and asks again
_ONCE: Final = "message_once_per_client_id"


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """Where a message went; `again` when it had been accepted before."""

    seq: int
    at: datetime
    again: bool


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line of a conversation that took place before, for import."""

    sender_id: int
    body: str
    at: datetime


def topic_of(room_id: UUID) -> str:
    """Return the topic on which a room's events are published."""
    return f"chat:{room_id}"


# ── Rooms ───────────────────────────────────────────────────────────────────────────────────


def ensure_room(*, class_id: int, kind: RoomKind) -> UUID:
    """Return the class's room of this kind, made now if it was not there yet.

    Safe to call from any number of processes at once. A room made while a sitting runs is locked
    from its first line.

    Raises:
        ClassUnknown: There is no such class.
    """
    known = Room.objects.filter(class_group_id=class_id, kind=kind).values_list("pk", flat=True)
    found = known.first()
    if found is not None:
        return found
    return _make_room(class_id, kind) or known.get()


def ensure_rooms_of(*, user_id: int) -> None:
    """Make the missing rooms of every class the person belongs to. One query when none is."""
    class_ids = [card.id for card in classes_of(user_id)]
    known = Room.objects.filter(class_group_id__in=class_ids).values_list("class_group_id", "kind")
    for class_id in class_ids:
        for kind in RoomKind:
            if (class_id, kind) not in set(known):
                ensure_room(class_id=class_id, kind=kind)


@transaction.atomic
def _make_room(class_id: int, kind: RoomKind) -> UUID | None:
    group = class_card(class_id)
    slug = slug_of(institution_card(group.institution_id).code, group.code, kind)
    if Room.objects.filter(institution_id=group.institution_id, slug=slug).exists():
        slug = f"{slug}~{class_id}"  # two codes that differ only in what a slug leaves out
    room = Room(
        pk=uuid.uuid4(),
        institution_id=group.institution_id,
        class_group_id=class_id,
        kind=kind,
        slug=slug,
    )
    Room.objects.bulk_create([room], ignore_conflicts=True)
    if not Room.objects.filter(pk=room.pk).exists():
        return None
    for lock in queries.live_locks(room_id=room.pk, person_id=0):
        lock_sitting(sitting_id=lock.sitting_id)
    return room.pk


# ── Messages ────────────────────────────────────────────────────────────────────────────────


def post_message(
    *,
    room_id: UUID,
    sender_id: int,
    client_id: UUID,
    body: str,
    attachment_id: UUID | None = None,
) -> PostedMessage:
    """Post a message, unless a sitting holds the room or the sender.

    Sending the same `client_id` again returns the first outcome, also after the room was locked:
    a client that lost the answer learns that its message is in.

    Args:
        room_id: Where.
        sender_id: Who.
        client_id: Made by the sender's browser, once per message.
        body: As typed; stored cleaned.
        attachment_id: The sender's upload for the chat; it may still wait for its check.

    Raises:
        MessageRefused: Empty or too long.
        AttachmentRefused: Not the sender's, not for the chat, or rejected by its check.
        ChatLocked: A sitting holds the room or the sender.
        RoomNotFound: No such room, or the sender does not belong to it.
        PostNotAllowed: The sender may only read.
    """
    text = clean_body(body, has_attachment=attachment_id is not None)
    if attachment_id is not None:
        _check_attachment(attachment_id, sender_id)
    line = _post_once(room_id, sender_id, client_id, text, attachment_id)
    if line is not None:
        return PostedMessage(line.seq, line.at, again=False)
    earlier = Message.objects.filter(
        room_id=room_id, sender_id=sender_id, client_id=client_id
    ).first()
    if earlier is None:
        raise _refusal(room_id, sender_id)
    return PostedMessage(earlier.seq, earlier.at, again=True)


def _post_once(
    room_id: UUID, sender_id: int, client_id: UUID, text: str, attachment_id: UUID | None
) -> Line | None:
    """Return the line, or None: refused, or accepted before under this client_id."""
    try:
        with transaction.atomic():
            line = queries.post_if_unlocked(
                room_id=room_id,
                sender_id=sender_id,
                client_id=client_id,
                body=text,
                attachment_id=attachment_id,
            )
            if line is not None:
                _announce_post(line, sender_id)
            return line
    except IntegrityError as error:
        if _ONCE not in str(error):
            raise
        return None


def _announce_post(line: Line, sender_id: int) -> None:
    entry = selectors.entry_of(line.room_id, line.seq)
    publish(topic_of(line.room_id), Posted(entry), seq=line.seq)
    bus.emit(MessagePosted(line.room_id, line.seq, sender_id, line.at))


def _check_attachment(upload_id: UUID, sender_id: int) -> None:
    """Raise AttachmentRefused unless the file is the sender's, for the chat, and not rejected."""
    card = upload_cards([upload_id]).get(upload_id)
    if card is None or card.owner_id != sender_id or card.purpose != "chat":
        raise AttachmentRefused(reason="unknown")
    if card.state.value not in {"quarantined", "scanning", "clean"}:
        raise AttachmentRefused(reason=card.state.value)


def _refusal(room_id: UUID, sender_id: int) -> DomainError:
    entrance = selectors.enter_room(room_id, sender_id)
    if not entrance.standing.may_post:
        return PostNotAllowed()
    return selectors.lock_refusal(entrance.locks)


@transaction.atomic
def remove_message(*, room_id: UUID, seq: int, moderator_id: int, reason: str) -> None:
    """Take a message out of sight; its text is kept for staff. Removing it twice has no effect.

    Raises:
        RoomNotFound: No such room, or not the moderator's.
        ModerationNotAllowed: Not staff of the room.
        ChatLocked: The moderator is a candidate of a sitting that runs.
        ReasonNeeded: No reason given.
        MessageNotFound: There is no such message of a person.
    """
    entrance = _enter_to_moderate(room_id, moderator_id)
    if not reason.strip():
        raise ReasonNeeded
    lines = Message.objects.filter(room_id=room_id, seq=seq, kind=MessageKind.TEXT)
    removed = lines.filter(redacted_at__isnull=True).update(
        redacted_at=clock.now(), redacted_by_id=moderator_id
    )
    if not removed:
        if not lines.exists():
            raise MessageNotFound
        return
    # The audit chain first, then the room's row: the order in which a sitting opens.
    audit.append(
        "chat.message_removed",
        actor_id=moderator_id,
        subject=f"message:{room_id}#{seq}",
        reason=reason.strip(),
        institution_id=entrance.room.institution_id,
    )
    note = queries.note_change(room_id=room_id, target_seq=seq)
    change = Changed(target=seq, removed=True, attachment_state=None)
    publish(topic_of(room_id), change, seq=note.seq)


@transaction.atomic
def reveal_message(*, room_id: UUID, seq: int, moderator_id: int) -> str:
    """Return the text of a removed message to staff; that it was looked at is recorded.

    Raises:
        RoomNotFound, ModerationNotAllowed, ChatLocked: As for remove_message.
        MessageNotFound: There is no such removed message.
    """
    entrance = _enter_to_moderate(room_id, moderator_id)
    line = Message.objects.filter(room_id=room_id, seq=seq, redacted_at__isnull=False).first()
    if line is None:
        raise MessageNotFound
    audit.append(
        "chat.removed_message_viewed",
        actor_id=moderator_id,
        subject=f"message:{room_id}#{seq}",
        institution_id=entrance.room.institution_id,
    )
    return line.body


def _enter_to_moderate(room_id: UUID, moderator_id: int) -> selectors.Entrance:
    entrance = selectors.enter_room(room_id, moderator_id)
    entrance.refuse_sealed()
    if not entrance.standing.may_moderate:
        raise ModerationNotAllowed
    return entrance


def mark_read(*, room_id: UUID, user_id: int, seq: int) -> int:
    """Move the person's read marker forward; return where it is now.

    Raises:
        RoomNotFound: No such room, or not theirs.
        ChatLocked: They are sealed.
    """
    selectors.enter_room(room_id, user_id).refuse_sealed()
    return queries.mark_read(room_id=room_id, person_id=user_id, seq=seq)


@transaction.atomic
def note_attachment(*, upload_id: UUID) -> None:
    """Tell the rooms with this file that its check has ended."""
    state = upload_card(upload_id).state.value
    posted = Message.objects.filter(attachment_id=upload_id, redacted_at__isnull=True)
    for room_id, seq in posted.order_by("room_id", "seq").values_list("room_id", "seq"):
        note = queries.note_change(room_id=room_id, target_seq=seq)
        change = Changed(target=seq, removed=False, attachment_state=state)
        publish(topic_of(room_id), change, seq=note.seq)


@transaction.atomic
def import_conversation(*, room_id: UUID, lines: Sequence[PastLine]) -> int:
    """Put a past conversation into a room where nobody has spoken; return how many lines.

    Lines get consecutive numbers in the order of their times. The room's own lock lines count as
    spoken: what was said before a lock cannot be added after it.

    Raises:
        HistoryNotEmpty: The room has a log already.
        MessageRefused: A line is empty or too long.
    """
    ordered = sorted(lines, key=lambda line: line.at)
    taken = Room.objects.filter(pk=room_id, last_seq=0).update(
        last_seq=F("last_seq") + len(ordered)
    )
    if not taken:
        raise HistoryNotEmpty
    Message.objects.bulk_create(
        Message(
            room_id=room_id,
            seq=seq,
            sender_id=line.sender_id,
            client_id=uuid.uuid4(),
            body=clean_body(line.body, has_attachment=False),
            at=line.at,
        )
        for seq, line in enumerate(ordered, start=1)
    )
    return len(ordered)


# ── Locks ───────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def lock_sitting(*, sitting_id: int) -> int:
    """Let a sitting hold every room of its lock set; return how many were newly taken.

    Called again it takes only rooms it has never held: those of candidates registered late. A
    sitting whose policy leaves the chat open takes none. Rooms that do not exist yet are locked
    when they are made.
    """
    lines = queries.lock_rooms(sitting_id)
    locks = {lock.sitting_id: lock for lock in _locks_of(lines)}
    for line in lines:
        held = locks[sitting_id]
        publish(topic_of(line.room_id), Locked(selectors.wire_lock(held)), seq=line.seq)
        bus.emit(RoomLocked(line.room_id, sitting_id, line.seq))
    for person_id, room_id in queries.candidates_in_open_rooms(sitting_id):
        close_user_sockets(person_id, REJOIN, topic=topic_of(room_id))
    if lines:
        log.info("chat.locked", sitting_id=sitting_id, rooms=len(lines))
    return len(lines)


def _locks_of(lines: Iterable[Line]) -> list[queries.LiveLock]:
    first = next(iter(lines), None)
    return queries.live_locks(room_id=first.room_id, person_id=0) if first else []


@transaction.atomic
def lock_late_candidate(*, sitting_id: int) -> int:
    """Lock the rooms of a candidate added after the lock was taken; nothing before that."""
    return lock_sitting(sitting_id=sitting_id) if queries.is_window_open(sitting_id) else 0


@transaction.atomic(savepoint=False)  # most often it only looks
def release_sitting(*, sitting_id: int, reason: str) -> int:
    """Let a sitting give up its rooms, unless somebody still works; return how many.

    Safe to call at every end of an attempt: it acts once, when the last one (extended ones
    included) is over and the sitting is closed or cancelled.
    """
    if queries.may_still_hold(sitting_id):
        return 0
    lines = queries.release_rooms(sitting_id=sitting_id, reason=reason)
    for line in lines:
        publish(topic_of(line.room_id), Unlocked(sitting=sitting_id, title=line.body), seq=line.seq)
        bus.emit(RoomUnlocked(line.room_id, sitting_id, line.seq))
    if lines:
        log.info("chat.unlocked", sitting_id=sitting_id, rooms=len(lines), reason=reason)
    return len(lines)
