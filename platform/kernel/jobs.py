"""Where background jobs stand: what other apps may know of the outbox."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kernel.jobstates import JobState
from kernel.models import OutboxEntry


@dataclass(frozen=True, slots=True)
class JobView:
    """One job.

    Attributes:
        tries: How often a worker began it.
        error: The last line of what the last failed try said; empty when none failed.
    """

    state: JobState
    tries: int
    error: str
    finished_at: datetime | None


def latest_jobs(
    task: str, argument: str, values: Collection[int], *, since: datetime
) -> dict[int, JobView]:
    """Return the latest job of a task for each value of one of its arguments.

    Args:
        task: As given to `kernel.outbox.job`.
        argument: Name of the argument, for instance "attempt_id".
        values: Those wanted; one without a job is left out.
        since: Aware instant before which none of these jobs can have been wanted: the outbox
            keeps every job, and only those from here on are looked through.

    One query.
    """
    wanted = {f"kwargs__{argument}__in": list(values)}
    rows = OutboxEntry.objects.filter(task=task, created_at__gte=since, **wanted)
    return {row.kwargs[argument]: _view(row) for row in rows.order_by("created_at", "run_at")}


def _view(row: OutboxEntry) -> JobView:
    said = row.last_error.strip().splitlines()
    return JobView(
        state=JobState(row.state),
        tries=row.attempts,
        error=said[-1][:200] if said else "",
        finished_at=row.finished_at,
    )
