"""The life of a sitting: each move late, twice, by several at once, and never out of turn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from exams.domain.states import AttemptState, ResultState, SittingState
from exams.errors import ReasonNeeded, SittingUnknown
from exams.events import SittingClosed, SittingLobbyOpened, SittingOpened
from exams.models import Attempt, Result, Sitting
from exams.selectors.attempts import attempt_of
from exams.services import attempts, grading, sittings, taking
from exams.tests.conftest import Cast, Heard, Taking, schedule, shift, shift_sitting
from kernel.events import bus
from kernel.machine import IllegalMove
from kernel.models import AuditEntry

HOUR = timedelta(hours=1)


def state_of(sitting_id: int) -> str:
    return Sitting.objects.get(pk=sitting_id).state


def test_the_lobby_opens_once_and_says_so(cast: Cast, heard: Heard) -> None:
    sitting_id = schedule(cast)
    assert sittings.open_lobby(sitting_id)
    assert not sittings.open_lobby(sitting_id)
    assert state_of(sitting_id) == SittingState.LOBBY
    (event,) = heard.of(SittingLobbyOpened)
    assert event == SittingLobbyOpened(
        sitting_id=sitting_id,
        institution_id=cast.institution.pk,
        class_group_id=cast.class_group.pk,
        locks_chat=True,
    )
    assert AuditEntry.objects.filter(action="sitting.lobby_opened").count() == 1


def test_a_start_without_a_lobby_makes_both_moves_in_order(cast: Cast, heard: Heard) -> None:
    sitting_id = schedule(cast)
    assert sittings.start_sitting(sitting_id)
    assert not sittings.start_sitting(sitting_id)
    assert not sittings.open_lobby(sitting_id)
    kinds = [type(event) for event in heard.events if not hasattr(event, "starts_at")]
    assert kinds == [SittingLobbyOpened, SittingOpened]


@pytest.mark.parametrize(
    ("lock", "in_lobby", "at_start"),
    [("lobby", True, True), ("start", False, True), ("never", False, False)],
)
def test_the_events_say_when_the_chat_is_locked(
    cast: Cast, heard: Heard, lock: str, *, in_lobby: bool, at_start: bool
) -> None:
    sittings.start_sitting(schedule(cast, policy={"chat_lock": lock}))
    assert heard.of(SittingLobbyOpened)[0].locks_chat is in_lobby
    assert heard.of(SittingOpened)[0].locks_chat is at_start


def test_a_handler_that_fails_undoes_the_opening(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of the chat commits with the opening, or neither does."""
    sitting_id = schedule(cast)

    def refuse(event: SittingLobbyOpened) -> None:
        raise RuntimeError("no lock")

    monkeypatch.setitem(bus._handlers, SittingLobbyOpened, [refuse])
    with pytest.raises(RuntimeError):
        sittings.open_lobby(sitting_id)
    assert state_of(sitting_id) == SittingState.SCHEDULED
    assert not AuditEntry.objects.filter(action="sitting.lobby_opened").exists()


def test_a_sitting_is_cancelled_with_a_reason_before_it_runs(cast: Cast, heard: Heard) -> None:
    sitting_id = schedule(cast)
    sittings.open_lobby(sitting_id)
    with pytest.raises(ReasonNeeded):
        sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="")
    sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="Storm")
    assert heard.of(SittingClosed)[0].cancelled
    for move in (sittings.open_lobby, sittings.start_sitting, sittings.close_sitting):
        with pytest.raises(IllegalMove):
            move(sitting_id)
    with pytest.raises(IllegalMove):
        sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="Again")


def test_a_running_sitting_is_not_cancelled(running: Taking) -> None:
    with pytest.raises(IllegalMove):
        sittings.cancel_sitting(running.sitting_id, actor_id=running.cast.admin.pk, reason="Storm")


