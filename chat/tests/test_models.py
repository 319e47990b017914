"""What the tables themselves refuse, and how a row is named in a log or in the admin."""

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chat.domain import RoomKind
from chat.models import Message, ReadMarker, Room, RoomLock
from chat.tests.cast import School
from kernel.clock import now

pytestmark = pytest.mark.django_db


def refused(work: Any) -> bool:
    try:
        with transaction.atomic():
            work()
    except IntegrityError:
        return True
    return False


def test_a_class_has_one_room_of_a_kind(school: School) -> None:
    twin = Room(institution=school.institution, class_group=school.maths, slug="other")
    assert refused(twin.save)
    assert Room.objects.filter(class_group=school.maths, kind=RoomKind.CLASS).count() == 1


def test_a_sitting_holds_a_room_once_and_a_release_has_its_line(school: School) -> None:
    sitting = school.sitting()
    values = {"room_id": school.room_id, "sitting": sitting, "title": "x", "since": now()}
    RoomLock.objects.create(**values, lock_seq=1)
    assert refused(lambda: RoomLock.objects.create(**values, lock_seq=2))
    assert refused(lambda: RoomLock.objects.update(released_at=now()))
    assert not refused(lambda: RoomLock.objects.update(released_at=now(), unlock_seq=2))


def test_a_number_is_given_once_in_a_room(school: School) -> None:
    def write() -> None:
        Message.objects.create(
            room_id=school.room_id, seq=1, sender=school.ana, client_id=uuid.uuid4(), body="x"
        )

    write()
    assert refused(write)


def test_a_person_has_one_marker_in_a_room(school: School) -> None:
    marker = {"room_id": school.room_id, "user": school.ana}
    ReadMarker.objects.create(**marker)
    assert refused(lambda: ReadMarker.objects.create(**marker))


def test_rows_name_themselves_without_their_text(school: School) -> None:
    room = Room.objects.get(pk=school.room_id)
    line = Message(room=room, seq=3, body="the answer is 42")
    assert str(room).endswith("/10-a")
    assert str(line) == f"{room.pk}#3 text"
    assert str(RoomLock(room=room, sitting_id=5)) == f"{room.pk} held by 5"
    assert str(ReadMarker(room=room, user_id=7, seq=2)) == f"7 read {room.pk}#2"
