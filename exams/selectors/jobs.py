"""Where the background grading of each attempt stands: the stored state of its job."""

from exams.domain.jobs import GRADE_TASK
from exams.models import Attempt
from kernel.jobs import JobView, latest_jobs


def grading_jobs(sitting_id: int) -> dict[int, JobView]:
    """Return the latest grading job of each attempt of a sitting, by attempt id. Two queries."""
    rows = Attempt.objects.filter(sitting_id=sitting_id).values_list("pk", "created_at")
    born = dict(rows)
    if not born:
        return {}
    return latest_jobs(GRADE_TASK, "attempt_id", born.keys(), since=min(born.values()))
