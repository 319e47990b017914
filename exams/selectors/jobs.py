"""Where the background grading of each attempt stands: the stored state of its job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from exams.models import Attempt
from kernel.jobstates import JobState
from kernel.models import OutboxEntry

TASK: Final = "exams.grade_attempt"


@dataclass(frozen=True, slots=True)
class GradingJob:
    """The job of one attempt.

    Attributes:
        tries: How often a worker began it.
        error: What the last failed try said; empty when none failed.
    """

    attempt_id: int
    state: JobState
    tries: int
    error: str
    finished_at: datetime | None


def grading_jobs(sitting_id: int) -> dict[int, GradingJob]:
    """Return the latest grading job of each attempt of a sitting. Two queries."""
    attempts = Attempt.objects.filter(sitting_id=sitting_id).values_list("pk", flat=True)
    rows = OutboxEntry.objects.filter(task=TASK, kwargs__attempt_id__in=list(attempts))
    return {
        row.kwargs["attempt_id"]: GradingJob(
            attempt_id=row.kwargs["attempt_id"],
            state=JobState(row.state),
            tries=row.attempts,
            error=row.last_error.strip().splitlines()[-1][:200] if row.last_error.strip() else "",
            finished_at=row.finished_at,
        )
        for row in rows.order_by("created_at")
    }
