"""The tick and the grading job: run late, run twice, killed in the middle."""

import uuid
from datetime import timedelta

import pytest

from exams import queries, tasks
from exams.domain.jobs import GRADE_TASK
from exams.domain.states import AttemptState, ResultState, SittingState
from exams.models import Attempt, Mark, Result, Sitting
from exams.services import grading
from exams.tests.conftest import Cast, Taking, schedule
from kernel import clock, outbox
from kernel.jobstates import JobState
from kernel.models import OutboxEntry


def test_one_tick_expires_and_closes(running: Taking) -> None:
    Attempt.objects.update(deadline=queries.database_now() - timedelta(hours=3))
    assert tasks.tick() == {"expired": 2, "moved": 1}
    assert Sitting.objects.get().state == SittingState.CLOSED
    assert tasks.tick() == {"expired": 0, "moved": 0}


def test_a_tick_opens_what_is_due(cast: Cast) -> None:
    schedule(cast)
    assert tasks.tick() == {"expired": 0, "moved": 2}
    assert Sitting.objects.get().state == SittingState.RUNNING


def ended(running: Taking) -> OutboxEntry:
    Attempt.objects.update(deadline=queries.database_now() - timedelta(hours=3))
    tasks.tick()
    return OutboxEntry.objects.get(task=GRADE_TASK)


def test_the_job_grades_once_however_often_it_is_delivered(running: Taking) -> None:
    entry = ended(running)
    for _ in range(3):
        tasks.grade_attempt(outbox_id=str(entry.pk), **entry.kwargs)
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == (JobState.DONE, 1)
    assert Result.objects.get().state == ResultState.GRADED
    assert tasks.tick()["moved"] == 1
    assert Sitting.objects.get().state == SittingState.GRADED


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = ended(running)

    def die(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(grading, "store_outcomes", die)
        with pytest.raises(KeyboardInterrupt):
            tasks.grade_attempt(outbox_id=str(entry.pk), **entry.kwargs)
    assert not Mark.objects.exists()
    assert Result.objects.get().state == ResultState.GRADING
    entry.refresh_from_db()
    assert entry.state == JobState.RUNNING, "it looks alive until its lease runs out"
    tasks.grade_attempt(outbox_id=str(entry.pk), **entry.kwargs)
    assert not Mark.objects.exists()
    OutboxEntry.objects.update(started_at=clock.now() - outbox.LEASE - timedelta(seconds=1))
    tasks.grade_attempt(outbox_id=str(entry.pk), **entry.kwargs)
    assert Mark.objects.count() == 4
    entry.refresh_from_db()
    assert (entry.state, entry.attempts) == (JobState.DONE, 2)


def test_a_failure_is_kept_with_its_reason_and_tried_again(
    running: Taking, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = ended(running)

    def fail(attempt_ids: list[int]) -> None:
        raise RuntimeError("database went away")

    monkeypatch.setattr(grading, "grade_attempts", fail)
    tasks.grade_attempt(outbox_id=str(entry.pk), **entry.kwargs)
    entry.refresh_from_db()
    assert entry.state == JobState.WAITING
    assert "database went away" in entry.last_error


def test_a_job_without_its_submission_is_parked(running: Taking) -> None:
    outbox.enqueue(GRADE_TASK, {"attempt_id": running.attempt_id}, queue="grading")
    entry = OutboxEntry.objects.get(task=GRADE_TASK)
    tasks.grade_attempt(outbox_id=str(entry.pk), **entry.kwargs)
    entry.refresh_from_db()
    assert entry.state == JobState.PARKED
    tasks.grade_attempt(outbox_id=str(uuid.uuid4()), attempt_id=running.attempt_id)
    assert running.attempt.state == AttemptState.RUNNING
