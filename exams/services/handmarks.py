"""Points that people give to answers; each change is kept with who, when, before, after and why."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db import transaction

from exams.domain.scoring import stored
from exams.domain.states import ResultState
from exams.errors import MarkInvalid, ResultUnknown, StillGrading, TwoMarkersNeeded
from exams.models import Mark, MarkChange, Result
from exams.selectors.contents import content_of_sitting
from exams.selectors.markingplans import needs_two_markers
from exams.services.grading import changeable_result, mark_of, store_outcome
from exams.services.trail import append_line


@dataclass(frozen=True, slots=True)
class HandMark:
    """Points given by a person to one answer.

    Attributes:
        comment: For the student.
        reason: Why the points change; for the history only.
    """

    question_id: int
    points: Decimal
    comment: str = ""
    reason: str = ""


@transaction.atomic
def mark_answer(attempt_id: int, given: HandMark, *, actor_id: int) -> None:
    """Give points to one answer, or change what grading gave; the result is added up again.

    Raises:
        ResultUnknown: There is no graded result, or the question is not in it.
        ResultFinal: The result was released.
        StillGrading: It is not graded yet.
        MarkInvalid: The points are not between zero and what the question carries.
        TwoMarkersNeeded: Two people mark this answer, each in the queue.
    """
    result = changeable_result(attempt_id)
    row = open_mark(result, given.question_id)
    if not (given.points.is_finite() and 0 <= given.points <= row.possible and row.possible):
        raise MarkInvalid(possible=str(row.possible))
    if row.needs_person and needs_two_markers(result.attempt.sitting_id):
        raise TwoMarkersNeeded(question=given.question_id)
    written = WrittenMark(Fraction(given.points), given.comment, given.reason)
    write_points(result, row, written, actor_id=actor_id)


def open_mark(result: Result, question_id: int) -> Mark:
    """Return the mark of one answer of a graded result.

    Raises:
        StillGrading: The result is not graded yet.
        ResultUnknown: The question is not in it.
    """
    if result.state != ResultState.GRADED:
        raise StillGrading(attempt=result.attempt_id)
    row = result.marks.filter(question_id=question_id).first()
    if row is None:
        raise ResultUnknown(attempt=result.attempt_id, question=question_id)
    return row


@dataclass(frozen=True, slots=True)
class WrittenMark:
    """Exact points that count from now on, and what is said of them."""

    points: Fraction
    comment: str = ""
    reason: str = ""
    act: str = "given"


def write_points(result: Result, row: Mark, given: WrittenMark, *, actor_id: int) -> None:
    """Let a person's points count, keep what was before, add the result up again.

    Needs: the result as `changeable_result` gives it; points within what the question carries.
    """
    before = stored(row.points_num, row.points_den)
    MarkChange.objects.create(
        result=result,
        question_id=row.question_id,
        act=given.act,
        before_num=before.numerator,
        before_den=before.denominator,
        after_num=given.points.numerator,
        after_den=given.points.denominator,
        reason=given.reason.strip(),
        actor_id=actor_id,
    )
    row.points_num, row.points_den = (
        Decimal(given.points.numerator),
        Decimal(given.points.denominator),
    )
    row.correct = given.points == Fraction(row.possible)
    row.needs_person = False
    row.marked_by_id = actor_id
    row.comment = given.comment.strip()
    row.save()
    marks = [mark_of(one) for one in result.marks.all()]
    content = content_of_sitting(result.attempt.sitting_id)
    store_outcome(result, marks, content.passing_score)
    append_line(
        f"mark.{given.act}",
        result,
        actor_id,
        reason=given.reason.strip() or row.comment,
        data={"question": row.question_id, "before": str(before), "after": str(given.points)},
    )
