"""Which attempts count, where candidates had several of them in one sitting."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import F, QuerySet

from exams.domain.counting import AttemptsCount, Tried, counting_attempt
from exams.domain.scoring import stored
from exams.domain.states import ResultState
from exams.models import Attempt


def counting_attempts(sitting_ids: Collection[int]) -> dict[int, bool]:
    """Return by attempt id whether it counts, of candidates with several attempts only.

    One query, which reads nothing where everybody had one. All other attempts count by themselves.
    """
    return _counting(Attempt.objects.filter(sitting_id__in=sitting_ids))


def counting_of_student(student_id: int) -> dict[int, bool]:
    """Return the same of all sittings of one student; for them only where results are released."""
    return _counting(Attempt.objects.filter(student_id=student_id))


def set_aside(sitting_ids: Collection[int]) -> frozenset[int]:
    """Return the attempts that do not count, because another one of the candidate may. One query."""
    return frozenset(one for one, counts in counting_attempts(sitting_ids).items() if not counts)


def _counting(attempts: QuerySet[Attempt]) -> dict[int, bool]:
    several = attempts.filter(number__gt=1).values("candidate_id")
    rows = Attempt.objects.filter(candidate_id__in=several).values(
        "pk", "candidate_id", "number", *_RESULT, rule=F("sitting__policy__attempts_count")
    )
    of_candidate: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        of_candidate.setdefault(row["candidate_id"], []).append(row)
    counting: dict[int, bool] = {}
    for mine in of_candidate.values():
        rule = AttemptsCount(mine[0]["rule"] or AttemptsCount.BEST)
        chosen = counting_attempt([_tried(row) for row in mine if row["result__state"]], rule)
        counting |= {row["pk"]: row["pk"] == chosen for row in mine}
    return counting


_RESULT: Final = (
    *("result__state", "result__needs_person", "result__points_num", "result__points_den"),
    *("result__possible_num", "result__possible_den"),
)


def _tried(row: dict[str, Any]) -> Tried:
    points = stored(row["result__points_num"], row["result__points_den"])
    possible = stored(row["result__possible_num"], row["result__possible_den"])
    is_graded = row["result__state"] != ResultState.GRADING
    return Tried(
        attempt_id=row["pk"],
        number=row["number"],
        share=points / possible if possible else None,
        is_complete=is_graded and not row["result__needs_person"],
    )
