"""No message behind a lock: eight writers against a hundred starts on real PostgreSQL.

The same harness is run with a check-then-insert in place of the statement; it must find leaks, so
the test itself is known to see the fault it looks for.
"""

import random
import threading
import time
import uuid
from collections.abc import Callable
from typing import Self
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from chat import queries, services
from chat.domain import RoomKind
from chat.models import Message, Room
from chat.queries import Line
from chat.tests.cast import HOUR, School, move
from kernel.clock import now

WRITERS = 8
STARTS = 100

Post = Callable[[UUID, int], Line | None]

pytestmark = pytest.mark.django_db(transaction=True)


def post_in_one_statement(room_id: UUID, sender_id: int) -> Line | None:
    return queries.post_if_unlocked(
        room_id=room_id, sender_id=sender_id, client_id=uuid.uuid4(), body="hi", attachment_id=None
    )


def check_then_insert(room_id: UUID, sender_id: int) -> Line | None:
    """What a view over the object mapper would do; planted to prove that the test can fail."""
    with transaction.atomic():
        if Room.objects.get(pk=room_id).lock_count > 0:
            return None
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE chat_room SET last_seq = last_seq + 1 WHERE id = %s RETURNING last_seq",
                [room_id],
            )
            ((seq,),) = cursor.fetchall()
        line = Message.objects.create(
            room_id=room_id,
            seq=seq,
            sender_id=sender_id,
            client_id=uuid.uuid4(),
            body="hi",
            at=now(),
        )
        return Line(room_id, line.seq, line.at)


class Hall:
    """Writers that post as fast as they can into whichever room is current."""

    def __init__(self, post: Post, senders: list[int]) -> None:
        self.post = post
        self.room_id: UUID | None = None
        self.stop = threading.Event()
        self.accepted = 0
        self.failures: list[BaseException] = []
        self.threads = [threading.Thread(target=self.write, args=(who,)) for who in senders]

    def write(self, sender_id: int) -> None:
        try:
            while not self.stop.is_set():
                room_id = self.room_id
                if room_id is None:
                    time.sleep(0.0005)
                elif self.post(room_id, sender_id):
                    self.accepted += 1
        except BaseException as error:  # noqa: BLE001 handed to the test thread
            self.failures.append(error)
        finally:
            connections.close_all()

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(20)


def run_starts(school: School, post: Post, starts: int) -> tuple[Hall, list[UUID]]:
    """Open `starts` sittings, each of its own class, in the middle of the writers' traffic."""
    people = [school.person(f"Student {n}", "student", None) for n in range(WRITERS)]
    groups = [school.class_group(f"C{number}", f"Class {number}") for number in range(starts)]
    school.enrol(people, groups)
    rooms, sittings = [], []
    for group in groups:
        rooms.append(services.ensure_room(class_id=group.pk, kind=RoomKind.CLASS))
        # Nobody of the writers is a candidate: their own seal must not hide a leak of the room.
        sittings.append(school.sitting(class_group=group, opens=HOUR, closes=2 * HOUR))
    pick = random.Random(7)
    with Hall(post, [person.pk for person in people]) as hall:
        for room_id, sitting in zip(rooms, sittings, strict=True):
            hall.room_id = room_id
            time.sleep(0.01 + pick.random() * 0.01)
            with transaction.atomic():
                move(sitting, state="lobby")
                assert services.lock_sitting(sitting_id=sitting.pk) == 1
            time.sleep(0.01)
            hall.room_id = None
    assert not hall.failures
    return hall, rooms


def late_messages(rooms: list[UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM chat_message AS line
              JOIN chat_message AS lock ON lock.room_id = line.room_id AND lock.kind = 'lock'
             WHERE line.kind = 'text' AND line.seq > lock.seq AND line.room_id = ANY(%s)
            """,
            [rooms],
        )
        ((late,),) = cursor.fetchall()
    return int(late)


def gaps(rooms: list[UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT room.last_seq - count(line.seq) AS missing, room.last_seq - max(line.seq) AS beyond
                  FROM chat_room AS room LEFT JOIN chat_message AS line ON line.room_id = room.id
                 WHERE room.id = ANY(%s) GROUP BY room.id) AS counted
             WHERE missing <> 0 OR beyond <> 0
            """,
            [rooms],
        )
        ((found,),) = cursor.fetchall()
    return int(found)


def test_no_message_gets_behind_a_lock_under_load() -> None:
    hall, rooms = run_starts(School(), post_in_one_statement, STARTS)
    assert hall.accepted > STARTS  # the writers were really at it when the locks came
    assert late_messages(rooms) == 0
    assert gaps(rooms) == 0


def test_check_then_insert_is_caught_by_the_same_harness() -> None:
    _, rooms = run_starts(School(), check_then_insert, STARTS // 2)
    assert late_messages(rooms) > 0
