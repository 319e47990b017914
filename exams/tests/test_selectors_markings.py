"""The queue of answers for people: counts by question, what is somebody's turn."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.errors import ResultUnknown
from exams.models import Marking
from exams.selectors.markings import (
    discrepancies,
    marking_queue,
    marking_view,
    sitting_of_marking,
    waiting_marks,
)
from exams.services import handmarks, markings
from exams.services.handmarks import HandMark
from exams.services.markingplans import set_marking_rules
from exams.services.markings import GivenPoints
from exams.tests.conftest import Cast, Taking
from exams.tests.marked import take
from exams.tests.test_services_markings import TWO, essay, give

__all__ = ["essay"]


def test_the_queue_counts_by_question(essay: Taking) -> None:
    grader = essay.cast.grader.pk
    set_marking_rules(essay.sitting_id, TWO, actor_id=grader)
    (line,) = marking_queue(essay.sitting_id)
    assert (line.all, line.waiting, line.first_in, line.settled) == (1, 1, 0, 0)
    give(essay, grader, "0")
    (line,) = marking_queue(essay.sitting_id)
    assert (line.waiting, line.first_in, line.disputed) == (0, 1, 0)
    give(essay, essay.cast.admin.pk, "1")
    (line,) = marking_queue(essay.sitting_id)
    assert (line.first_in, line.disputed, line.settled) == (0, 1, 0)


def test_what_a_person_changed_by_hand_is_counted_as_marked(essay: Taking) -> None:
    mark = HandMark(essay.questions[1], Decimal(1))
    handmarks.mark_answer(essay.attempt_id, mark, actor_id=essay.cast.grader.pk)
    first, second = marking_queue(essay.sitting_id)
    assert (first.number, first.settled, second.waiting) == (2, 1, 1)


def test_nobody_is_offered_what_they_marked_or_what_is_another_question(essay: Taking) -> None:
    grader, question = essay.cast.grader.pk, essay.questions[3]
    set_marking_rules(essay.sitting_id, TWO, actor_id=grader)
    give(essay, grader, "1")
    assert waiting_marks(essay.sitting_id, actor_id=grader) == []
    other = essay.cast.admin.pk
    assert len(waiting_marks(essay.sitting_id, actor_id=other, question_id=question)) == 1
    assert waiting_marks(essay.sitting_id, actor_id=other, question_id=1) == []


def test_an_answer_is_shown_with_its_question(essay: Taking) -> None:
    markings.claim_next(essay.sitting_id, actor_id=essay.cast.grader.pk)
    marking_id = Marking.objects.get().pk
    seen = marking_view(marking_id)
    assert (seen.candidate, seen.given_html, seen.rubric) == ("Ana", ("An essay.",), None)
    assert sitting_of_marking(marking_id) == essay.sitting_id
    for ask in (marking_view, sitting_of_marking):
        with pytest.raises(ResultUnknown):
            ask(10**9)


def test_answers_on_which_two_differ_cost_three_queries_however_many_there_are(cast: Cast) -> None:
    essays = [QuestionDraft(name="Essay", kind=QuestionKind.TEXT, prompt="Write.")]
    held = take(cast, [["One."], ["Two."]], questions=essays)
    set_marking_rules(held.sitting_id, TWO, actor_id=cast.grader.pk)
    for who, points in ((cast.grader.pk, Decimal(0)), (cast.admin.pk, Decimal(1))):
        while marking_id := markings.claim_next(held.sitting_id, actor_id=who):
            markings.give_mark(marking_id, GivenPoints(points=points), actor_id=who)
    with CaptureQueriesContext(connection) as seen:
        rows = discrepancies(held.sitting_id)
    both = (cast.grader.pk, cast.admin.pk)
    assert [(row.first, row.second, row.markers) for row in rows] == [
        (Decimal(0), Decimal(1), both)
    ] * 2
    assert len(seen) == 3
