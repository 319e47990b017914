"""Grading: repeatable, complete, by hand where needed, released by a person and then final."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.states import ResultAction, ResultState, SittingState
from exams.errors import (
    MarkInvalid,
    ResultFinal,
    ResultUnknown,
    SittingUnknown,
    StillGrading,
)
from exams.events import ResultReleased
from exams.models import Answer, Attempt, Mark, Result, Sitting
from exams.selectors.grading_progress import grading_progress
from exams.services import attempts, grading, handmarks, sittings
from exams.services.handmarks import HandMark
from exams.tests.conftest import (
    Cast,
    Heard,
    Taking,
    approved_exam,
    begin,
    close,
    drafts,
    schedule,
    shift,
)
from exams.tests.test_domain_states import RESULT_MOVES
from kernel.models import AuditEntry, OutboxEntry
from kernel.tests.machines import disagreements, moves_of_row
from scanner.models import Upload


def handed_in(taken: Taking, *values: Any) -> Taking:
    for place, value in enumerate(values):
        if value is not None:
            Answer.objects.create(
                attempt_id=taken.attempt_id, question_id=taken.questions[place], seq=1, value=value
            )
    attempts.force_submit(taken.attempt_id, actor_id=taken.cast.ivo.pk, reason="Test")
    return taken


def right_choice(taken: Taking) -> list[int]:
    content = taken.attempt.sitting.exam.content
    assert content is not None
    (key,) = (
        choice["key"]
        for choice in content["pools"][0]["questions"][0]["choices"]
        if choice["fraction"] == "100.00000"
    )
    return [key]


def graded(taken: Taking) -> Result:
    grading.grade_attempt(taken.attempt_id)
    return Result.objects.get(attempt_id=taken.attempt_id)


def facts(result: Result) -> tuple[object, ...]:
    marks = result.marks.order_by("question_id")
    return (
        result.score,
        result.passed,
        result.points_num,
        result.points_den,
        result.possible_num,
        list(marks.values_list("question_id", "points_num", "correct", "valid", "needs_person")),
    )


def test_grading_may_repeat_and_gives_the_same_result(running: Taking) -> None:
    handed_in(running, right_choice(running), "424242", "wrong", None)
    first = facts(graded(running))
    for _ in range(3):
        assert facts(graded(running)) == first
    assert Result.objects.count() == 1
    assert Mark.objects.count() == 4
    assert first[:2] == (Decimal("60.00"), True)


def test_what_is_graded_is_what_was_handed_in(running: Taking) -> None:
    handed_in(running, None, "424242")
    Answer.objects.update(value="0", seq=2)
    assert graded(running).points_num == 1


def test_an_attempt_that_handed_in_nothing_is_graded_too(running: Taking) -> None:
    attempts.terminate_attempt(running.attempt_id, actor_id=running.cast.ivo.pk, reason="Left")
    result = graded(running)
    assert (result.score, result.passed, result.needs_person) == (Decimal("0.00"), False, False)
    assert set(result.marks.values_list("correct", flat=True)) == {False}


def test_a_result_moves_as_specified_and_not_otherwise(running: Taking) -> None:
    graded(handed_in(running, right_choice(running)))
    close(running)
    rows = Result.objects.filter(attempt_id=running.attempt_id)
    rows.update(needs_person=False)

    def act(action: ResultAction) -> bool:
        if action is ResultAction.RELEASE:
            return grading.release_results(running.sitting_id, actor_id=running.cast.grader.pk) == 1
        rows.update(graded_at=None)
        grading.grade_attempt(running.attempt_id)
        return rows.filter(graded_at=None).count() == 0

    assert disagreements(moves_of_row(rows, act), RESULT_MOVES) == []


def test_there_is_nothing_to_grade_without_a_submission(running: Taking) -> None:
    with pytest.raises(ResultUnknown):
        grading.grade_attempt(running.attempt_id)


def test_an_essay_waits_for_a_person_and_the_result_with_it(running: Taking) -> None:
    handed_in(running, right_choice(running), "424242", "canary-key-char", "An essay.")
    result = graded(running)
    assert (result.state, result.needs_person) == (ResultState.GRADED, True)
    assert (result.score, result.passed) == (None, None)
    assert result.points_num == 4
    close(running)
    with pytest.raises(StillGrading) as refusal:
        grading.release_results(running.sitting_id, actor_id=running.cast.grader.pk)
    assert refusal.value.data == {"waiting": 1, "late": 0}
    essay = running.questions[3]
    handmarks.mark_answer(
        running.attempt_id,
        HandMark(essay, Decimal("0.25"), "Too short"),
        actor_id=running.cast.grader.pk,
    )
    result.refresh_from_db()
    assert (result.score, result.passed) == (Decimal("85.00"), True)
    entry = AuditEntry.objects.get(action="mark.given")
    assert entry.data == {"question": essay, "before": "0", "after": "1/4"}


def test_a_regrade_keeps_what_a_person_gave(running: Taking) -> None:
    handed_in(running, None, "1", None, "An essay.")
    graded(running)
    for place in (1, 3):
        handmarks.mark_answer(
            running.attempt_id,
            HandMark(running.questions[place], Decimal(1)),
            actor_id=running.cast.grader.pk,
        )
    result = graded(running)
    assert result.score == Decimal("40.00")
    assert result.marks.filter(marked_by=running.cast.grader).count() == 2


@pytest.mark.parametrize("points", ["-0.01", "1.01", "NaN"])
def test_points_beyond_the_question_are_refused(running: Taking, points: str) -> None:
    handed_in(running, None, "1")
    graded(running)
    given = HandMark(running.questions[1], Decimal(points))
    with pytest.raises(MarkInvalid):
        handmarks.mark_answer(running.attempt_id, given, actor_id=running.cast.grader.pk)


def test_a_mark_needs_a_graded_result_and_a_question_of_it(running: Taking) -> None:
    actor = running.cast.grader.pk
    with pytest.raises(ResultUnknown):
        handmarks.mark_answer(running.attempt_id, HandMark(1, Decimal(1)), actor_id=actor)
    handed_in(running, None, "1")
    with pytest.raises(StillGrading):
        handmarks.mark_answer(running.attempt_id, HandMark(1, Decimal(1)), actor_id=actor)
    graded(running)
    with pytest.raises(ResultUnknown):
        handmarks.mark_answer(running.attempt_id, HandMark(10**9, Decimal(1)), actor_id=actor)


def test_results_are_released_together_and_final(running: Taking, heard: Heard) -> None:
    handed_in(running, right_choice(running), "424242")
    actor = running.cast.grader.pk
    with pytest.raises(StillGrading):
        grading.release_results(running.sitting_id, actor_id=actor)
    graded(running)
    with pytest.raises(StillGrading):
        grading.release_results(running.sitting_id, actor_id=actor)
    close(running)
    assert Sitting.objects.get().state == SittingState.GRADED
    assert grading.release_results(running.sitting_id, actor_id=actor) == 1
    assert grading.release_results(running.sitting_id, actor_id=actor) == 0
    result = Result.objects.get()
    assert (result.state, result.released_by_id) == (ResultState.RELEASED, actor)
    assert Sitting.objects.get().state == SittingState.PUBLISHED
    (event,) = heard.of(ResultReleased)
    assert event.student_id == running.cast.ana.pk
    assert AuditEntry.objects.get(action="result.released").data == {
        "attempts": [running.attempt_id]
    }
    before = facts(result)
    grading.grade_attempt(running.attempt_id)
    result.refresh_from_db()
    assert (result.state, facts(result)) == (ResultState.RELEASED, before)
    with pytest.raises(ResultFinal):
        handmarks.mark_answer(
            running.attempt_id, HandMark(running.questions[1], Decimal(1)), actor_id=actor
        )
    assert AuditEntry.objects.filter(action="result.released").count() == 1
    progress = grading_progress(running.sitting_id)
    assert (progress.submissions, progress.graded, progress.released) == (1, 1, 1)


def test_a_sitting_to_which_nobody_came_is_published_too(cast: Cast, heard: Heard) -> None:
    sitting_id = schedule(cast)
    sittings.start_sitting(sitting_id)
    for attempt in Attempt.objects.all():
        shift(attempt.pk, timedelta(days=-1))
    assert attempts.expire_due() == 2
    actor = cast.grader.pk
    with pytest.raises(StillGrading):
        grading.release_results(sitting_id, actor_id=actor)
    sittings.move_due_sittings()
    assert grading.release_results(sitting_id, actor_id=actor) == 0
    assert Sitting.objects.get().state == SittingState.PUBLISHED
    assert not heard.of(ResultReleased)
    assert AuditEntry.objects.get(action="result.released").data == {"attempts": []}


def test_a_release_before_the_clock_saw_the_last_mark_publishes_the_sitting(
    running: Taking,
) -> None:
    handed_in(running, right_choice(running))
    close(running)
    graded(running)
    assert Sitting.objects.get().state == SittingState.CLOSED
    assert grading.release_results(running.sitting_id, actor_id=running.cast.grader.pk) == 1
    assert Sitting.objects.get().state == SittingState.PUBLISHED


def test_a_cancelled_sitting_has_nothing_to_release(cast: Cast) -> None:
    sitting_id = schedule(cast)
    sittings.cancel_sitting(sitting_id, actor_id=cast.admin.pk, reason="Storm")
    with pytest.raises(StillGrading):
        grading.release_results(sitting_id, actor_id=cast.grader.pk)


def test_what_does_not_exist(cast: Cast) -> None:
    with pytest.raises(SittingUnknown):
        grading.release_results(1, actor_id=cast.grader.pk)


@pytest.mark.parametrize("owner", ["ana", "ben", None])
def test_a_file_counts_only_when_the_candidate_uploaded_it(cast: Cast, owner: str | None) -> None:
    sketch = QuestionDraft(name="f", kind=QuestionKind.FILE, prompt="p", points=Decimal(3))
    taken = begin(cast, exam_id=approved_exam(cast, [sketch]))
    upload = uuid.uuid4()
    if owner:
        Upload.objects.create(
            id=upload,
            owner=getattr(cast, owner),
            purpose="answer",
            name="a.pdf",
            size=1,
            sha256="0" * 64,
            mime="application/pdf",
        )
    handed_in(taken, {"upload": str(upload)})
    graded(taken)
    row = Mark.objects.get()
    if owner == "ana":
        assert (row.needs_person, row.correct, row.message) == (True, None, "")
    else:
        assert (row.needs_person, row.correct, row.message) == (False, False, "file_unknown")


def test_a_survey_has_no_score(cast: Cast) -> None:
    survey = QuestionDraft(
        name="s",
        kind=QuestionKind.CHOICE,
        prompt="p",
        choices=(ChoiceDraft("a"), ChoiceDraft("b")),
    )
    taken = handed_in(begin(cast, exam_id=approved_exam(cast, [survey])), None)
    result = graded(taken)
    assert (result.score, result.passed, result.needs_person) == (None, None, False)
    close(taken)
    assert grading.release_results(taken.sitting_id, actor_id=cast.grader.pk) == 1


def test_a_seat_in_the_middle_of_the_class_gets_exact_thirds(cast: Cast) -> None:
    """Three questions of one point, one right: 33.33, compared as one third."""
    questions = [drafts()[1], drafts()[2], drafts()[1]]
    taken = handed_in(begin(cast, exam_id=approved_exam(cast, questions)), "424242", "no", "1")
    result = graded(taken)
    assert result.score == Decimal("33.33")
    assert (result.points_num, result.possible_num) == (Decimal(1), Decimal(3))


def test_grading_can_be_asked_for_again_until_the_release(running: Taking) -> None:
    actor = running.cast.grader.pk
    with pytest.raises(ResultUnknown):
        grading.ask_for_grading(running.attempt_id, actor_id=actor)
    handed_in(running, right_choice(running))
    grading.ask_for_grading(running.attempt_id, actor_id=actor)
    jobs = OutboxEntry.objects.filter(task="exams.grade_attempt")
    assert jobs.count() == 2
    assert AuditEntry.objects.filter(action="result.regrade_asked", actor_id=actor).exists()
    graded(running)
    close(running)
    grading.release_results(running.sitting_id, actor_id=actor)
    with pytest.raises(ResultFinal):
        grading.ask_for_grading(running.attempt_id, actor_id=actor)
