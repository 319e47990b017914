"""Reads of the chat: rooms of a person, the state of a room for a viewer, pages of its log.

A sealed viewer (a candidate of a sitting that runs) gets the state without a single message.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.selectors import UserCard, user_cards
from chat import queries
from chat.domain import PAGE, RESUME_LIMIT, MessageKind, RoomKind
from chat.errors import ChatLocked, RoomNotFound
from chat.models import Message, Room, RoomLock
from chat.queries import LiveLock, Standing
from chat.wire import Attachment, Author, Entry, Lock, RoomState
from kernel import clock
from scanner.selectors import UploadCard, upload_cards


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room in a person's list. `last` is the newest message's text; None while sealed."""

    id: UUID
    title: str
    kind: RoomKind
    unread: int
    is_locked: bool
    is_sealed: bool
    last: str | None
    last_author: str
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entrance:
    """A viewer at the door of a room: what they may do, and what holds it now."""

    room: Room
    viewer_id: int
    standing: Standing
    locks: tuple[LiveLock, ...]

    @property
    def is_locked(self) -> bool:
        """Whether nobody posts here now."""
        return any(lock.holds_room for lock in self.locks)

    @property
    def is_sealed(self) -> bool:
        """Whether this viewer may not read now, here or anywhere."""
        return any(lock.seals_person for lock in self.locks)

    def refuse_sealed(self) -> None:
        """Refuse a sealed viewer.

        Raises:
            ChatLocked: The viewer is a candidate of a sitting that runs.
        """
        if self.is_sealed:
            raise lock_refusal(self.locks)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Older entries, oldest first, and whether there are still older ones."""

    entries: list[Entry]
    more: bool


def enter_room(room_id: UUID, viewer_id: int) -> Entrance:
    """Return the viewer's entrance to a room. Three queries.

    Raises:
        RoomNotFound: No such room, or the viewer does not belong to it.
    """
    standing = queries.standing_of(room_id=room_id, person_id=viewer_id)
    room = Room.objects.select_related("class_group").filter(pk=room_id).first()
    if standing is None or room is None:
        raise RoomNotFound
    locks = queries.live_locks(room_id=room_id, person_id=viewer_id)
    return Entrance(room, viewer_id, standing, tuple(locks))


def room_state(room_id: UUID, viewer_id: int, since: int | None = None) -> tuple[int, RoomState]:
    """Return the head of the room's log and its state for this viewer.

    Args:
        room_id: The room.
        viewer_id: Who looks.
        since: Last sequence number the viewer has; None asks for the newest page.

    Raises:
        RoomNotFound: No such room, or not the viewer's.
        ChatLocked: The viewer is sealed while others go on posting here, as in a staff room: who
            follows the room would be pushed what they write.
    """
    entrance = enter_room(room_id, viewer_id)
    if not entrance.is_locked:
        entrance.refuse_sealed()
    head = entrance.room.last_seq
    is_resume = since is not None and 0 <= head - since <= RESUME_LIMIT
    if entrance.is_sealed:
        page = HistoryPage([], more=False)
    elif is_resume:
        page = HistoryPage(_entries_between(room_id, since or 0, head), more=True)
    else:
        page = entries_before(room_id, head + 1)
    return head, _state_of(entrance, page, is_reset=not is_resume)


def history_page(room_id: UUID, viewer_id: int, *, before: int) -> HistoryPage:
    """Return the page of entries before `before`.

    Raises:
        RoomNotFound: No such room, or not the viewer's.
        ChatLocked: The viewer is sealed.
    """
    enter_room(room_id, viewer_id).refuse_sealed()
    return entries_before(room_id, before)


def entries_before(room_id: UUID, before: int) -> HistoryPage:
    """Return the newest page before a sequence number, without asking who wants it."""
    lines = Message.objects.filter(room_id=room_id, seq__lt=before).exclude(kind=MessageKind.SYSTEM)
    rows = list(lines.order_by("-seq")[: PAGE + 1])
    return HistoryPage(_entries(room_id, rows[:PAGE][::-1]), more=len(rows) > PAGE)


def entry_of(room_id: UUID, seq: int) -> Entry:
    """Return one line as its readers see it, without asking who wants it."""
    return _entries(room_id, Message.objects.filter(room_id=room_id, seq=seq))[0]


def rooms_of(viewer_id: int) -> list[RoomCard]:
    """Return the rooms of a person: class rooms before staff rooms, then by title. Five queries."""
    counts = {count.room_id: count for count in queries.rooms_of(viewer_id)}
    rooms = Room.objects.select_related("class_group").filter(pk__in=counts)
    held = queries.held_rooms(list(counts))
    is_sealed = is_sealed_now(viewer_id)
    newest = {} if is_sealed else _newest_texts(counts)
    cards = [
        RoomCard(
            id=room.pk,
            title=room.class_group.name,
            kind=RoomKind(room.kind),
            unread=0 if is_sealed else counts[room.pk].unread,
            is_locked=room.pk in held,
            is_sealed=is_sealed,
            last=newest[room.pk].body if room.pk in newest else None,
            last_author=_name_of(newest.get(room.pk)),
            last_at=newest[room.pk].at if room.pk in newest else None,
        )
        for room in rooms
    ]
    return sorted(cards, key=lambda card: (card.kind is not RoomKind.CLASS, card.title))


def has_rooms(viewer_id: int) -> bool:
    """Whether the person has any room. One query."""
    return queries.has_rooms(viewer_id)


def heads_of(room_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the newest sequence number by room id. One query."""
    return dict(Room.objects.filter(pk__in=list(room_ids)).values_list("pk", "last_seq"))


