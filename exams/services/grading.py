"""Grade submissions by machine, release results."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from exams.domain import paper as papers
from exams.domain.answer import Fault, InvalidAnswer, QuestionKind, parse
from exams.domain.content import ExamContent, QuestionContent
from exams.domain.corrections import Overlay, mark_under, settled_under
from exams.domain.jobs import GRADE_QUEUE, GRADE_TASK
from exams.domain.scoring import Outcome, QuestionMark, rules_of, shown, total
from exams.domain.states import ResultAction, ResultState, SittingAction, SittingState
from exams.domain.text_beside import Given, handed_in
from exams.domain.walk import asked_questions
from exams.errors import (
    ResultFinal,
    ResultUnknown,
    SittingUnknown,
    StillGrading,
)
from exams.events import ResultReleased
from exams.models import Mark, Result, Sitting, Submission
from exams.queries import database_now, move_results, move_sitting
from exams.queries_results import store_outcomes
from exams.selectors.contents import approved_content
from exams.selectors.corrections import corrections_of
from exams.selectors.late import accepted_of, open_late_answers
from exams.services import pushes
from exams.services.sittings import finish_grading
from exams.services.trail import append_line
from kernel import outbox
from kernel.events import bus
from scanner.selectors import upload_cards

# Once published, later releases of the same sitting do nothing.
RELEASABLE: Final = frozenset({SittingState.CLOSED, SittingState.GRADED, SittingState.PUBLISHED})


def grade_attempt(attempt_id: int) -> None:
    """Grade what one attempt handed in; as `grade_attempts`."""
    grade_attempts([attempt_id])


@transaction.atomic
def grade_attempts(attempt_ids: Sequence[int]) -> None:
    """Grade what attempts handed in; run it as often as you like, the outcome is the same.

    One result per attempt; its marks are replaced together. Marks given by a person stay. A
    released result is not touched.

    Budget: 7 queries for any number of attempts of one sitting, 8 when they were graded before.

    Raises:
        ResultUnknown: One of the attempts has no submission; nothing was graded.
    """
    submissions = _submissions(attempt_ids)
    results = _results_to_grade(attempt_ids)
    overlays = {one: corrections_of(one) for one in {s.attempt.sitting_id for s in submissions}}
    accepted = accepted_of(attempt_ids)
    human = _marks_by_people(results.values())
    rows: list[Mark] = []
    outcomes: dict[int, Outcome] = {}
    for submission in submissions:
        result = results.get(submission.attempt_id)
        if result is None:
            continue
        content = content_of(submission)
        overlay = overlays[submission.attempt.sitting_id]
        late = accepted.get(submission.attempt_id, {})
        marks = machine_marks(submission, content, late, overlay)
        given = human.get(result.pk, {})
        rows += [mark_row(result, one, mark) for one, mark in marks.items() if one not in given]
        outcomes[result.pk] = total((marks | given).values(), content.passing_score)
    Mark.objects.bulk_create(rows)
    store_outcomes(outcomes)


def _submissions(attempt_ids: Collection[int]) -> list[Submission]:
    rows = Submission.objects.select_related("attempt__sitting__exam")
    found = list(rows.defer("attempt__sitting__exam__content").filter(attempt_id__in=attempt_ids))
    missing = set(attempt_ids) - {one.attempt_id for one in found}
    if missing:
        raise ResultUnknown(attempt=min(missing))
    return found


def _results_to_grade(attempt_ids: Collection[int]) -> dict[int, Result]:
    """Return the results that were not released, locked, by attempt id."""
    rows = Result.objects.select_for_update().filter(attempt_id__in=attempt_ids).order_by("pk")
    found = {one.attempt_id: one for one in rows}
    if len(found) < len(set(attempt_ids)):
        missing = [Result(attempt_id=one) for one in attempt_ids if one not in found]
        Result.objects.bulk_create(missing, ignore_conflicts=True)
        return _results_to_grade(attempt_ids)
    return {one: result for one, result in found.items() if result.state != ResultState.RELEASED}


def _marks_by_people(results: Collection[Result]) -> dict[int, dict[int, QuestionMark]]:
    """Return the marks that people gave, by result and question; those of the machine go away."""
    given: dict[int, dict[int, QuestionMark]] = {}
    by_machine = []
    for row in Mark.objects.filter(result__in=results):
        if row.marked_by_id is None:
            by_machine.append(row.pk)
        else:
            given.setdefault(row.result_id, {})[row.question_id] = mark_of(row)
    if by_machine:
        Mark.objects.filter(pk__in=by_machine).delete()
    return given


@transaction.atomic
def ask_for_grading(attempt_id: int, *, actor_id: int) -> None:
    """Grade an attempt once more in the background, for instance after its job was parked.

    Raises:
        ResultUnknown: Nothing was handed in.
        ResultFinal: The result was released.
    """
    result = changeable_result(attempt_id)
    outbox.enqueue(GRADE_TASK, {"attempt_id": attempt_id}, queue=GRADE_QUEUE)
    append_line("result.regrade_asked", result, actor_id)


def content_of(submission: Submission) -> ExamContent:
    """Return the frozen content that an attempt was drawn from."""
    exam = submission.attempt.sitting.exam
    return approved_content(exam.pk, exam.content_hash)


def machine_marks(
    submission: Submission,
    content: ExamContent,
    accepted: Mapping[int, Given],
    overlay: Overlay,
) -> dict[int, QuestionMark]:
    """Return what each answer of a submission is worth by machine, by question id.

    Args:
        submission: With its attempt.
        content: What the attempt was drawn from.
        accepted: Late answers that count instead of what was handed in, by question id.
        overlay: What was corrected since the exam was approved.
    """
    paper = papers.from_json(submission.attempt.paper)
    asked = asked_questions(content, paper, submission.answers)
    given = {one.id: handed_in(submission.answers, one.id) for one in asked} | dict(accepted)
    values = {question: one.value for question, one in given.items()}
    foreign = _foreign_files(asked, values, submission.attempt.student_id)
    return {
        question.id: settled_under(question, _foreign_mark(question), overlay)
        if question.id in foreign
        else mark_under(question, values[question.id], overlay, given[question.id].text)
        for question in asked
    }


def _foreign_files(
    asked: Iterable[QuestionContent], values: Mapping[int, Any], student_id: int
) -> set[int]:
    """Return the questions whose answer names a file that this student did not upload."""
    uploads: dict[int, UUID] = {}
    for question in asked:
        if question.kind is QuestionKind.FILE:
            try:
                parsed = parse(rules_of(question), values[question.id])
            except InvalidAnswer:
                continue
            if isinstance(parsed, UUID):
                uploads[question.id] = parsed
    cards = upload_cards(uploads.values()) if uploads else {}
    return {
        question
        for question, upload in uploads.items()
        if upload not in cards or cards[upload].owner_id != student_id
    }


def _foreign_mark(question: QuestionContent) -> QuestionMark:
    possible = Fraction(question.points)
    return QuestionMark(
        Fraction(0),
        possible,
        valid=False,
        correct=False if possible else None,
        fault=Fault.FILE_UNKNOWN,
    )


def mark_row(result: Result, question_id: int, one: QuestionMark) -> Mark:
    """Return an unsaved row of what an answer is worth."""
    return Mark(
        result=result,
        question_id=question_id,
        points_num=one.points.numerator,
        points_den=one.points.denominator,
        possible=Decimal(one.possible.numerator) / one.possible.denominator,
        valid=one.valid,
        correct=one.correct,
        needs_person=one.needs_person,
        message=one.fault.value if one.fault else "",
    )


def mark_of(row: Mark) -> QuestionMark:
    """Return what a stored row says, in exact fractions."""
    return QuestionMark(
        points=Fraction(int(row.points_num), int(row.points_den)),
        possible=Fraction(row.possible),
        valid=row.valid,
        correct=row.correct,
        needs_person=row.needs_person,
    )


def store_outcome(result: Result, marks: Iterable[QuestionMark], passing_score: Decimal) -> None:
    """Add up the marks of a result that was not released and store what comes out.

    Raises:
        ResultFinal: It was released meanwhile.
    """
    if not store_outcomes({result.pk: total(marks, passing_score)}):
        raise ResultFinal(attempt=result.attempt_id)


def columns_of(outcome: Outcome) -> dict[str, object]:
    """Return an outcome as the columns of a result and of its history."""
    return {
        "points_num": Decimal(outcome.points.numerator),
        "points_den": Decimal(outcome.points.denominator),
        "possible_num": Decimal(outcome.possible.numerator),
        "possible_den": Decimal(outcome.possible.denominator),
        "score": None if outcome.score is None else shown(outcome.score),
        "passed": outcome.passed,
        "needs_person": outcome.needs_person,
    }


def changeable_result(attempt_id: int) -> Result:
    """Return a result that was not released, locked, with its attempt and sitting.

    Raises:
        ResultUnknown: Nothing was handed in.
        ResultFinal: The result was released.

    Needs: an open transaction.
    """
    result = (
        Result.objects.select_for_update(of=("self",))
        .select_related("attempt__sitting")
        .defer("attempt__paper")
        .filter(attempt_id=attempt_id)
        .first()
    )
    if result is None:
        raise ResultUnknown(attempt=attempt_id)
    if result.state == ResultState.RELEASED:
        raise ResultFinal(attempt=attempt_id)
    return result


@transaction.atomic
def release_results(sitting_id: int, *, actor_id: int) -> int:
    """Show the results of a closed sitting to its students; returns how many were released.

    The sitting is published with them, also when nobody came and there is no result at all.

    Raises:
        SittingUnknown: There is none.
        StillGrading: It has not ended, `waiting` results are not complete, or `late` answers are
            not decided on; nothing was released.
    """
    sitting = Sitting.objects.select_for_update().filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    results = list(
        Result.objects.select_for_update(of=("self",))
        .select_related("attempt")
        .defer("attempt__paper")
        .filter(attempt__sitting_id=sitting_id)
        .exclude(state=ResultState.RELEASED)
        .order_by("pk")
    )
    waiting = sum(1 for one in results if one.state != ResultState.GRADED or one.needs_person)
    undecided = open_late_answers(sitting_id) if results else 0
    if waiting or undecided or sitting.state not in RELEASABLE:
        raise StillGrading(waiting=waiting, late=undecided)
    _release(results, actor_id)
    published = _publish(sitting)
    if results or published:
        append_line(
            "result.released",
            sitting,
            actor_id,
            data={"attempts": [result.attempt_id for result in results]},
        )
    return len(results)


def _release(results: list[Result], actor_id: int) -> None:
    who = {"released_at": database_now(), "released_by_id": actor_id}
    moved = move_results([result.pk for result in results], ResultAction.RELEASE, who)
    if moved != len(results):
        raise StillGrading(waiting=len(results) - moved, late=0)
    for result in results:
        bus.emit(
            ResultReleased(
                attempt_id=result.attempt_id,
                sitting_id=result.attempt.sitting_id,
                student_id=result.attempt.student_id,
            )
        )


def _publish(sitting: Sitting) -> bool:
    """Publish a sitting whose results are all released; the clock may not have seen that yet."""
    finish_grading(sitting.pk)
    published = move_sitting(sitting.pk, SittingAction.PUBLISH, {})
    if published:
        sitting.refresh_from_db()
        pushes.sitting_moved(sitting)
    return published
