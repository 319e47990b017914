"""Reads of results: tables for staff, answers for graders, the released result for its student."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef

from exams.domain import paper as papers
from exams.domain.answer import QuestionKind
from exams.domain.content import ExamContent, QuestionContent
from exams.domain.late import LateState
from exams.domain.scoring import chosen_keys, shown, stored, worth
from exams.domain.states import AttemptState, ResultState
from exams.domain.text_beside import Given, handed_in
from exams.domain.walk import asked_questions
from exams.errors import ResultUnknown
from exams.models import Answer, AnswerRevision, Attempt, Mark, Result, Submission
from exams.selectors.contents import approved_content
from exams.selectors.corrections import corrections_of
from exams.selectors.counting import counting_attempts
from exams.selectors.criteria import CriteriaView, criteria_of
from exams.selectors.given import given_html, upload_of
from exams.selectors.late import (
    LateAnswer,
    accepted_answers,
    late_answers,
    late_counts,
)
from exams.selectors.markingplans import masks_of
from exams.selectors.sittings import SittingView, sitting_view
from scanner.selectors import upload_cards


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One line of a sitting's result table. Points are rounded half up for display.

    Attributes:
        ended_early: The end for everybody stopped the attempt, not its own time.
        answered: None while nothing is handed in.
        number: Of the candidate's attempts in this sitting, from 1; None for a hidden name.
        counts: Whether it is the one that counts; None where there is no other.
    """

    attempt_id: int
    student_id: int
    name: str
    seat: str
    attempt_state: AttemptState
    ended_early: bool
    result_state: ResultState | None
    points: Decimal | None
    possible: Decimal | None
    score: Decimal | None
    passed: bool | None
    needs_person: bool
    answered: int | None
    total: int
    late_answers: int
    open_late: int
    released_at: datetime | None
    number: int | None
    counts: bool | None


def results_of_sitting(sitting_id: int) -> list[ResultRow]:
    """Return every candidate of a sitting with the result, by name. Three queries.

    While the sitting is marked blind they are numbers, by number. Three queries more then; one
    more where candidates had several attempts.
    """
    late = late_counts(sitting_id)
    rows = list(
        Attempt.objects.filter(sitting_id=sitting_id)
        .select_related("sitting", "student", "candidate", "result", "submission")
        .defer("paper", "submission__answers")
        .order_by("student__full_name", "pk")
    )
    counting = counting_attempts([sitting_id]) if any(row.number > 1 for row in rows) else {}
    masks = masks_of(sitting_id)
    shown_rows = [
        _masked(_result_row(row, late.get(row.pk, (0, 0)), counting.get(row.pk)), masks)
        for row in rows
    ]
    return sorted(shown_rows, key=lambda row: row.name) if masks else shown_rows


def _masked(row: ResultRow, masks: Mapping[int, str]) -> ResultRow:
    if not masks:
        return row
    return replace(row, name=masks[row.attempt_id], seat="", number=None, counts=None)


def _result_row(attempt: Attempt, late: tuple[int, int], counts: bool | None) -> ResultRow:  # noqa: FBT001 the row's own value
    result: Result | None = getattr(attempt, "result", None)
    submission: Submission | None = getattr(attempt, "submission", None)
    graded = result is not None and result.state != ResultState.GRADING
    return ResultRow(
        attempt_id=attempt.pk,
        student_id=attempt.student_id,
        name=attempt.student.full_name,
        seat=attempt.candidate.seat,
        attempt_state=AttemptState(attempt.state),
        ended_early=_was_cut(attempt),
        result_state=ResultState(result.state) if result else None,
        points=_points(result) if result and graded else None,
        possible=_possible(result) if result and graded else None,
        score=result.score if result else None,
        passed=result.passed if result else None,
        needs_person=result.needs_person if result else False,
        answered=submission.answered if submission else None,
        total=attempt.asked,
        late_answers=late[0],
        open_late=late[1] if result else 0,
        released_at=result.released_at if result else None,
        number=attempt.number,
        counts=counts,
    )


