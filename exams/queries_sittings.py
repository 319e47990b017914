"""The times of a sitting: held, moved before it opens, ended early while it runs.

The database's clock decides, as in exams/queries.py.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.db import connection

from exams.domain.states import ExamState, SittingState
from exams.domain.times import SittingTimes
from exams.models import Sitting
from exams.queries import database_now

_STOP_CLOCKS: Final = """
WITH live AS (
    SELECT id FROM exams_attempt
     WHERE sitting_id = %(sitting)s AND state IN ('ready', 'running', 'paused')
     ORDER BY id
       FOR UPDATE
)
UPDATE exams_attempt a
   SET deadline = LEAST(a.deadline, %(at)s), version = a.version + 1
  FROM live
 WHERE a.id = live.id
RETURNING a.id
"""


def hold_sitting(sitting_id: int) -> None:
    """Let nobody move, end or give time in a sitting until the commit; others may hold it too.

    Needs: an open transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM exams_sitting WHERE id = %s FOR SHARE", [sitting_id])


def reschedule_sitting(sitting_id: int, times: SittingTimes) -> bool:
    """Give a sitting new times by one conditional UPDATE; False when a guard refuses.

    The sitting has not opened and its lobby is not due, the new start is to come, the exam is
    approved: by the database's clock and rows.
    """
    now = database_now()
    rows = Sitting.objects.filter(
        pk=sitting_id,
        state=SittingState.SCHEDULED,
        lobby_opens_at__gt=now,
        exam__state=ExamState.APPROVED,
    )
    return now < times.starts_at and bool(rows.update(**asdict(times)))


def end_sitting_early(sitting_id: int, *, actor_id: int, role: str, reason: str) -> datetime | None:
    """Write down by one conditional UPDATE that a running sitting ends now; return the instant.

    None when it does not run, or when somebody has ended it before.
    """
    now = database_now()
    rows = Sitting.objects.filter(pk=sitting_id, state=SittingState.RUNNING, ended_early_at=None)
    ended = rows.update(
        ended_early_at=now,
        ended_early_by_id=actor_id,
        ended_early_as=role,
        ended_early_reason=reason,
    )
    return now if ended else None


def stop_clocks(sitting_id: int, at: datetime) -> list[int]:
    """Let no live attempt of a sitting run beyond `at`; returns their ids.

    Rows are locked in the order of their ids, as everybody else does who takes several. What
    changed a deadline meanwhile is waited for and then cut as well.

    Needs: an open transaction in which the sitting was ended early.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STOP_CLOCKS, {"sitting": sitting_id, "at": at})
        return sorted(row[0] for row in cursor.fetchall())
