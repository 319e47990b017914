import pytest

from exams.domain.jobs import GRADE_TASK
from exams.selectors.jobs import grading_jobs
from exams.services import attempts
from exams.tests.conftest import Taking
from kernel.jobstates import JobState
from kernel.models import OutboxEntry

pytestmark = pytest.mark.django_db


def test_the_stored_state_of_each_grading_job_is_read(running: Taking) -> None:
    assert grading_jobs(running.sitting_id) == {}
    attempts.force_submit(running.attempt_id, actor_id=running.cast.ivo.pk, reason="End")
    job = grading_jobs(running.sitting_id)[running.attempt_id]
    assert (job.state, job.tries, job.error) == (JobState.WAITING, 0, "")
    OutboxEntry.objects.filter(task=GRADE_TASK).update(
        state=JobState.PARKED, attempts=8, last_error="Traceback …\n  deep\nKeyError: 3\n"
    )
    job = grading_jobs(running.sitting_id)[running.attempt_id]
    assert (job.state, job.tries, job.error) == (JobState.PARKED, 8, "KeyError: 3")


def test_jobs_of_other_sittings_are_left_out(running: Taking) -> None:
    OutboxEntry.objects.create(task=GRADE_TASK, kwargs={"attempt_id": running.attempt_id + 1000})
    assert grading_jobs(running.sitting_id) == {}
