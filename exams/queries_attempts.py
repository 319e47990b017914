"""Prepared statements about one attempt: read it whole, read its answers, start it, end it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from exams.domain.states import ATTEMPT, AttemptAction
from exams.models import Answer, Attempt, Candidate, Exam, Sitting, TimeGrant
from kernel.prepared import Reading, Table, fetch_prepared

_ATTEMPT: Final = Reading(
    [
        Table("a", Attempt),
        Table("s", Sitting),
        Table("c", Candidate),
        # Long, and kept in memory elsewhere: exams.selectors.contents.
        Table("e", Exam, frozenset({"content", "configuration"})),
    ],
    """
  FROM exams_attempt a
  JOIN exams_sitting s ON s.id = a.sitting_id
  JOIN exams_candidate c ON c.id = a.candidate_id
  JOIN exams_exam e ON e.id = s.exam_id
 WHERE a.id = %(attempt)s AND a.student_id = COALESCE(%(student)s, a.student_id)
""",
    "clock_timestamp()",
)

_GRANTS: Final = Reading(
    [Table("g", TimeGrant)],
    """
  FROM exams_timegrant g
 WHERE g.sitting_id = %(sitting)s
   AND (g.attempt_id = %(attempt)s OR g.attempt_id IS NULL AND g.room IN ('', %(room)s))
""",
)

_ANSWER_ROWS: Final = Reading(
    [Table("r", Answer)], " FROM exams_answer r WHERE r.attempt_id = %(attempt)s"
)

_LOCK: Final = "SELECT id FROM exams_attempt WHERE id = %(attempt)s FOR NO KEY UPDATE"

_ANSWERS: Final = """
SELECT COALESCE(jsonb_agg(jsonb_build_array(question_id, seq, value, text) ORDER BY question_id), '[]')
  FROM exams_answer WHERE attempt_id = %(attempt)s
"""

_START: Final = """
UPDATE exams_attempt
   SET state = %(target)s, version = version + 1, started_at = %(now)s, deadline = %(deadline)s
 WHERE id = %(attempt)s AND student_id = %(student)s AND lease = %(lease)s
   AND version = %(version)s AND state = ANY(%(sources)s)
RETURNING version
"""

_END: Final = """
WITH ended AS (
    UPDATE exams_attempt
       SET state = %(target)s, version = version + 1, state_reason = %(reason)s,
           ended_at = clock_timestamp()
     WHERE id = %(attempt)s AND state = ANY(%(sources)s)
 RETURNING id, version, ended_at
), frozen AS (
    INSERT INTO exams_submission
           (attempt_id, receipt, kind, answers, digest, answered, total, submitted_at)
    SELECT id, %(receipt)s, %(kind)s, %(answers)s::text::jsonb, %(digest)s, %(answered)s,
           %(total)s, ended_at
      FROM ended WHERE %(freezes)s
), result AS (
    INSERT INTO exams_result (attempt_id, state, points_num, points_den, possible_num,
                              possible_den, needs_person)
    SELECT id, 'grading', 0, 1, 0, 1, false FROM ended WHERE %(freezes)s
)
SELECT version, ended_at FROM ended
"""


@dataclass(frozen=True, slots=True)
class Freeze:
    """What is kept of an attempt that ends.

    Attributes:
        kind: Who ended it: a SubmissionKind.
        answers: Canonical JSON: question id → {seq, value} and any text.
        digest: SHA-256 of it.
        answered: How many answers say something.
        total: How many questions were asked.
        freezes: False for who never came: nothing is kept then.
    """

    receipt: UUID
    kind: str
    answers: str
    digest: str
    answered: int
    total: int
    freezes: bool


def read_attempt(
    attempt_id: int, *, student_id: int | None = None, lock: bool = False
) -> Attempt | None:
    """Return an attempt with its sitting, the sitting's exam (not its content) and its candidate.

    `read_at` on it is the database's time of the reading.

    Args:
        attempt_id: Which.
        student_id: Whose it must be; None is anybody's.
        lock: Let nobody else write to the attempt before the transaction ends.

    Budget: 1 query, 2 with `lock`: one that waits for the row would read it anew, but what is
    joined to it as it was before the wait, an extension or an early end too old.
    """
    if lock:
        fetch_prepared(_LOCK, {"attempt": attempt_id})
    row = _ATTEMPT.first({"attempt": attempt_id, "student": student_id})
    if row is None:
        return None
    attempt: Attempt = row[0]
    attempt.sitting, attempt.candidate, attempt.sitting.exam, attempt.read_at = row[1:]
    return attempt


def grants_of(attempt: Attempt) -> list[TimeGrant]:
    """Return the ledger's entries for this attempt: its own, its room's and everybody's."""
    mine = {
        "sitting": attempt.sitting_id,
        "attempt": attempt.pk,
        "room": attempt.candidate.room,
    }
    return [row[0] for row in _GRANTS.all(mine)]


def answers_of(attempt_id: int) -> list[Answer]:
    """Return the stored answers of an attempt."""
    return [row[0] for row in _ANSWER_ROWS.all({"attempt": attempt_id})]


def stored_answers(attempt_id: int) -> list[tuple[int, int, Any, str]]:
    """Return question id, seq, value and text of each acknowledged answer, by question id."""
    row = fetch_prepared(_ANSWERS, {"attempt": attempt_id})
    return [tuple(one) for one in json.loads(row[0])] if row else []


def start_attempt(attempt: Attempt, *, now: datetime, deadline: datetime) -> int | None:
    """Start an attempt as it was read; its new version, None when anything of it has changed.

    The version: a deadline that was moved or cut since it was read is not overwritten.
    """
    row = fetch_prepared(
        _START,
        {
            "target": ATTEMPT.target(AttemptAction.START).value,
            "sources": _sources(AttemptAction.START),
            "now": now,
            "deadline": deadline,
            "attempt": attempt.pk,
            "student": attempt.student_id,
            "lease": attempt.lease,
            "version": attempt.version,
        },
    )
    return row[0] if row else None


def end_attempt(
    attempt_id: int, action: AttemptAction, reason: str, freeze: Freeze
) -> tuple[int, datetime] | None:
    """End an attempt, keep what was handed in and open its result, in ONE statement.

    Returns:
        Its new version and the database's time of the end; None when its state does not allow it.

    Needs: the attempt's row locked since before its answers were read: a save that comes between
        would be acknowledged and not be in what is frozen.
    """
    values = {
        **asdict(freeze),
        "attempt": attempt_id,
        "reason": reason,
        "target": ATTEMPT.target(action).value,
        "sources": _sources(action),
    }
    row = fetch_prepared(_END, values)
    return (row[0], row[1]) if row else None


@cache
def _sources(action: AttemptAction) -> list[str]:
    return [state.value for state in ATTEMPT.sources(action)]