def texts_past_the_lock(sitting_id: int) -> int:
    """Return how many messages stand in the log behind a sitting's lock and before its release.

    Zero, always: the statement that posts sees to it. Audits ask.
    """
    locks = RoomLock.objects.filter(sitting_id=sitting_id, lock_seq__lt=OuterRef("seq"))
    held = locks.filter(Q(unlock_seq__isnull=True) | Q(unlock_seq__gt=OuterRef("seq")))
    texts = Message.objects.filter(kind=MessageKind.TEXT)
    return texts.filter(Exists(held.filter(room_id=OuterRef("room_id")))).count()


def is_sealed_now(person_id: int) -> bool:
    """Whether an exam that this person takes holds the chat closed to them at this moment."""
    return any(lock.seals_person for lock in queries.live_locks(room_id=None, person_id=person_id))


def is_closed_attachment(viewer_id: int, upload_id: UUID) -> bool:
    """Whether the chat's files are closed to the viewer, their own too.

    Bound as the scanner's bar for files of the chat.
    """
    del upload_id  # all of them
    return is_sealed_now(viewer_id)


def may_read_attachment(viewer_id: int, upload_id: UUID) -> bool:
    """Whether the viewer belongs to a room in which this file was posted, and may read there.

    Bound as the scanner's reader rule for files of the chat.
    """
    posted = Message.objects.filter(attachment_id=upload_id, redacted_at__isnull=True)
    for room_id in set(posted.values_list("room_id", flat=True)):
        if queries.standing_of(room_id=room_id, person_id=viewer_id) is not None:
            locks = queries.live_locks(room_id=room_id, person_id=viewer_id)
            return not any(lock.seals_person for lock in locks)
    return False


def lock_refusal(locks: Iterable[LiveLock]) -> ChatLocked:
    """Return the refusal that names the sitting which holds longest, and what stays open."""
    held = list(locks)
    if not held:
        return ChatLocked(sitting="", since=None, until=None, sealed=False, stays_open="history")
    is_sealed = any(lock.seals_person for lock in held)
    last = max(held, key=lambda lock: lock.until or lock.since)
    return ChatLocked(
        sitting=last.title,
        since=clock.to_millis(min(lock.since for lock in held)),
        until=clock.to_millis(last.until) if last.until else None,
        sealed=is_sealed,
        stays_open="help" if is_sealed else "history",
    )


def wire_lock(lock: LiveLock) -> Lock:
    """Return a lock as it goes on the wire."""
    until = clock.to_millis(lock.until) if lock.until else None
    return Lock(
        sitting=lock.sitting_id,
        title=lock.title,
        since=clock.to_millis(lock.since),
        until=until,
    )


