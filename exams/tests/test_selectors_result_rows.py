"""The rows of exports."""

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.domain.states import AttemptState, ResultState
from exams.models import Candidate, MarkingPlan, Result
from exams.selectors.result_rows import rows_to_export
from exams.selectors.results import results_of_sitting
from exams.services import handmarks
from exams.services.handmarks import HandMark
from exams.tests.conftest import Cast, Taking
from exams.tests.marked import right_or_wrong, take


def test_they_say_the_same_as_the_table_on_the_page(cast: Cast) -> None:
    essay = QuestionDraft(name="e", kind=QuestionKind.TEXT, prompt="Write")
    marked = take(
        cast,
        [("right", None), ("wrong", "an essay"), (None, None)],
        questions=[right_or_wrong("one"), essay],
    )
    exported = list(rows_to_export(marked.sitting_id))
    shown = results_of_sitting(marked.sitting_id)
    for field in ("name", "attempt_id", "points", "possible", "score", "passed", "answered"):
        assert [getattr(one, field) for one in exported] == [getattr(one, field) for one in shown]
    one, two = (question.id for question in marked.questions)
    assert exported[0].marks == {one: Decimal("1.00"), two: Decimal("0.00")}
    assert exported[1].marks == {one: Decimal("0.00")}, "what waits for a person is no mark yet"
    assert exported[1].needs_person


def test_who_has_not_handed_in_is_in_the_list_without_figures(running: Taking) -> None:
    with CaptureQueriesContext(connection) as seen:
        ana, ben = rows_to_export(running.sitting_id)
    assert len(seen) == 3
    assert (ana.name, ana.attempt_state, ana.asked) == ("Ana", AttemptState.RUNNING, 4)
    assert (ana.result_state, ana.points, ana.submitted_at, ana.marks) == (None, None, None, {})
    assert ben.attempt_state is AttemptState.READY


def test_a_paper_that_is_being_graded_has_no_points(cast: Cast) -> None:
    marked = take(cast, [("right",)], questions=[right_or_wrong("one")])
    Result.objects.filter(attempt_id=marked.attempt_ids[0]).update(state=ResultState.GRADING)
    (row,) = rows_to_export(marked.sitting_id)
    assert (row.result_state, row.points) == (ResultState.GRADING, None)


def test_while_a_sitting_is_marked_blind_no_row_tells_who_it_is(cast: Cast) -> None:
    essay = QuestionDraft(name="e", kind=QuestionKind.TEXT, prompt="Write")
    marked = take(
        cast, [("an essay",), ("another",)], questions=[essay], names={0: "Ana", 1: "Ben"}
    )
    MarkingPlan.objects.create(
        sitting_id=marked.sitting_id, blind=True, salt="salt", set_by=cast.admin
    )
    Candidate.objects.filter(sitting_id=marked.sitting_id).update(seat="A1", room="Hall")
    rows = list(rows_to_export(marked.sitting_id))
    assert [row.name for row in rows] == [row.name for row in results_of_sitting(marked.sitting_id)]
    assert {row.name for row in rows}.isdisjoint({"Ana", "Ben"})
    assert {(row.registration_number, row.seat, row.room) for row in rows} == {("", "", "")}
    for attempt_id in marked.attempt_ids:
        handmarks.mark_answer(
            attempt_id, HandMark(marked.questions[0].id, Decimal(1)), actor_id=cast.grader.pk
        )
    assert [row.name for row in rows_to_export(marked.sitting_id)] == ["Ana", "Ben"]
