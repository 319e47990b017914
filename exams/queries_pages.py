"""The conditional UPDATE that closes a page of an attempt and opens the next one."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from django.db import connection

_ADVANCE: Final = """
UPDATE exams_attempt a
   SET page = a.page + 1,
       page_index = %(index)s,
       closed_ids = a.closed_ids || a.question_ids,
       question_ids = %(questions)s::bigint[],
       current_question = NULL,
       version = a.version + 1
  FROM exams_sitting s
 WHERE a.id = %(attempt_id)s
   AND a.student_id = %(student_id)s
   AND a.lease = %(lease)s
   AND a.lease_browser IN ('', %(browser)s)
   AND a.state = 'running'
   AND a.page = %(page)s
   AND s.id = a.sitting_id
   AND clock_timestamp() <= a.deadline + s.grace
"""


@dataclass(frozen=True, slots=True)
class PageTurn:
    """Which page is closed, by whom, and what the next one asks.

    `page` is the number of the open one; `index` is that of the next one in the paper, and
    `questions` those of it that take an answer.
    """

    attempt_id: int
    student_id: int
    lease: UUID
    browser: str
    page: int
    index: int
    questions: Sequence[int]


def advance_page(turn: PageTurn) -> bool:
    """Close the open page for good and open the next; False when any guard refuses.

    Owner, lease, state, deadline with grace and the number of the open page are decided inside
    the statement. It writes the attempt's row, as a save does: a save of the closed page comes
    wholly before it or is refused.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, {**asdict(turn), "questions": list(turn.questions)})
        return bool(cursor.rowcount)