def _was_cut(attempt: Attempt) -> bool:
    """Whether the end of the sitting for everybody was the attempt's last moment."""
    expired = attempt.state == AttemptState.EXPIRED
    return expired and attempt.deadline == attempt.sitting.ended_early_at


def _points(result: Result) -> Decimal:
    return shown(stored(result.points_num, result.points_den))


def _possible(result: Result) -> Decimal:
    return shown(stored(result.possible_num, result.possible_den))


@dataclass(frozen=True, slots=True)
class MarkedLate:
    """An answer that was held because it came too late, as `given_html` shows it."""

    answer: LateAnswer
    given_html: tuple[str, ...]
    upload: UUID | None


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """One answer with its mark.

    Attributes:
        given_html: Safe HTML, one part per choice or pair; empty when nothing was given.
        upload: Id of the file that was given.
        message: Code of what makes the answer invalid.
        feedback_html: What the author says of the choices that were chosen; safe HTML.
        came_late: What was given came too late and was accepted.
        late: Answers that were held, oldest first; for graders only.
        remedy: What was corrected in the question after the exam, exams/domain/corrections.py.
        text: What was written beside the answer.
        criteria: What the criteria of its rubric earned, where the reader may see it.
    """

    question_id: int
    number: int
    kind: QuestionKind
    name: str
    prompt_html: str
    given_html: tuple[str, ...]
    upload: UUID | None
    points: Decimal | None
    possible: Decimal
    valid: bool | None
    correct: bool | None
    needs_person: bool
    message: str
    comment: str
    marked_by_id: int | None
    rejoinder_html: str
    feedback_html: tuple[str, ...] = ()
    came_late: bool = False
    late: tuple[MarkedLate, ...] = ()
    remedy: str = ""
    text: str = ""
    criteria: CriteriaView | None = None

    @property
    def may_reject_late(self) -> bool:
        """Whether a held answer is not rejected yet."""
        return any(one.answer.state is not LateState.REJECTED for one in self.late)


@dataclass(frozen=True, slots=True)
class MarkedPaper:
    """A whole attempt as handed in, with its marks in the order of the paper.

    Attributes:
        is_blind: The name is a number, and files are opened on the pages of marking only.
    """

    attempt_id: int
    sitting_id: int
    sitting_title: str
    institution_id: int
    class_group_id: int
    student_id: int
    student_name: str
    attempt_state: AttemptState
    ended_early: bool
    result_state: ResultState
    submitted_at: datetime
    receipt: UUID
    points: Decimal
    possible: Decimal
    score: Decimal | None
    passed: bool | None
    needs_person: bool
    released_at: datetime | None
    answers: tuple[MarkedAnswer, ...]
    is_blind: bool = False


def marked_paper(attempt_id: int) -> MarkedPaper:
    """Return an attempt for its graders. Ask a policy before showing it.

    Raises:
        ResultUnknown: Nothing was handed in.
    """
    result = _result(attempt_id)
    paper = _paper(result, late=late_answers(attempt_id), names=True)
    mask = masks_of(paper.sitting_id).get(attempt_id)
    return replace(paper, student_name=mask, is_blind=True) if mask else paper


def released_paper(attempt_id: int, student_id: int) -> MarkedPaper:
    """Return a student's own released result; without keys, names of questions or late work.

    Raises:
        ResultUnknown: There is none, it is somebody else's, or it has not been released.
    """
    result = _result(attempt_id)
    if result.attempt.student_id != student_id or result.state != ResultState.RELEASED:
        raise ResultUnknown(attempt=attempt_id)
    return _paper(result, late={}, names=False)


def _result(attempt_id: int) -> Result:
    result = (
        Result.objects.select_related(
            "attempt__sitting__exam", "attempt__submission", "attempt__student"
        )
        .defer("attempt__sitting__exam__content")
        .filter(attempt_id=attempt_id)
        .first()
    )
    if result is None:
        raise ResultUnknown(attempt=attempt_id)
    return result


