"""Applying is all or nothing; what it replaced can be read afterwards."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams import tasks
from exams.domain.corrections import Correction, Remedy
from exams.domain.jobs import APPLY_TASK, PREVIEW_TASK
from exams.domain.regrade import LateAccept, RegradeState
from exams.errors import RegradeUnknown
from exams.models import (
    KeyCorrection,
    Mark,
    RegradeChange,
    RegradeRun,
    Result,
    ResultVersion,
)
from exams.services import regrade, regrade_apply
from exams.services.grading import release_results
from exams.services.late_queue import reject_open
from exams.services.regrade_apply import apply_regrade
from exams.tests.conftest import Taking, close
from exams.tests.test_services_grading import graded, handed_in
from exams.tests.test_services_regrade import late_of, opened, previewed, second, standing
from kernel.jobstates import JobState
from kernel.models import OutboxEntry


@pytest.fixture
def approved(running: Taking) -> tuple[Taking, int]:
    """The number is void; the jobs of preview and applying run as workers run them."""
    graded(handed_in(running, None, "424242"))
    close(running)
    run_id, grader = opened(running), running.cast.grader.pk
    void = Correction(remedy=Remedy.VOID)
    regrade.correct_question(run_id, running.questions[1], void, actor_id=grader)
    regrade.ask_preview(run_id, actor_id=grader)
    entry = OutboxEntry.objects.get(task=PREVIEW_TASK)
    tasks.preview_regrade(outbox_id=str(entry.pk), **entry.kwargs)
    regrade.approve_regrade(run_id, actor_id=second(running))
    return running, run_id


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    approved: tuple[Taking, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, run_id = approved
    before, entry = standing(taken.attempt_id), OutboxEntry.objects.get(task=APPLY_TASK)

    def die(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(regrade_apply, "move_run", die)
        with pytest.raises(KeyboardInterrupt):
            tasks.apply_regrade(outbox_id=str(entry.pk), **entry.kwargs)
    assert standing(taken.attempt_id) == before
    assert not KeyCorrection.objects.exists()
    assert not ResultVersion.objects.exists()
    apply_regrade(run_id)
    assert RegradeRun.objects.get().state == RegradeState.APPLIED
    mark = Mark.objects.get(question_id=taken.questions[1])
    assert (mark.possible, mark.correct) == (Decimal(0), None)
    (kept,) = ResultVersion.objects.get().marks
    assert (kept["points"], kept["possible"], kept["correct"]) == ("1", "1", True)


def test_the_job_of_a_regrade_that_is_gone_is_parked(approved: tuple[Taking, int]) -> None:
    entry = OutboxEntry.objects.get(task=APPLY_TASK)
    tasks.apply_regrade(outbox_id=str(entry.pk), run_id=10**9)
    entry.refresh_from_db()
    assert entry.state == JobState.PARKED
    with pytest.raises(RegradeUnknown):
        apply_regrade(10**9)


def test_the_number_of_statements_does_not_grow_with_the_results(
    approved: tuple[Taking, int],
) -> None:
    taken, _run = approved
    change = RegradeChange.objects.get()
    results = {change.result_id: Result.objects.get(attempt_id=taken.attempt_id)}
    run = RegradeRun.objects.get()
    with CaptureQueriesContext(connection) as seen:
        regrade_apply._write(run, results, [change])
    said = [query["sql"].split()[0] for query in seen if "SAVEPOINT" not in query["sql"]]
    assert len(said) <= 7  # marks, history, delete, insert, clock, results


def test_a_result_released_before_applying_is_not_left_to_wait_for_a_person(
    running: Taking,
) -> None:
    graded(handed_in(running, None, "424242"))
    close(running)
    run_id, grader = opened(running), running.cast.grader.pk
    held = late_of(running, 3, "A late essay.")
    accept = LateAccept(attempt=running.attempt_id, question=running.questions[3], revision=held.pk)
    regrade.propose_late(run_id, [accept], actor_id=grader)
    previewed(run_id, grader)
    regrade.approve_regrade(run_id, actor_id=second(running))
    reject_open(running.sitting_id, reason="Too late", actor_id=grader)
    release_results(running.sitting_id, actor_id=grader)
    before = standing(running.attempt_id)
    apply_regrade(run_id)
    assert standing(running.attempt_id) == before
    assert (RegradeRun.objects.get().state, RegradeRun.objects.get().note) == ("draft", "stale")
