"""Hand-written SQL of the hot paths, and the conditional UPDATEs that move attempts, sittings, results.

The database's clock decides: no answer and no move depends on the clock of a web process.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import F

from exams.domain.saving import Refusal, Saved, SaveRequest
from exams.domain.states import (
    ATTEMPT,
    RESULT,
    SITTING,
    AttemptAction,
    AttemptState,
    ResultAction,
    SittingAction,
)
from exams.models import Attempt, Result, Sitting
from kernel.prepared import fetch_prepared

MAX_HISTORY_BYTES: Final = (
    64 * 1024 * 1024
)  # of one attempt: some thousand versions of a long essay
MAX_HELD: Final = 1000  # late revisions kept per attempt; nobody types more by hand

_INCOMING: Final = """
incoming AS (
    SELECT r.question, r.seq, r.value, r.text, to_timestamp(r.client_at / 1000.0) AS client_at
      FROM jsonb_to_recordset(%(answers)s::jsonb)
           AS r(question bigint, seq bigint, value jsonb, text text, client_at bigint)
)"""

# Whether a stored value says something; SQL's twin of exams.domain.answer.is_empty.
SAYS_SOMETHING: Final = """(%(expressions)s IS NOT NULL AND CASE jsonb_typeof(%(expressions)s)
    WHEN 'string' THEN %(expressions)s #>> '{}' ~ '[^[:space:]]'
    WHEN 'array' THEN %(expressions)s <> '[]'
    WHEN 'object' THEN jsonb_path_exists(%(expressions)s,
        '$.* ? (@.type() != "null" && !(@.type() == "string" && @ == ""))')
    ELSE jsonb_typeof(%(expressions)s) <> 'null' END)"""

_SAVE: Final = f"""
WITH {_INCOMING}, live AS (
    UPDATE exams_attempt a
       SET last_saved_at = clock_timestamp(),
           history_bytes = a.history_bytes + %(bytes)s::bigint,
           current_question = CASE WHEN %(current)s = ANY(a.question_ids)
                                   THEN %(current)s ELSE a.current_question END
      FROM exams_sitting s
     WHERE a.id = %(attempt)s
       AND a.student_id = %(student)s
       AND a.lease = %(lease)s
       AND a.lease_browser IN ('', %(browser)s)
       AND a.state = 'running'
       AND a.question_ids && %(questions)s::bigint[]
       AND s.id = a.sitting_id
       AND clock_timestamp() <= a.deadline + s.grace
 RETURNING a.id, a.sitting_id, a.state, a.started_at, a.deadline, a.last_saved_at,
           a.current_question, a.last_command_seq, a.question_ids, a.closed_ids, a.version,
           a.history_bytes
), fitting AS (
    SELECT live.id, live.last_saved_at, live.history_bytes, incoming.*
      FROM live JOIN incoming ON incoming.question = ANY(live.question_ids)
), history AS (
    INSERT INTO exams_answerrevision
           (attempt_id, question_id, seq, value, text, client_at, saved_at, late, held_for)
    SELECT id, question, seq, value, text, client_at, last_saved_at, false, '' FROM fitting
     WHERE history_bytes <= %(most_history)s::bigint
        ON CONFLICT DO NOTHING
), settled AS (
    DELETE FROM exams_answerrevision r USING fitting f
     WHERE r.attempt_id = f.id AND r.question_id = f.question AND r.seq = f.seq AND r.late
), kept AS (
    INSERT INTO exams_answer AS had (attempt_id, question_id, seq, value, text, client_at, saved_at)
    SELECT id, question, seq, value, text, client_at, last_saved_at FROM fitting
        ON CONFLICT (attempt_id, question_id) DO UPDATE
       SET seq = GREATEST(had.seq, EXCLUDED.seq),
           value = CASE WHEN EXCLUDED.seq > had.seq THEN EXCLUDED.value ELSE had.value END,
           text = CASE WHEN EXCLUDED.seq > had.seq THEN EXCLUDED.text ELSE had.text END,
           client_at = CASE WHEN EXCLUDED.seq > had.seq THEN EXCLUDED.client_at ELSE had.client_at END,
           saved_at = CASE WHEN EXCLUDED.seq > had.seq THEN EXCLUDED.saved_at ELSE had.saved_at END
    RETURNING had.question_id, had.seq, had.value
)
SELECT live.sitting_id, live.state, live.started_at, live.deadline, live.last_saved_at,
       live.current_question, live.last_command_seq,
       cardinality(live.closed_ids) + cardinality(live.question_ids),
       (SELECT jsonb_object_agg(question_id, seq) FROM kept),
       (SELECT count(*) FROM kept WHERE {SAYS_SOMETHING % {"expressions": "value"}})
     + (SELECT count(*) FROM exams_answer o
         WHERE o.attempt_id = live.id AND o.question_id NOT IN (SELECT question_id FROM kept)
           AND {SAYS_SOMETHING % {"expressions": "o.value"}}),
       clock_timestamp(), live.version, live.closed_ids
  FROM live