def test_it_closes_only_when_the_last_attempt_has_ended(running: Taking, heard: Heard) -> None:
    with pytest.raises(IllegalMove):
        sittings.close_sitting(running.sitting_id)
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Left")
    assert sittings.move_due_sittings() == 0, "Ben may still come"
    ben = Attempt.objects.get(student=running.cast.ben)
    shift(ben.pk, -3 * HOUR)
    attempts.expire_due()
    assert sittings.move_due_sittings() == 1
    assert state_of(running.sitting_id) == SittingState.CLOSED
    assert len(heard.of(SittingClosed)) == 1
    assert not sittings.close_sitting(running.sitting_id)


def test_an_extended_attempt_keeps_it_open(running: Taking) -> None:
    shift_sitting(running.sitting_id, -2 * HOUR)
    ben = Attempt.objects.get(student=running.cast.ben)
    shift(ben.pk, -3 * HOUR)
    attempts.expire_due()
    assert sittings.move_due_sittings() == 0
    assert state_of(running.sitting_id) == SittingState.RUNNING


def test_a_sitting_without_candidates_closes_at_its_end(cast: Cast) -> None:
    sitting_id = schedule(cast)
    Attempt.objects.all().delete()
    sittings.start_sitting(sitting_id)
    assert sittings.move_due_sittings() == 0
    shift_sitting(sitting_id, -2 * HOUR)
    assert sittings.move_due_sittings() == 2, "closed, and with nothing to grade graded"
    assert state_of(sitting_id) == SittingState.GRADED


def test_the_clock_does_everything_that_is_due_in_one_tick(cast: Cast) -> None:
    sitting_id = schedule(cast)
    sittings.move_due_sittings()
    assert state_of(sitting_id) == SittingState.RUNNING


def test_one_broken_sitting_does_not_hold_up_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = schedule(cast)
    second = schedule(cast, Sitting.objects.get().exam_id)

    def refuse(event: SittingLobbyOpened) -> None:
        if event.sitting_id == first:
            raise RuntimeError("broken")

    monkeypatch.setitem(bus._handlers, SittingLobbyOpened, [refuse])
    sittings.move_due_sittings()
    assert (state_of(first), state_of(second)) == (SittingState.SCHEDULED, SittingState.RUNNING)


def test_it_is_graded_when_every_result_is(running: Taking) -> None:
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Left")
    ben = Attempt.objects.get(student=running.cast.ben)
    shift(ben.pk, -3 * HOUR)
    attempts.expire_due()
    sittings.move_due_sittings()
    assert sittings.move_due_sittings() == 0
    assert Result.objects.get().state == ResultState.GRADING
    grading.grade_attempt(running.attempt_id)
    assert sittings.move_due_sittings() == 1
    assert state_of(running.sitting_id) == SittingState.GRADED


@pytest.mark.django_db(transaction=True)
def test_many_clocks_at_once_make_each_move_once(cast: Cast) -> None:
    schedule(cast)

    def tick() -> int:
        try:
            return sittings.move_due_sittings()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        moved = [pool.submit(tick) for _ in range(8)]
        assert sum(one.result() for one in moved) <= 2
    assert AuditEntry.objects.filter(action="sitting.lobby_opened").count() == 1
    assert AuditEntry.objects.filter(action="sitting.started").count() == 1


def test_a_sitting_that_does_not_exist(cast: Cast) -> None:
    for move in (sittings.open_lobby, sittings.start_sitting, sittings.close_sitting):
        with pytest.raises(SittingUnknown):
            move(1)
    with pytest.raises(SittingUnknown):
        sittings.cancel_sitting(1, actor_id=cast.admin.pk, reason="Storm")


def test_a_candidate_is_let_in_although_the_beat_is_down(cast: Cast) -> None:
    """The first request after the start time moves the sitting itself."""
    sitting_id = schedule(cast)
    assert state_of(sitting_id) == SittingState.SCHEDULED
    attempt_id = attempt_of(sitting_id, cast.ana.pk)
    lease = str(taking.take_lease(attempt_id, student_id=cast.ana.pk))
    taking.start_attempt(attempt_id, student_id=cast.ana.pk, lease=lease)
    assert state_of(sitting_id) == SittingState.RUNNING
    assert Attempt.objects.get(pk=attempt_id).state == AttemptState.RUNNING