def _state_of(entrance: Entrance, page: HistoryPage, *, is_reset: bool) -> RoomState:
    room, standing = entrance.room, entrance.standing
    can_post = standing.may_post and not entrance.is_locked and not entrance.is_sealed
    return RoomState(
        room=room.pk,
        title=room.class_group.name,
        kind=RoomKind(room.kind),
        locked=entrance.is_locked,
        sealed=entrance.is_sealed,
        locks=[wire_lock(lock) for lock in entrance.locks],
        can_post=can_post,
        can_moderate=standing.may_moderate and not entrance.is_sealed,
        read=queries.read_marker(room_id=room.pk, person_id=entrance.viewer_id),
        reset=is_reset,
        more=page.more,
        stays_open=["help"] if entrance.is_sealed else ["history"],
        entries=page.entries,
    )


def _entries_between(room_id: UUID, since: int, head: int) -> list[Entry]:
    rows = Message.objects.filter(room_id=room_id, seq__gt=since, seq__lte=head).order_by("seq")
    return _entries(room_id, rows)


def _entries(room_id: UUID, rows: Iterable[Message]) -> list[Entry]:
    lines = list(rows)
    targets = {line.target_seq for line in lines if line.target_seq is not None}
    known = (
        {line.seq: line for line in Message.objects.filter(room_id=room_id, seq__in=targets)}
        if targets
        else {}
    )
    authors = _authors(room_id, (line.sender_id for line in lines))
    seen = [*lines, *known.values()]
    uploads = upload_cards({line.attachment_id for line in seen if line.attachment_id})
    return [
        _changed_entry(line, known[line.target_seq], uploads)
        if line.target_seq in known
        else _entry(line, authors, uploads)
        for line in lines
    ]


def _entry(line: Message, authors: dict[int, Author], uploads: dict[UUID, UploadCard]) -> Entry:
    is_removed = line.redacted_at is not None
    return Entry(
        seq=line.seq,
        kind=MessageKind(line.kind),
        at=clock.to_millis(line.at),
        body="" if is_removed else line.body,
        author=authors.get(line.sender_id or 0),
        client_id=line.client_id,
        attachment=None if is_removed else _attachment(line, uploads),
        removed=is_removed,
    )


def _changed_entry(line: Message, target: Message, uploads: dict[UUID, UploadCard]) -> Entry:
    is_removed = target.redacted_at is not None
    return Entry(
        seq=line.seq,
        kind=MessageKind(line.kind),
        at=clock.to_millis(line.at),
        attachment=None if is_removed else _attachment(target, uploads),
        removed=is_removed,
        target=target.seq,
    )


def _attachment(line: Message, uploads: dict[UUID, UploadCard]) -> Attachment | None:
    card = uploads.get(line.attachment_id) if line.attachment_id else None
    if card is None:
        return None
    return Attachment(id=card.id, name=card.name, size=card.size, state=card.state.value)


def _authors(room_id: UUID, sender_ids: Iterable[int | None]) -> dict[int, Author]:
    wanted = {sender for sender in sender_ids if sender is not None}
    if not wanted:
        return {}
    staff = queries.staff_among(room_id=room_id, person_ids=wanted)
    return {card.id: _author(card, card.id in staff) for card in user_cards(wanted).values()}


def _author(card: UserCard, is_staff: bool) -> Author:  # noqa: FBT001 one caller, right above
    return Author(id=card.id, name=card.name, initials=card.initials, is_staff=is_staff)


def _newest_texts(room_ids: Iterable[UUID]) -> dict[UUID, Message]:
    """Return the newest text of each room, read from the end of its log. One query."""
    texts = Message.objects.filter(kind=MessageKind.TEXT, redacted_at__isnull=True)
    last = texts.filter(room_id=OuterRef("pk")).order_by("-seq").values("seq")[:1]
    ids = Room.objects.filter(pk__in=list(room_ids)).values_list("pk", Subquery(last))
    newest = Message.objects.filter(pk__in=ids).select_related("sender")
    return {line.room_id: line for line in newest}


def _name_of(line: Message | None) -> str:
    return line.sender.full_name if line is not None and line.sender is not None else ""