"""  # noqa: S608 the only parts put in are the constants above

_WHY: Final = """
SELECT a.student_id = %(student)s,
       a.lease = %(lease)s AND a.lease_browser IN ('', %(browser)s), a.state,
       clock_timestamp() > a.deadline + s.grace, a.deadline, a.last_command_seq,
       a.question_ids && %(questions)s::bigint[], clock_timestamp(),
       (SELECT jsonb_object_agg(x.question_id, x.seq) FROM exams_answer x
         WHERE x.attempt_id = a.id AND x.question_id = ANY(%(questions)s::bigint[])), a.version,
       a.closed_ids
  FROM exams_attempt a JOIN exams_sitting s ON s.id = a.sitting_id
 WHERE a.id = %(attempt)s
"""

_HOLD: Final = f"""
WITH {_INCOMING}, kept AS (
INSERT INTO exams_answerrevision
       (attempt_id, question_id, seq, value, text, client_at, saved_at, late, held_for)
SELECT a.id, i.question, i.seq, i.value, i.text, i.client_at, clock_timestamp(), true, %(held_for)s
  FROM exams_attempt a JOIN incoming i ON i.question = ANY(a.closed_ids || a.question_ids)
 WHERE a.id = %(attempt)s AND a.student_id = %(student)s
   AND (SELECT count(*) FROM exams_answerrevision r WHERE r.attempt_id = a.id AND r.late) < %(limit)s
   AND NOT EXISTS (SELECT FROM exams_answer x
                    WHERE x.attempt_id = a.id AND x.question_id = i.question AND x.seq >= i.seq)
   AND NOT EXISTS (SELECT FROM exams_answerrevision r WHERE r.late
                      AND r.attempt_id = a.id AND r.question_id = i.question AND r.seq = i.seq)
    ON CONFLICT DO NOTHING
 RETURNING question_id
)
SELECT question_id FROM kept
 UNION
SELECT i.question
  FROM exams_attempt a JOIN exams_answerrevision r ON r.attempt_id = a.id AND r.late
  JOIN incoming i ON i.question = r.question_id AND i.seq = r.seq
 WHERE a.id = %(attempt)s AND a.student_id = %(student)s
 ORDER BY 1
"""  # noqa: S608 the only part put in is the constant above

_NEXT_OVERDUE: Final = """
SELECT a.id FROM exams_attempt a JOIN exams_sitting s ON s.id = a.sitting_id
 WHERE s.state IN ('running', 'closed')
   AND a.id <> ALL(%(skip)s::bigint[])
   AND CASE a.state
       WHEN 'ready' THEN a.deadline < clock_timestamp()
       WHEN 'running' THEN a.deadline + s.grace < clock_timestamp()
       WHEN 'paused' THEN a.deadline + s.grace + CASE WHEN s.ended_early_at IS NULL
            THEN make_interval(secs => (s.policy->>'pause_limit_s')::int)
            ELSE interval '0' END < clock_timestamp()
       END
   AND a.state IN ('ready', 'running', 'paused')
 ORDER BY a.deadline
 LIMIT 1
   FOR UPDATE OF a SKIP LOCKED
"""

_WRITE_DEADLINES: Final = """
UPDATE exams_attempt a
   SET deadline = due.deadline, version = a.version + 1
  FROM unnest(%(ids)s::bigint[], %(deadlines)s::timestamptz[]) AS due(id, deadline)
 WHERE a.id = due.id
"""

_DUE: Final[Mapping[SittingAction, str]] = {
    SittingAction.OPEN_LOBBY: "s.state = 'scheduled' AND s.lobby_opens_at <= clock_timestamp()",
    SittingAction.START: "s.state = 'lobby' AND s.starts_at <= clock_timestamp()",
    SittingAction.CLOSE: """s.state = 'running'
        AND NOT EXISTS (SELECT FROM exams_attempt a
                         WHERE a.sitting_id = s.id AND a.state IN ('ready', 'running', 'paused'))
        AND (s.closes_at <= clock_timestamp() OR s.ended_early_at IS NOT NULL
             OR (COALESCE((s.policy->>'attempts_allowed')::int, 1) = 1
                 AND EXISTS (SELECT FROM exams_attempt a WHERE a.sitting_id = s.id)))""",
    SittingAction.FINISH_GRADING: """s.state = 'closed'
        AND NOT EXISTS (SELECT FROM exams_attempt a
                          LEFT JOIN exams_result r ON r.attempt_id = a.id
                         WHERE a.sitting_id = s.id AND a.state <> 'absent'
                           AND (r.id IS NULL OR r.state = 'grading'))""",
}


def hold_accommodations(institution_id: int, *, alone: bool) -> None:
    """Let nobody register candidates and change accommodations at once, until the commit.

    Those who register go together; who changes an accommodation goes alone.
    """
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s, %s)", [0xACC0, institution_id])


def database_now() -> datetime:
    """Return the database's clock, the one that decides."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def save_answers(request: SaveRequest) -> Saved | None:
    """Store a batch in ONE statement; None when any guard refuses, and then nothing was stored.

    Owner, lease, state, deadline with grace, membership of the question in the paper and the
    order of sequence numbers are all decided inside the statement. It locks the attempt's row,
    so that a hand-in, an expiry or another save of the same attempt come wholly before or
    wholly after it. An older revision never overwrites a newer one, a repeated one does nothing.
    One that was held for a decision and comes again under the live lease is held no longer. The
    history of an attempt has a bound: beyond it the answer is stored and what it was before is not.

    Budget: 1 query. Its commit is the acknowledgement, so the caller must not be in a
    transaction of its own.
    """
    row = fetch_prepared(_SAVE, {**request.parameters(), "most_history": MAX_HISTORY_BYTES})
    if row is None:
        return None
    return Saved(
        sitting_id=row[0],
        state=row[1],
        started_at=row[2],
        deadline=row[3],
        last_saved_at=row[4],
        current_question=row[5],
        last_command_seq=row[6],
        total=row[7],
        saved=_decoded(row[8]),
        answered=row[9],
        server_time=row[10],
        version=row[11],
        closed=frozenset(row[12]),
    )


