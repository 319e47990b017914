"""Hand-written SQL of the chat: posting, locking, releasing, and what holds a room now.

Every writer first takes the room's row, so the database puts posts and locks into one order.
Rows of several rooms are always taken in the order of their ids. The views and the function used
here are made and explained in migrations/0002_exam_windows.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

POST: Final = """
WITH bumped AS (
    UPDATE chat_room AS room
       SET last_seq = last_seq + 1
     WHERE room.id = %(room)s
       AND room.lock_count = 0
       AND EXISTS (SELECT FROM chat_room_member AS member
                    WHERE member.room_id = room.id
                      AND member.user_id = %(sender)s
                      AND member.may_post)
       AND NOT chat_is_sealed(room.id, %(sender)s)
 RETURNING room.id, room.last_seq
)
INSERT INTO chat_message (room_id, seq, sender_id, client_id, kind, body, attachment_id, at)
SELECT id, last_seq, %(sender)s, %(client_id)s, 'text', %(body)s, %(attachment)s, clock_timestamp()
  FROM bumped
RETURNING seq, at
"""

TAKE_ROOMS: Final = """
SELECT room.id
  FROM chat_room AS room
 WHERE room.id IN (SELECT room_id FROM chat_lock_set WHERE sitting_id = %(sitting)s
                    UNION
                   SELECT room_id FROM chat_roomlock WHERE sitting_id = %(sitting)s)
 ORDER BY room.id
   FOR UPDATE OF room
"""

LOCK: Final = """
WITH counted AS (
    UPDATE chat_room AS room
       SET lock_count = lock_count + 1, last_seq = last_seq + 1
      FROM chat_exam_window AS w
     WHERE w.sitting_id = %(sitting)s
       AND room.id IN (SELECT room_id FROM chat_lock_set WHERE sitting_id = %(sitting)s)
       AND NOT EXISTS (SELECT FROM chat_roomlock AS held
                        WHERE held.room_id = room.id AND held.sitting_id = %(sitting)s)
 RETURNING room.id, room.last_seq, w.title, w.ends_at
), taken AS (
    INSERT INTO chat_roomlock (room_id, sitting_id, title, since, lock_seq, reason)
    SELECT id, %(sitting)s, title, clock_timestamp(), last_seq, '' FROM counted
 RETURNING room_id, lock_seq, since
)
INSERT INTO chat_message (room_id, seq, kind, body, at)
SELECT taken.room_id, taken.lock_seq, 'lock', counted.title, taken.since
  FROM taken JOIN counted ON counted.id = taken.room_id
RETURNING room_id, seq, at, body
"""

RELEASE: Final = """
WITH counted AS (
    UPDATE chat_room AS room
       SET lock_count = lock_count - 1, last_seq = last_seq + 1
      FROM chat_roomlock AS held
     WHERE held.room_id = room.id
       AND held.sitting_id = %(sitting)s
       AND held.released_at IS NULL
 RETURNING room.id, room.last_seq
), freed AS (
    UPDATE chat_roomlock AS held
       SET released_at = clock_timestamp(), unlock_seq = counted.last_seq, reason = %(reason)s
      FROM counted
     WHERE held.room_id = counted.id AND held.sitting_id = %(sitting)s
 RETURNING held.room_id, held.unlock_seq, held.released_at, held.title
)
INSERT INTO chat_message (room_id, seq, kind, body, at)
SELECT room_id, unlock_seq, 'unlock', title, released_at FROM freed
RETURNING room_id, seq, at, body
"""

NOTE_CHANGE: Final = """
WITH bumped AS (
    UPDATE chat_room SET last_seq = last_seq + 1 WHERE id = %(room)s RETURNING id, last_seq
)
INSERT INTO chat_message (room_id, seq, kind, body, target_seq, at)
SELECT id, last_seq, 'system', '', %(target)s, clock_timestamp() FROM bumped
RETURNING seq, at
"""

# Rows about one room and one person: what holds the room, what seals the person.
LIVE_LOCKS: Final = """
SELECT sitting_id, max(title), min(since), max(until), bool_or(holds_room), bool_or(seals_person)
  FROM (
    SELECT w.sitting_id, w.title, LEAST(w.opens_at, clock_timestamp()) AS since, w.ends_at AS until,
           EXISTS (SELECT FROM chat_lock_set AS held
                    WHERE held.sitting_id = w.sitting_id AND held.room_id = %(room)s) AS holds_room,
           EXISTS (SELECT FROM chat_exam_candidate AS candidate
                    WHERE candidate.sitting_id = w.sitting_id
                      AND candidate.student_id = %(person)s) AS seals_person
      FROM chat_exam_window AS w
     WHERE (w.has_begun OR w.opens_at <= clock_timestamp())
       AND (w.is_busy OR clock_timestamp() < w.ends_at)
     UNION ALL
    SELECT taken.sitting_id, taken.title, taken.since, w.ends_at,
           taken.room_id IS NOT DISTINCT FROM %(room)s,
           EXISTS (SELECT FROM chat_exam_candidate AS candidate
                    WHERE candidate.sitting_id = taken.sitting_id
                      AND candidate.student_id = %(person)s)
      FROM chat_roomlock AS taken
      LEFT JOIN chat_exam_window AS w ON w.sitting_id = taken.sitting_id
     WHERE taken.released_at IS NULL
  ) AS found
 WHERE holds_room OR seals_person
 GROUP BY sitting_id
 ORDER BY min(since)
