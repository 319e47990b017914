"""Every answer of a sitting that came too late, beside what was handed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from exams.domain.answer import QuestionKind
from exams.domain.content import QuestionContent
from exams.domain.late import LateCause, LateState, lateness
from exams.domain.states import ResultState
from exams.domain.text_beside import handed_in
from exams.models import AnswerRevision
from exams.selectors.given import given_html, upload_of
from exams.selectors.markingplans import masks_of
from exams.selectors.regrades import questions_of_sitting


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """One answer that came too late.

    Attributes:
        text: What was written beside it.
        late_by: After the candidate's own end; zero for one that came while the attempt ran.
        was_closed: The candidate had closed its page for good; decided on only one by one.
        handed_in_html: What counts instead unless it is accepted.
        is_released: The result is out: it can only count by a regrade.
    """

    revision_id: int
    attempt_id: int
    candidate: str
    question_id: int
    number: int
    kind: QuestionKind
    given_html: tuple[str, ...]
    upload: UUID | None
    text: str
    handed_in_html: tuple[str, ...]
    handed_in_upload: UUID | None
    handed_in_text: str
    arrived_at: datetime
    late_by: timedelta
    was_closed: bool
    cause: LateCause
    state: LateState
    reason: str
    is_released: bool


def held_answers(sitting_id: int) -> list[HeldAnswer]:
    """Return what was held of a sitting: open ones first, then as they arrived.

    Only of attempts that are over; six queries whatever their number.
    """
    questions = {question.id: (n, question) for n, question in questions_of_sitting(sitting_id)}
    masks = masks_of(sitting_id)
    rows = (
        _held(sitting_id)
        .select_related("attempt__student", "attempt__submission", "attempt__result")
        .defer("attempt__paper")
        .order_by("saved_at", "pk")
    )
    held = [
        _held_answer(row, *questions[row.question_id], masks)
        for row in rows
        if row.question_id in questions
    ]
    return sorted(held, key=lambda one: one.state is not LateState.OPEN)


def _held(sitting_id: int) -> QuerySet[AnswerRevision]:
    return AnswerRevision.objects.filter(
        late=True, attempt__sitting_id=sitting_id, attempt__result__isnull=False
    )


def _held_answer(
    row: AnswerRevision, number: int, question: QuestionContent, masks: dict[int, str]
) -> HeldAnswer:
    attempt = row.attempt
    before = handed_in(attempt.submission.answers, question.id)
    return HeldAnswer(
        revision_id=row.pk,
        attempt_id=attempt.pk,
        candidate=masks.get(attempt.pk, attempt.student.full_name),
        question_id=question.id,
        number=number,
        kind=question.kind,
        given_html=given_html(question, row.value),
        upload=upload_of(question, row.value),
        text=row.text,
        handed_in_html=given_html(question, before.value),
        handed_in_upload=upload_of(question, before.value),
        handed_in_text=before.text,
        arrived_at=row.saved_at,
        late_by=lateness(row.saved_at, attempt.ended_at),
        was_closed=question.id in attempt.closed_ids,
        cause=LateCause(row.held_for),
        state=LateState(row.decision),
        reason=row.decision_reason,
        is_released=attempt.result.state == ResultState.RELEASED,
    )
