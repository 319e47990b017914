"""The wall: one query, the same values as the pushed deltas."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.saving import IncomingAnswer, SaveRequest
from exams.models import Attempt, Submission
from exams.queries import save_answers
from exams.selectors.progress import answered_of, progress_value, wall_rows
from exams.services import answers, attempts, pushes
from exams.tests.conftest import Taking
from exams.wire import AnswerIn, ProgressValue
from kernel.clock import to_millis_or_none


def save(running: Taking, *values: Any) -> None:
    given = [
        AnswerIn(question=running.questions[place], seq=1, value=value)
        for place, value in enumerate(values)
    ]
    answers.save_answers(
        running.attempt_id, student_id=running.cast.ana.pk, lease=running.lease, answers=given
    )


def test_the_whole_wall_is_one_query(running: Taking) -> None:
    save(running, "a", "", None, [1])
    with CaptureQueriesContext(connection) as seen:
        rows = wall_rows(running.sitting_id)
    assert len(seen) == 1
    ana = rows[running.attempt_id]
    assert (ana.name, ana.state, ana.answered, ana.total) == ("Ana", "running", 2, 4)
    assert ana.current == running.questions[3]
    assert ana.last_saved_at is not None
    ben = rows[Attempt.objects.get(student=running.cast.ben).pk]
    assert (ben.state, ben.answered, ben.deadline, ben.last_saved_at) == ("ready", 0, None, None)


NOTHING: list[Any] = [None, "", " \n\t", [], {}, {"1": None, "2": ""}]
SOMETHING: list[Any] = ["a", " 0 ", [7], {"1": "7", "2": None}, {"1": 7}, False, "null", "{}"]


@pytest.mark.parametrize("value", [*NOTHING, *SOMETHING])
def test_wall_save_and_receipt_count_the_same_answers(running: Taking, value: Any) -> None:
    expected = 0 if value in NOTHING and value is not False else 1
    lease, ana = UUID(running.lease), running.cast.ana.pk
    given = [IncomingAnswer(running.questions[0], 1, value, None)]
    saved = save_answers(SaveRequest(running.attempt_id, ana, lease, given))
    assert saved is not None
    assert saved.answered == expected
    again = [IncomingAnswer(running.questions[1], 1, None, None)]
    saved = save_answers(SaveRequest(running.attempt_id, ana, lease, again))
    assert saved is not None
    assert saved.answered == expected
    assert wall_rows(running.sitting_id)[running.attempt_id].answered == expected
    assert answered_of([running.attempt_id]).get(running.attempt_id, 0) == expected
    assert progress_value(running.attempt, expected).answered == expected
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="End")
    assert Submission.objects.get().answered == expected


def test_snapshot_and_deltas_say_the_same(running: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each step the fresh row equals the last delta: a late joiner misses nothing."""
    told: dict[str, ProgressValue] = {}

    def listen(topic: str, key: str, value: ProgressValue, *, version: int = 0) -> None:
        told[key] = value

    monkeypatch.setattr(pushes, "publish_state", listen)
    steps: list[Callable[[], None]] = [
        lambda: save(running, "a"),
        lambda: save(running, "a", "b", [1]),
        lambda: attempts.pause_attempt(
            running.attempt_id, actor_id=running.cast.ivo.pk, reason="Alarm"
        ),
        lambda: attempts.resume_attempt(running.attempt_id, actor_id=running.cast.ivo.pk),
        lambda: attempts.terminate_attempt(
            running.attempt_id, actor_id=running.cast.ivo.pk, reason="Copied"
        ),
    ]
    for step in steps:
        step()
        row = msgspec.structs.asdict(wall_rows(running.sitting_id)[running.attempt_id])
        delta = msgspec.structs.asdict(told[str(running.attempt_id)])
        assert {name: row[name] for name in delta} == delta


def test_a_paused_row_says_since_when_the_clock_stands(running: Taking) -> None:
    ivo = running.cast.ivo.pk
    assert wall_rows(running.sitting_id)[running.attempt_id].paused_at is None
    attempts.pause_attempt(running.attempt_id, actor_id=ivo, reason="Alarm")
    row = wall_rows(running.sitting_id)[running.attempt_id]
    assert row.paused_at == to_millis_or_none(running.attempt.paused_at)
    assert row.paused_at is not None
    assert row.deadline is not None
    assert row.paused_at < row.deadline
    attempts.resume_attempt(running.attempt_id, actor_id=ivo)
    assert wall_rows(running.sitting_id)[running.attempt_id].paused_at is None


def test_late_answers_are_counted(running: Taking) -> None:
    Attempt.objects.update(state="expired")
    with pytest.raises(Exception, match="attempt_ended"):
        save(running, "late")
    assert wall_rows(running.sitting_id)[running.attempt_id].late_answers == 1
