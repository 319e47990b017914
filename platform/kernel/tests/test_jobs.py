"""What other apps may know of the outbox: the latest job for each thing they ask about."""

from datetime import timedelta

import pytest

from kernel import clock
from kernel.jobs import latest_jobs
from kernel.jobstates import JobState
from kernel.models import OutboxEntry

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def make(number: int, *, age: timedelta = timedelta(0), task: str = "t", **fields: object) -> None:
    OutboxEntry.objects.create(
        task=task, kwargs={"thing": number}, created_at=clock.now() - age, **fields
    )


def test_the_latest_job_of_each_thing_is_told(django_assert_num_queries: object) -> None:
    make(1, age=HOUR, state=JobState.PARKED, attempts=8, last_error="Trace\n  deep\nKeyError: 3\n")
    make(2, age=2 * HOUR, state=JobState.PARKED)
    make(2, age=HOUR, attempts=1)
    make(3, task="other")
    with django_assert_num_queries(1):  # type: ignore[operator] # a fixture without types
        jobs = latest_jobs("t", "thing", [1, 2, 3, 4], since=clock.now() - 3 * HOUR)
    assert set(jobs) == {1, 2}
    assert (jobs[1].state, jobs[1].tries, jobs[1].error) == (JobState.PARKED, 8, "KeyError: 3")
    assert (jobs[2].state, jobs[2].tries, jobs[2].error) == (JobState.WAITING, 1, "")


def test_jobs_from_before_are_not_looked_through() -> None:
    make(1, age=2 * HOUR)
    assert latest_jobs("t", "thing", [1], since=clock.now() - HOUR) == {}
