"""The conditional UPDATE that stores what was graded, for many results at once."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from exams.domain.scoring import Outcome, shown
from exams.domain.states import RESULT, ResultAction, ResultState

_STORE: Final = """
UPDATE exams_result r
   SET state = %(target)s,
       points_num = o.points_num, points_den = o.points_den,
       possible_num = o.possible_num, possible_den = o.possible_den,
       score = o.score, passed = o.passed, needs_person = o.needs_person,
       graded_at = clock_timestamp(), version = r.version + 1
  FROM unnest(%(ids)s::bigint[], %(points_num)s::numeric[], %(points_den)s::numeric[],
              %(possible_num)s::numeric[], %(possible_den)s::numeric[], %(score)s::numeric[],
              %(passed)s::boolean[], %(needs_person)s::boolean[])
       AS o(id, points_num, points_den, possible_num, possible_den, score, passed, needs_person)
 WHERE r.id = o.id AND r.state = ANY(%(sources)s)
"""


def store_outcomes(outcomes: Mapping[int, Outcome]) -> int:
    """Store what results came to, by result id, and call them graded. One statement.

    Returns:
        How many were stored: one that was released is final and left as it is.
    """
    of = outcomes.values()
    values: dict[str, Any] = {
        "target": ResultState.GRADED,
        "sources": [state.value for state in RESULT.sources(ResultAction.GRADE)],
        "ids": list(outcomes),
        "points_num": [one.points.numerator for one in of],
        "points_den": [one.points.denominator for one in of],
        "possible_num": [one.possible.numerator for one in of],
        "possible_den": [one.possible.denominator for one in of],
        "score": [None if one.score is None else shown(one.score) for one in of],
        "passed": [one.passed for one in of],
        "needs_person": [one.needs_person for one in of],
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        stored: int = cursor.rowcount
        return stored