def why_refused(request: SaveRequest) -> Refusal | None:
    """Return the facts that refused a save; None when there is no such attempt."""
    with connection.cursor() as cursor:
        cursor.execute(_WHY, request.parameters())
        row = cursor.fetchone()
    if row is None:
        return None
    return Refusal(
        owns=row[0],
        holds_lease=bool(row[1]),
        state=AttemptState(row[2]),
        late=row[3],
        deadline=row[4],
        last_command_seq=row[5],
        knows_question=row[6],
        server_time=row[7],
        stored=_decoded(row[8]),
        version=row[9],
        closed=frozenset(row[10]),
    )


def hold_answers(request: SaveRequest, held_for: str) -> list[int]:
    """Keep answers that came too late for a person's decision.

    What is stored already as an acknowledged answer is not late work and is left out.

    Returns:
        The questions of which the revision in the request is held now, or was held before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, {**request.parameters(), "held_for": held_for, "limit": MAX_HELD})
        return [row[0] for row in cursor.fetchall()]


def _decoded(value: str | None) -> dict[str, int]:
    """Django's cursors hand jsonb over as text."""
    decoded: dict[str, int] = json.loads(value) if value else {}
    return decoded


def move_attempt(
    attempt_id: int,
    action: AttemptAction,
    guards: Mapping[str, object],
    changes: Mapping[str, object],
) -> bool:
    """Move one attempt by one conditional UPDATE; False when state or guards do not allow it."""
    target = ATTEMPT.target(action)
    rows = Attempt.objects.filter(pk=attempt_id, state__in=ATTEMPT.sources(action), **guards)
    return bool(rows.update(state=target, version=F("version") + 1, **changes))


def move_sitting(sitting_id: int, action: SittingAction, changes: Mapping[str, object]) -> bool:
    """Move one sitting by one conditional UPDATE; False when its state does not allow it."""
    target = SITTING.target(action)
    rows = Sitting.objects.filter(pk=sitting_id, state__in=SITTING.sources(action))
    return bool(rows.update(state=target, **changes))


def write_deadlines(deadlines: Mapping[int, datetime]) -> None:
    """Give attempts their deadlines, each with a new version. One statement.

    Needs: an open transaction that holds the attempts' rows, or their sitting's before it opens.
    """
    values: dict[str, list[int] | list[datetime]] = {
        "ids": list(deadlines),
        "deadlines": list(deadlines.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_DEADLINES, values)


def move_results(
    result_ids: Sequence[int], action: ResultAction, changes: Mapping[str, object]
) -> int:
    """Move results by one conditional UPDATE; returns how many moved."""
    target = RESULT.target(action)
    rows = Result.objects.filter(pk__in=result_ids, state__in=RESULT.sources(action))
    return rows.update(state=target, **changes)


def due_sittings(action: SittingAction) -> list[int]:
    """Return the sittings for which the time of `action` has come, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id FROM exams_sitting s WHERE {_DUE[action]} ORDER BY s.id")  # noqa: S608 constants above
        return [row[0] for row in cursor.fetchall()]


def lock_overdue_attempt(skip: Sequence[int]) -> int | None:
    """Return one attempt whose time is over, locked; attempts locked by others are passed over.

    Needs: an open transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_OVERDUE, {"skip": list(skip)})
        row = cursor.fetchone()
    return row[0] if row else None


def next_command_seqs(attempt_ids: Sequence[int]) -> dict[int, int]:
    """Count the commands of attempts up and return attempt id → new number; unknown ones are left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exams_attempt SET last_command_seq = last_command_seq + 1"
            " WHERE id = ANY(%s) RETURNING id, last_command_seq",
            [list(attempt_ids)],
        )
        return dict(cursor.fetchall())
