"""What people and the exam engine do to a room in the tests of the services, and what is then in it."""

import uuid
from typing import Any

from chat import services
from chat.models import Message, Room
from chat.tests.cast import School, move


def post(school: School, who: Any, body: str = "hello", **more: Any) -> services.PostedMessage:
    room_id = more.pop("room_id", school.room_id)
    client_id = more.pop("client_id", uuid.uuid4())
    return services.post_message(
        room_id=room_id, sender_id=who.pk, client_id=client_id, body=body, **more
    )


def kinds(room_id: uuid.UUID) -> list[str]:
    lines = Message.objects.filter(room_id=room_id).order_by("seq")
    return list(lines.values_list("kind", flat=True))


def lock_count(room_id: uuid.UUID) -> int:
    return Room.objects.get(pk=room_id).lock_count


def open_lobby(sitting: Any) -> int:
    move(sitting, state="lobby")
    return services.lock_sitting(sitting_id=sitting.pk)


def close(sitting: Any) -> int:
    move(sitting, state="closed")
    return services.release_sitting(sitting_id=sitting.pk, reason="closed")
