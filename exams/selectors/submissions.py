"""What was handed in, as stored: for audits that compare it with what the candidates saw."""

from dataclasses import dataclass
from typing import Any

from exams.domain.states import AttemptState, ResultState
from exams.models import Attempt


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """The stored end of one attempt.

    Attributes:
        answers: Question id (as text) → {"seq", "value"}; empty while nothing was handed in.
        is_graded: Whether its result is complete or released.
    """

    attempt_id: int
    state: AttemptState
    answers: dict[str, dict[str, Any]]
    is_graded: bool


def stored_attempts(sitting_id: int) -> list[StoredAttempt]:
    """Return the stored end of every attempt of a sitting. One query."""
    rows = Attempt.objects.filter(sitting_id=sitting_id).select_related("submission", "result")
    return [
        StoredAttempt(
            attempt_id=row.pk,
            state=AttemptState(row.state),
            answers=row.submission.answers if hasattr(row, "submission") else {},
            is_graded=hasattr(row, "result")
            and row.result.state in {ResultState.GRADED, ResultState.RELEASED},
        )
        for row in rows.order_by("pk")
    ]
