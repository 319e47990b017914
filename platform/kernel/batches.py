"""Entries of the outbox that one run of a job takes together: two statements for all of them."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection

from kernel import clock
from kernel.jobstates import JobState
from kernel.models import OutboxEntry

log = structlog.get_logger(__name__)

_CLAIM: Final = """
UPDATE kernel_outboxentry e
   SET state = 'running', started_at = %(now)s, attempts = 1
 WHERE e.id IN (
    SELECT id FROM kernel_outboxentry
     WHERE task = %(task)s AND state IN ('waiting', 'sent') AND attempts = 0 AND run_at <= %(now)s
     ORDER BY run_at LIMIT %(most)s
       FOR UPDATE SKIP LOCKED)
RETURNING e.id, e.kwargs
"""


def claim_batch(task: str, most: int) -> dict[UUID, dict[str, Any]]:
    """Begin the first run of the oldest entries of a job that are due, and return their arguments.

    Entries that were begun before are left: one of them may be what killed its worker. Those that
    another worker is claiming right now are passed over.

    Args:
        task: Name of the job.
        most: How many at most.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"task": task, "most": most, "now": clock.now()})
        return {entry_id: json.loads(kwargs) for entry_id, kwargs in cursor.fetchall()}


def finish_batch(entry_ids: Sequence[UUID]) -> None:
    """Record the success of first runs; one that lost its lease meanwhile is not changed."""
    mine = OutboxEntry.objects.filter(pk__in=entry_ids, state=JobState.RUNNING, attempts=1)
    finished = mine.update(state=JobState.DONE, finished_at=clock.now(), last_error="")
    if finished < len(entry_ids):
        log.warning("outbox.runs_overtaken", runs=len(entry_ids) - finished)
