"""The lock follows the facts of the exam engine, through the bus as it is really wired."""

import uuid
from typing import Any

import pytest
from django.db import transaction

from chat import services
from chat.errors import ChatLocked
from chat.models import Message, Room
from chat.tests.cast import HOUR, School, model_of, move
from exams.events import (
    AttemptEnded,
    CandidateRegistered,
    SittingClosed,
    SittingLobbyOpened,
    SittingOpened,
)
from kernel.clock import now
from kernel.events import Event, bus
from scanner.events import UploadCleared, UploadRejected

pytestmark = pytest.mark.django_db


def facts(sitting: Any) -> dict[str, Any]:
    return {
        "sitting_id": sitting.pk,
        "institution_id": sitting.institution_id,
        "class_group_id": sitting.class_group_id,
    }


def emit(event: Event) -> None:
    with transaction.atomic():
        bus.emit(event)


def count(school: School) -> int:
    return Room.objects.get(pk=school.room_id).lock_count


@pytest.mark.parametrize("event", [SittingLobbyOpened, SittingOpened])
def test_opening_locks_once_whichever_comes(school: School, event: Any) -> None:
    sitting = school.sitting(school.ana, opens=HOUR, closes=2 * HOUR, state="lobby")
    emit(event(**facts(sitting), locks_chat=True))
    emit(SittingOpened(**facts(sitting), locks_chat=True))
    assert count(school) == 1


@pytest.mark.parametrize("event", [SittingLobbyOpened, SittingOpened])
def test_a_lobby_that_does_not_lock_leaves_the_room_open(school: School, event: Any) -> None:
    sitting = school.sitting(
        school.ana, opens=HOUR, closes=2 * HOUR, state="lobby", policy={"chat_lock": "start"}
    )
    emit(event(**facts(sitting), locks_chat=False))
    assert count(school) == 0


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_end_unlocks_and_says_why(school: School, cancelled: bool) -> None:  # noqa: FBT001 a case
    sitting = school.sitting(school.ana, opens=HOUR, closes=2 * HOUR, state="lobby")
    emit(SittingLobbyOpened(**facts(sitting), locks_chat=True))
    move(sitting, state="cancelled" if cancelled else "closed")
    emit(SittingClosed(**facts(sitting), cancelled=cancelled))
    assert count(school) == 0
    reason = model_of("chat.RoomLock").objects.get().reason
    assert reason == ("cancelled" if cancelled else "closed")


def test_the_end_of_the_last_attempt_unlocks_a_sitting_that_closed_before(school: School) -> None:
    sitting = school.sitting(opens=HOUR, closes=2 * HOUR, state="running")
    candidate = school.register(sitting, school.ana)
    attempt = school.attempt(candidate, "running", now() + HOUR)
    emit(SittingOpened(**facts(sitting), locks_chat=True))
    move(sitting, state="closed")
    emit(SittingClosed(**facts(sitting)))
    assert count(school) == 1
    model_of("exams.Attempt").objects.update(state="submitted")
    emit(AttemptEnded(attempt.pk, sitting.pk, school.ana.pk, "submitted", now()))
    assert count(school) == 0


def test_the_end_of_one_attempt_leaves_a_running_sitting_locked(school: School) -> None:
    sitting = school.sitting(school.ana, opens=HOUR, closes=2 * HOUR, state="running")
    emit(SittingOpened(**facts(sitting), locks_chat=True))
    emit(AttemptEnded(1, sitting.pk, school.ana.pk, "submitted", now()))
    assert count(school) == 1


def test_a_late_candidate_is_locked_in(school: School) -> None:
    sitting = school.sitting(school.ana, state="lobby")
    emit(SittingLobbyOpened(**facts(sitting), locks_chat=True))
    school.register(sitting, school.olga)
    emit(CandidateRegistered(sitting.pk, school.maths.pk, school.olga.pk, 0))
    with pytest.raises(ChatLocked):
        services.post_message(
            room_id=school.art_room_id, sender_id=school.olga.pk, client_id=uuid.uuid4(), body="x"
        )


def test_the_lock_is_undone_with_the_opening_that_caused_it(school: School) -> None:
    sitting = school.sitting(school.ana, opens=HOUR, closes=2 * HOUR)
    with transaction.atomic():
        move(sitting, state="lobby")
        bus.emit(SittingLobbyOpened(**facts(sitting), locks_chat=True))
        transaction.set_rollback(True)
    assert count(school) == 0


@pytest.mark.parametrize(
    ("event", "state"), [(UploadCleared, "clean"), (UploadRejected, "infected")]
)
def test_the_verdict_of_a_file_reaches_the_room(school: School, event: Any, state: str) -> None:
    upload = model_of("scanner.Upload").objects.create(
        owner=school.ana, purpose="chat", name="n.pdf", size=1, sha256="0" * 64, mime="x/y"
    )
    services.post_message(
        room_id=school.room_id,
        sender_id=school.ana.pk,
        client_id=uuid.uuid4(),
        body="",
        attachment_id=upload.pk,
    )
    model_of("scanner.Upload").objects.update(state=state, decided_at=now())
    emit(event(upload.pk, "answer"))
    emit(event(upload.pk, "chat"))
    note = Message.objects.get(kind="system")
    assert (note.seq, note.target_seq) == (2, 1)
