"""Statistics of sittings out of the database: what counts, and that they are never stale."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.late import LateState
from exams.domain.reliability import Undefined
from exams.errors import ExamNotApproved
from exams.models import AnswerRevision, Result
from exams.selectors.sittings import sittings_of_exam
from exams.selectors.statistics import (
    exam_content,
    exam_statistics,
    group_figures,
)
from exams.services import grading, handmarks, late
from exams.services.handmarks import HandMark
from exams.tests.conftest import PERCENT, Cast
from exams.tests.marked import Marked, right_or_wrong, take

# Three questions of one point; the totals are 3, 2, 1, 0: the scale of test_domain_reliability.
SCALE = [
    ("right", "right", "right"),
    ("right", "right", "wrong"),
    ("right", "wrong", "odd"),
    ("wrong", "wrong", None),
]


@pytest.fixture
def marked(cast: Cast) -> Marked:
    return take(cast, SCALE, questions=[right_or_wrong(f"q{at}") for at in range(3)])


def test_the_whole_way_gives_the_figures_of_the_hand_computed_scale(marked: Marked) -> None:
    found = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert (found.counted, found.waiting) == (4, 0)
    assert found.scores is not None
    assert found.scores.mean == 50
    assert (found.scores.passed, found.scores.failed) == (2, 2)
    assert found.reliability.alpha == Fraction(3, 4)
    first, _second, third = (found.questions[one.id] for one in marked.questions)
    assert first.facility == Fraction(3, 4)
    assert (third.facility, third.omitted) == (Fraction(1, 4), 1)
    names = {str(choice.key): choice.text for choice in marked.questions[2].choices}
    assert {names[one.part]: one.count for one in third.parts} == {"right": 1, "wrong": 1, "odd": 1}


def test_once_computed_it_takes_two_queries_to_see_that_nothing_changed(marked: Marked) -> None:
    first = exam_statistics(marked.exam_id, [marked.sitting_id])
    with CaptureQueriesContext(connection) as seen:
        assert exam_statistics(marked.exam_id, [marked.sitting_id]) is first
    assert len(seen) == 2


def test_points_given_by_hand_are_in_the_figures_at_once(marked: Marked) -> None:
    before = exam_statistics(marked.exam_id, [marked.sitting_id])
    question = marked.questions[2].id
    handmarks.mark_answer(
        marked.attempt_ids[3], HandMark(question, Decimal("0.5")), actor_id=marked.cast.grader.pk
    )
    after = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert before.questions[question].facility == Fraction(1, 4)
    assert after.questions[question].facility == Fraction(3, 8)
    assert after.scores is not None
    assert after.scores.mean == Fraction(650, 12)


def test_a_change_that_commits_out_of_order_of_its_time_is_seen(marked: Marked) -> None:
    """A newest time would not show it: here a result changes and keeps all its times."""
    before = exam_statistics(marked.exam_id, [marked.sitting_id])
    result = Result.objects.get(attempt_id=marked.attempt_ids[0])
    Result.objects.filter(pk=result.pk).update(points_num=0, graded_at=result.graded_at)
    after = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert before.scores is not None
    assert after.scores is not None
    assert after.scores.mean == before.scores.mean - 25


def test_a_late_answer_that_was_accepted_is_the_one_that_counts(marked: Marked) -> None:
    question, attempt_id = marked.questions[2], marked.attempt_ids[3]
    right = next(choice.key for choice in question.choices if choice.text == "right")
    held = AnswerRevision.objects.create(
        attempt_id=attempt_id,
        question_id=question.id,
        seq=7,
        value=[right],
        late=True,
        held_for="late",
        decision=LateState.OPEN,
    )
    late.accept_late_answer(attempt_id, question.id, held.pk, actor_id=marked.cast.grader.pk)
    grading.grade_attempt(attempt_id)
    figures = exam_statistics(marked.exam_id, [marked.sitting_id]).questions[question.id]
    assert (figures.omitted, figures.facility) == (0, Fraction(1, 2))
    assert {one.part: one.count for one in figures.parts}[str(right)] == 2


def test_papers_that_wait_for_a_grader_are_left_out_and_counted(cast: Cast) -> None:
    essay = QuestionDraft(name="essay", kind=QuestionKind.TEXT, prompt="Write", points=Decimal(3))
    marked = take(
        cast,
        [("right", "an essay"), ("right", None), ("wrong", None)],
        questions=[right_or_wrong("q"), essay],
    )
    found = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert (found.counted, found.waiting) == (2, 1)
    handmarks.mark_answer(
        marked.attempt_ids[0],
        HandMark(marked.questions[1].id, Decimal(3)),
        actor_id=cast.grader.pk,
    )
    found = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert (found.counted, found.waiting) == (3, 0)
    figures = found.questions[marked.questions[1].id]
    assert (figures.given, figures.full, figures.parts) == (1, 1, ())


def test_a_survey_has_counts_and_no_scores(cast: Cast) -> None:
    rating = QuestionDraft(
        name="how",
        kind=QuestionKind.RATING,
        prompt="How was it?",
        points=Decimal(0),
        min_value=Decimal(1),
        max_value=Decimal(5),
    )
    marked = take(cast, [("5",), ("5",), ("1",), (None,)], questions=[rating])
    found = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert found.scores is None
    assert found.reliability.undefined is Undefined.FEW_QUESTIONS
    figures = found.questions[marked.questions[0].id]
    assert not figures.is_scored
    assert {one.part: one.count for one in figures.parts} == {"5": 2, "1": 1}


def test_values_that_mean_the_same_are_counted_together(cast: Cast) -> None:
    number = QuestionDraft(
        name="n",
        kind=QuestionKind.INT,
        prompt="?",
        choices=(ChoiceDraft("7", fraction=PERCENT),),
    )
    marked = take(cast, [("7",), ("007",), ("۷",), ("8",)], questions=[number])
    figures = exam_statistics(marked.exam_id, [marked.sitting_id]).questions[marked.questions[0].id]
    assert {one.part: one.count for one in figures.parts} == {"7": 3, "8": 1}
    assert figures.facility == Fraction(3, 4)


def test_several_sittings_of_one_exam_are_added_up_and_compared(cast: Cast) -> None:
    first = take(cast, SCALE, questions=[right_or_wrong(f"q{at}") for at in range(3)])
    second = take(cast, [("right", "right", "right")] * 2, exam_id=first.exam_id, title="Two")
    ids = [first.sitting_id, second.sitting_id]
    assert [one.id for one in sittings_of_exam(first.exam_id)] == ids
    assert exam_statistics(first.exam_id, ids).counted == 6
    groups = group_figures(ids)
    one, two = (groups[sitting].scores for sitting in ids)
    assert one is not None
    assert two is not None
    assert (one.mean, two.mean) == (Fraction(50), Fraction(100))
    assert groups[ids[1]].counted == 2


def test_a_sitting_without_results_has_no_figures(cast: Cast) -> None:
    marked = take(cast, [], questions=[right_or_wrong("q")])
    found = exam_statistics(marked.exam_id, [marked.sitting_id])
    assert (found.counted, found.scores, found.questions) == (0, None, {})
    assert group_figures([marked.sitting_id])[marked.sitting_id].scores is None


@pytest.mark.django_db
def test_an_exam_that_is_not_approved_has_no_content() -> None:
    with pytest.raises(ExamNotApproved):
        exam_content(0)
