"""What the browsers are told, and only after the commit."""

from typing import Any

import pytest

from exams.services import answers, attempts, pushes, scheduling, sittings, taking
from exams.services.scheduling import Allowance
from exams.tests.conftest import Cast, Taking, approved_exam, begin, plan, schedule
from exams.wire import (
    AnswerIn,
    AttemptChanged,
    LeaseTaken,
    ProgressRow,
    ProgressValue,
    SittingChanged,
)


class Told:
    """What reached the real-time plane."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Any]] = []
        self.states: list[tuple[str, str, Any, int]] = []

    def publish(self, topic: str, message: Any, *, seq: int | None = None) -> None:
        self.messages.append((topic, message))

    def publish_state(self, topic: str, key: str, value: Any, *, version: int = 0) -> None:
        self.states.append((topic, key, value, version))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    ears = Told()
    monkeypatch.setattr(pushes, "publish", ears.publish)
    monkeypatch.setattr(pushes, "publish_state", ears.publish_state)
    return ears


def test_a_save_moves_the_tile_without_another_query(running: Taking, told: Told) -> None:
    question = running.questions[1]
    answers.save_answers(
        running.attempt_id,
        student_id=running.cast.ana.pk,
        lease=running.lease,
        answers=[AnswerIn(question=question, seq=1, value="x")],
    )
    ((topic, key, value, version),) = told.states
    assert (topic, key) == (f"wall:{running.sitting_id}", str(running.attempt_id))
    assert isinstance(value, ProgressValue)
    assert (value.answered, value.total, value.current) == (1, 4, question)
    assert value.last_saved_at is not None
    assert version >= value.last_saved_at


def test_every_move_of_an_attempt_reaches_candidate_and_wall(cast: Cast, told: Told) -> None:
    taken = begin(cast)
    attempts.pause_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Alarm")
    attempts.resume_attempt(taken.attempt_id, actor_id=cast.ivo.pk)
    attempts.terminate_attempt(taken.attempt_id, actor_id=cast.ivo.pk, reason="Copied")
    mine = [one for topic, one in told.messages if topic == f"attempt:{taken.attempt_id}"]
    assert isinstance(mine[0], LeaseTaken)
    states = [one.state for one in mine if isinstance(one, AttemptChanged)]
    assert states == ["running", "paused", "running", "terminated"]
    assert [one.reason for one in mine if isinstance(one, AttemptChanged)][1] == "Alarm"
    assert [value.state for _, _, value, _ in told.states] == states
    versions = [version for *_, version in told.states]
    assert versions == sorted(versions)


def test_the_lease_itself_is_never_told(running: Taking, told: Told) -> None:
    lease = taking.take_lease(running.attempt_id, student_id=running.cast.ana.pk, device="phone")
    ((_, message),) = told.messages
    assert message == LeaseTaken(lease=str(lease)[:8], device="phone")
    assert str(lease) not in str(told.messages)


def test_every_move_of_a_sitting_is_told(cast: Cast, told: Told) -> None:
    sitting_id = schedule(cast)
    sittings.start_sitting(sitting_id)
    moves = [one for topic, one in told.messages if topic == f"sitting:{sitting_id}"]
    assert [one.state for one in moves if isinstance(one, SittingChanged)] == ["lobby", "running"]


def test_who_joins_late_appears_with_name_and_seat(cast: Cast, told: Told) -> None:
    sitting_id = scheduling.schedule_sitting(
        exam_id=approved_exam(cast),
        class_group_id=cast.class_group.pk,
        plan=plan(),
        actor_id=cast.admin.pk,
        student_ids=[cast.ana.pk],
    )
    attempt_id = scheduling.register_candidate(
        sitting_id,
        student_id=cast.ben.pk,
        actor_id=cast.admin.pk,
        allowance=Allowance(seat="C3"),
    )
    ((_, key, row, _),) = told.states
    assert key == str(attempt_id)
    assert isinstance(row, ProgressRow)
    assert (row.name, row.seat, row.state) == ("Ben", "C3", "ready")
