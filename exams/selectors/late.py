"""Reads of answers that were held because they came too late, and of what was decided on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from exams.domain.late import LateCause, LateState
from exams.domain.text_beside import Given
from exams.models import AnswerRevision


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """One held answer.

    Attributes:
        value: As it was sent; see exams/domain/answer.py.
        text: What was written beside it.
        reason: Why it was decided so; often empty when accepted.
    """

    revision_id: int
    question_id: int
    value: object
    arrived_at: datetime
    cause: LateCause
    state: LateState
    reason: str
    text: str


def late_answers(attempt_id: int) -> dict[int, list[LateAnswer]]:
    """Return what was held of an attempt by question id, oldest first. One query."""
    late: dict[int, list[LateAnswer]] = {}
    for row in _held().filter(attempt_id=attempt_id).order_by("saved_at", "pk"):
        late.setdefault(row.question_id, []).append(
            LateAnswer(
                revision_id=row.pk,
                question_id=row.question_id,
                value=row.value,
                arrived_at=row.saved_at,
                cause=LateCause(row.held_for),
                state=LateState(row.decision),
                reason=row.decision_reason,
                text=row.text,
            )
        )
    return late


def accepted_answers(attempt_id: int) -> dict[int, Given]:
    """Return what counts instead of what was handed in, by question id. One query."""
    return accepted_of([attempt_id]).get(attempt_id, {})


def accepted_of(attempt_ids: Collection[int]) -> dict[int, dict[int, Given]]:
    """Return what counts instead of what was handed in, by attempt and question id. One query."""
    return _counting(_held().filter(attempt_id__in=attempt_ids))


def accepted_in(sitting_ids: Collection[int]) -> dict[int, dict[int, Given]]:
    """Return the same of all attempts of some sittings. One query."""
    return _counting(_held().filter(attempt__sitting_id__in=sitting_ids))


def _counting(held: QuerySet[AnswerRevision]) -> dict[int, dict[int, Given]]:
    accepted: dict[int, dict[int, Given]] = {}
    rows = held.filter(decision=LateState.ACCEPTED)
    fields = rows.values_list("attempt_id", "question_id", "value", "text")
    for attempt_id, question_id, value, text in fields:
        accepted.setdefault(attempt_id, {})[question_id] = Given(value, text)
    return accepted


def late_counts(sitting_id: int) -> dict[int, tuple[int, int]]:
    """Return how many answers are held of each attempt, and how many of them wait. One query.

    Attempts of which none is held are left out.
    """
    rows = _held().filter(attempt__sitting_id=sitting_id).order_by().values("attempt_id")
    waiting = Count("pk", filter=Q(decision=LateState.OPEN))
    found = rows.annotate(held=Count("pk"), waiting=waiting)
    return {row["attempt_id"]: (row["held"], row["waiting"]) for row in found}


def open_late_answers(sitting_id: int) -> int:
    """Return how many held answers of handed-in attempts wait for a decision. One query."""
    rows = _held().filter(attempt__sitting_id=sitting_id, attempt__result__isnull=False)
    return rows.filter(decision=LateState.OPEN).count()


def _held() -> QuerySet[AnswerRevision]:
    return AnswerRevision.objects.filter(late=True)