"""

STANDING: Final = """
SELECT is_staff, may_post, may_moderate
  FROM chat_room_member WHERE room_id = %(room)s AND user_id = %(person)s
"""

ROOMS_OF: Final = """
SELECT room.id, member.is_staff, room.lock_count,
       (SELECT count(*) FROM (
            SELECT FROM chat_message AS line
             WHERE line.room_id = room.id AND line.kind = 'text' AND line.redacted_at IS NULL
               AND line.seq > COALESCE(marker.seq, 0) AND line.sender_id <> %(person)s
             LIMIT 100) AS newer) AS unread
  FROM chat_room_member AS member
  JOIN chat_room AS room ON room.id = member.room_id
  LEFT JOIN chat_readmarker AS marker
    ON marker.room_id = room.id AND marker.user_id = member.user_id
 WHERE member.user_id = %(person)s
"""

HELD_ROOMS: Final = """
SELECT room.id
  FROM chat_room AS room
 WHERE room.id = ANY(%(rooms)s)
   AND (room.lock_count > 0
        OR EXISTS (SELECT FROM chat_exam_window AS w
                    JOIN chat_lock_set AS held
                      ON held.sitting_id = w.sitting_id AND held.room_id = room.id
                   WHERE (w.has_begun OR w.opens_at <= clock_timestamp())
                     AND (w.is_busy OR clock_timestamp() < w.ends_at)))
"""

STAFF_AMONG: Final = """
SELECT user_id FROM chat_room_member
 WHERE room_id = %(room)s AND user_id = ANY(%(people)s) AND is_staff
"""

MARK_READ: Final = """
INSERT INTO chat_readmarker AS marker (room_id, user_id, seq, at)
SELECT room.id, %(person)s, LEAST(%(seq)s, room.last_seq), clock_timestamp()
  FROM chat_room AS room WHERE room.id = %(room)s
ON CONFLICT (room_id, user_id) DO UPDATE
   SET seq = GREATEST(marker.seq, EXCLUDED.seq), at = EXCLUDED.at
RETURNING seq
"""


# Rooms in which others go on talking while a candidate of the sitting belongs to them: staff rooms,
# and with a role in the whole institution the rooms of other classes. The candidate must leave.
CANDIDATES_IN_OPEN_ROOMS: Final = """
SELECT candidate.student_id, member.room_id
  FROM chat_exam_candidate AS candidate
  JOIN chat_room_member AS member ON member.user_id = candidate.student_id
 WHERE candidate.sitting_id = %(sitting)s
   AND member.room_id NOT IN (SELECT room_id FROM chat_lock_set WHERE sitting_id = %(sitting)s)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line went: its room, its place in the log, when (aware UTC), and its text."""

    room_id: UUID
    seq: int
    at: datetime
    body: str = ""


@dataclass(frozen=True, slots=True)
class LiveLock:
    """A sitting that holds a room or seals a person now.

    Attributes:
        until: Latest planned end; None when the plan is over and only the release is missing.
    """

    sitting_id: int
    title: str
    since: datetime
    until: datetime | None
    holds_room: bool
    seals_person: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person may do in a room they belong to."""

    is_staff: bool
    may_post: bool
    may_moderate: bool


@dataclass(frozen=True, slots=True)
class RoomCount:
    """A room of a person with what is new in it (`unread` stops counting at 100)."""

    room_id: UUID
    is_staff: bool
    lock_count: int
    unread: int


def post_if_unlocked(
    *, room_id: UUID, sender_id: int, client_id: UUID, body: str, attachment_id: UUID | None
) -> Line | None:
    """Write one message, or nothing: the whole decision is this one statement.

    The room's row is locked and its sequence raised only if no sitting holds the room or the
    sender and the sender belongs to the room. A lock that commits while this waits for the row is
    seen after the wait (READ COMMITTED evaluates the condition again), so no message can have a
    number above a lock's. The row lock also makes numbers gap-free and ordered by commit.

    Returns:
        The line, or None: locked, sealed, not a member, or no such room.

    Raises:
        IntegrityError: `message_once_per_client_id`: this message was accepted before. The
            statement is undone as a whole, so no number is lost.
    """
    values = {
        "room": room_id,
        "sender": sender_id,
        "client_id": client_id,
        "body": body,
        "attachment": attachment_id,
    }
    rows = _rows(POST, values)
    return Line(room_id, *rows[0]) if rows else None


