"""How far the candidates of a sitting have got: one query for the whole wall."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import (
    BooleanField,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from exams.models import Answer, AnswerRevision, Attempt
from exams.queries import SAYS_SOMETHING
from exams.wire import ProgressRow, ProgressValue
from kernel.clock import to_millis_or_none

__all__ = ["ProgressRow", "ProgressValue", "answered_of", "progress_value", "wall_row", "wall_rows"]

_SAYS: Final = Func(F("value"), template=SAYS_SOMETHING, output_field=BooleanField())


def wall_rows(sitting_id: int) -> dict[int, ProgressRow]:
    """Return every candidate of a sitting with state, time and progress, by attempt id.

    Budget: 1 query, whatever the number of candidates.
    """
    return _rows(Attempt.objects.filter(sitting_id=sitting_id))


def wall_row(attempt_id: int) -> ProgressRow:
    """Return one candidate as `wall_rows` does. One query."""
    return _rows(Attempt.objects.filter(pk=attempt_id))[attempt_id]


def _annotated(attempts: QuerySet[Attempt]) -> QuerySet[Attempt, Any]:
    return (
        attempts.defer("paper")
        .order_by("student__full_name", "pk")
        .annotate(
            answered=_answered(),
            late=_late(),
            total=_total(),
            name=F("student__full_name"),
            seat=F("candidate__seat"),
            room=F("candidate__room"),
            exemptions=F("candidate__exemptions"),
            breaks=F("candidate__breaks"),
            break_length=F("candidate__break_length"),
            note=Coalesce(F("candidate__accommodation__note"), Value(""), output_field=TextField()),
        )
    )


def _rows(attempts: QuerySet[Attempt]) -> dict[int, ProgressRow]:
    rows = _annotated(attempts)
    return {
        row.pk: ProgressRow(
            attempt=row.pk,
            student=row.student_id,
            name=row.name,
            seat=row.seat,
            room=row.room,
            state=row.state,
            started_at=to_millis_or_none(row.started_at),
            deadline=to_millis_or_none(row.deadline if row.started_at else None),
            paused_at=to_millis_or_none(row.paused_at),
            ended_at=to_millis_or_none(row.ended_at),
            answered=row.answered,
            total=row.total,
            current=row.current_question,
            last_saved_at=to_millis_or_none(row.last_saved_at),
            reason=row.state_reason,
            checked_in_at=to_millis_or_none(row.checked_in_at),
            late_answers=row.late,
            exemptions=row.exemptions,
            breaks=row.breaks,
            break_s=int(row.break_length.total_seconds()),
            note=row.note,
        )
        for row in rows
    }


def answered_of(attempt_ids: Collection[int]) -> dict[int, int]:
    """Return attempt id → how many answers say something; who gave none is missing. One query."""
    given = Answer.objects.filter(attempt_id__in=attempt_ids).filter(_SAYS).order_by()
    return dict(given.values_list("attempt_id").annotate(Count("pk")))


def progress_value(attempt: Attempt, answered: int) -> ProgressValue:
    """Return one attempt's progress as it is published on the wall."""
    return ProgressValue(
        state=attempt.state,
        started_at=to_millis_or_none(attempt.started_at),
        deadline=to_millis_or_none(attempt.deadline if attempt.started_at else None),
        paused_at=to_millis_or_none(attempt.paused_at),
        ended_at=to_millis_or_none(attempt.ended_at),
        answered=answered,
        total=attempt.asked,
        current=attempt.current_question,
        last_saved_at=to_millis_or_none(attempt.last_saved_at),
        reason=attempt.state_reason,
    )


def _answered() -> Coalesce:
    mine = Answer.objects.filter(attempt_id=OuterRef("pk")).filter(_SAYS)
    return _count_of(mine.order_by().values("attempt_id").annotate(n=Count("pk")).values("n"))


def _late() -> Coalesce:
    mine = AnswerRevision.objects.filter(attempt_id=OuterRef("pk"), late=True)
    return _count_of(mine.order_by().values("attempt_id").annotate(n=Count("pk")).values("n"))


def _count_of(counts: object) -> Coalesce:
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)  # type: ignore[arg-type] # a values() queryset


def _total() -> CombinedExpression:
    """Those of the open page and of the closed ones; see exams.models.Attempt.asked."""
    return _length("question_ids") + _length("closed_ids")


def _length(field: str) -> Func:
    return Func(F(field), function="cardinality", output_field=IntegerField())