def _paper(result: Result, *, late: Mapping[int, list[LateAnswer]], names: bool) -> MarkedPaper:
    attempt = result.attempt
    sitting, submission = attempt.sitting, attempt.submission
    return MarkedPaper(
        attempt_id=attempt.pk,
        sitting_id=sitting.pk,
        sitting_title=sitting.title,
        institution_id=sitting.institution_id,
        class_group_id=sitting.class_group_id,
        student_id=attempt.student_id,
        student_name=attempt.student.full_name,
        attempt_state=AttemptState(attempt.state),
        ended_early=_was_cut(attempt),
        result_state=ResultState(result.state),
        submitted_at=submission.submitted_at,
        receipt=submission.receipt,
        points=_points(result),
        possible=_possible(result),
        score=result.score,
        passed=result.passed,
        needs_person=result.needs_person,
        released_at=result.released_at,
        answers=tuple(_answers(result, late=late, names=names)),
    )


def _answers(
    result: Result, *, late: Mapping[int, list[LateAnswer]], names: bool
) -> Iterator[MarkedAnswer]:
    attempt = result.attempt
    sitting, answers = attempt.sitting, attempt.submission.answers
    accepted = accepted_answers(attempt.pk)
    marks = {row.question_id: row for row in result.marks.all()}
    overlay = corrections_of(sitting.pk)
    asked = _asked(attempt, approved_content(sitting.exam_id, sitting.exam.content_hash))
    criteria = criteria_of(marks, asked, sitting_id=sitting.pk, to_student=not names)
    for number, question in enumerate(asked, start=1):
        given = accepted.get(question.id) or handed_in(answers, question.id)
        yield replace(
            _marked(question, number, given, marks.get(question.id)),
            name=question.name if names else "",
            came_late=question.id in accepted,
            remedy=overlay[question.id].remedy.value if question.id in overlay else "",
            late=tuple(_held(question, one) for one in late.get(question.id, [])),
            criteria=criteria.get(question.id),
        )


def _asked(attempt: Attempt, content: ExamContent) -> list[QuestionContent]:
    paper = papers.from_json(attempt.paper)
    return asked_questions(content, paper, attempt.submission.answers)


def _marked(question: QuestionContent, number: int, given: Given, row: Mark | None) -> MarkedAnswer:
    value = given.value
    points = stored(row.points_num, row.points_den) if row else None
    return MarkedAnswer(
        question_id=question.id,
        number=number,
        kind=question.kind,
        name="",
        prompt_html=question.prompt_html,
        given_html=given_html(question, value),
        upload=upload_of(question, value),
        points=None if points is None or (row and row.needs_person) else shown(points),
        possible=row.possible if row else worth(question),
        valid=row.valid if row else None,
        correct=row.correct if row else None,
        needs_person=row.needs_person if row else False,
        message=row.message if row else "",
        comment=row.comment if row else "",
        marked_by_id=row.marked_by_id if row else None,
        rejoinder_html=question.rejoinder_html,
        text=given.text,
        feedback_html=tuple(
            key.rejoinder_html for key in chosen_keys(question, value) if key.rejoinder_html
        ),
    )


def _held(question: QuestionContent, late: LateAnswer) -> MarkedLate:
    return MarkedLate(late, given_html(question, late.value), upload_of(question, late.value))


def sittings_of_answer_file(upload_id: UUID) -> list[SittingView]:
    """Return the sittings in which its owner gave a file as an answer, held ones too."""
    card = upload_cards([upload_id]).get(upload_id)
    if card is None:
        return []
    mine = {"value__upload": str(upload_id), "attempt_id": OuterRef("pk")}
    given = Attempt.objects.filter(
        Exists(Answer.objects.filter(**mine))
        | Exists(AnswerRevision.objects.filter(late=True, **mine)),
        student_id=card.owner_id,
    )
    return [sitting_view(one) for one in given.values_list("sitting_id", flat=True)]