def lock_rooms(sitting_id: int) -> list[Line]:
    """Let a sitting hold every room of its lock set that it has not held yet.

    Returns:
        The lock lines written; empty when the sitting has held them all, or locks no chat.

    Needs: an open transaction, that of the change which opened the sitting.
    """
    values = {"sitting": sitting_id}
    _rows(TAKE_ROOMS, values)
    return [Line(*row) for row in _rows(LOCK, values)]


def release_rooms(*, sitting_id: int, reason: str) -> list[Line]:
    """Let a sitting give up every room it holds; a room others hold stays locked.

    Returns:
        The unlock lines written; empty when the sitting held nothing.

    Needs: an open transaction.
    """
    values = {"sitting": sitting_id, "reason": reason}
    _rows(TAKE_ROOMS, values)
    return [Line(*row) for row in _rows(RELEASE, values)]


def note_change(*, room_id: UUID, target_seq: int) -> Line:
    """Add the line that says that message `target_seq` changed."""
    return Line(room_id, *_rows(NOTE_CHANGE, {"room": room_id, "target": target_seq})[0])


def live_locks(*, room_id: UUID | None, person_id: int) -> list[LiveLock]:
    """Return the sittings that hold the room or seal the person at this moment, oldest first."""
    rows = _rows(LIVE_LOCKS, {"room": room_id, "person": person_id})
    return [LiveLock(*row) for row in rows]


def candidates_in_open_rooms(sitting_id: int) -> list[tuple[int, UUID]]:
    """Return (user id, room) of candidates who belong to a room that the sitting leaves open."""
    rows = _rows(CANDIDATES_IN_OPEN_ROOMS, {"sitting": sitting_id})
    return [(person, room) for person, room in rows]


def is_window_open(sitting_id: int) -> bool:
    """Whether the sitting's chat lock covers this moment, by the plan or because it has begun."""
    sql = """
    SELECT 1 FROM chat_exam_window AS w
     WHERE w.sitting_id = %(sitting)s
       AND (w.has_begun OR w.opens_at <= clock_timestamp())
       AND (w.is_busy OR clock_timestamp() < w.ends_at)
    """
    return bool(_rows(sql, {"sitting": sitting_id}))


def standing_of(*, room_id: UUID, person_id: int) -> Standing | None:
    """Return what the person may do in the room; None for an outsider."""
    rows = _rows(STANDING, {"room": room_id, "person": person_id})
    return Standing(*rows[0]) if rows else None


def rooms_of(person_id: int) -> list[RoomCount]:
    """Return every room of the person, in no order. One statement, whatever their number."""
    return [RoomCount(*row) for row in _rows(ROOMS_OF, {"person": person_id})]


def may_still_hold(sitting_id: int) -> bool:
    """Whether the sitting is neither closed nor cancelled, or somebody in it still works."""
    sql = "SELECT 1 FROM chat_exam_window WHERE sitting_id = %(sitting)s"
    return bool(_rows(sql, {"sitting": sitting_id}))


def held_rooms(room_ids: list[UUID]) -> set[UUID]:
    """Return those of the rooms in which nobody may post now. One statement."""
    return {room for (room,) in _rows(HELD_ROOMS, {"rooms": room_ids})}


def staff_among(*, room_id: UUID, person_ids: set[int]) -> set[int]:
    """Return those of the people who are staff in the room."""
    rows = _rows(STAFF_AMONG, {"room": room_id, "people": list(person_ids)})
    return {person for (person,) in rows}


def read_marker(*, room_id: UUID, person_id: int) -> int:
    """Return how far the person has read the room; 0 for not at all."""
    sql = "SELECT seq FROM chat_readmarker WHERE room_id = %(room)s AND user_id = %(person)s"
    rows = _rows(sql, {"room": room_id, "person": person_id})
    return int(rows[0][0]) if rows else 0


def has_rooms(person_id: int) -> bool:
    """Whether the person belongs to any room."""
    sql = "SELECT 1 FROM chat_room_member WHERE user_id = %(person)s LIMIT 1"
    return bool(_rows(sql, {"person": person_id}))


def mark_read(*, room_id: UUID, person_id: int, seq: int) -> int:
    """Move the person's marker forward, never back, never beyond the log; return where it is."""
    rows = _rows(MARK_READ, {"room": room_id, "person": person_id, "seq": seq})
    return int(rows[0][0]) if rows else 0


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
