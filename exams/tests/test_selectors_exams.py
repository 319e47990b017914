"""Authors' lists, previews and drafts."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.domain.states import ExamState
from exams.errors import ExamUnknown
from exams.models import Question
from exams.selectors import exams as selectors
from exams.services import authoring, questions
from exams.tests.conftest import Cast, approved_exam, drafts, schedule
from exams.tests.pages import draft_exam


def test_the_list_of_an_institution_is_one_query(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    schedule(cast, exam_id)
    with CaptureQueriesContext(connection) as seen:
        (view,) = selectors.exams_of_institution(cast.institution.pk)
    assert len(seen) == 1
    assert (view.id, view.state, view.questions, view.sittings) == (
        exam_id,
        ExamState.APPROVED,
        4,
        1,
    )
    assert cast.olga.institution_id is not None
    assert selectors.exams_of_institution(cast.olga.institution_id) == []
    with pytest.raises(ExamUnknown):
        selectors.exam_view(10**9)


def test_counts_of_an_exam_do_not_multiply(cast: Cast) -> None:
    """Questions and sittings are counted apart: joined, 200 of the one make 200 rows of the other."""
    exam_id = approved_exam(cast)
    schedule(cast, exam_id)
    schedule(cast, exam_id)
    with CaptureQueriesContext(connection) as seen:
        view = selectors.exam_view(exam_id)
    assert (view.questions, view.sittings) == (4, 2)
    assert 'JOIN "exams_sitting"' not in seen.captured_queries[0]["sql"]


def test_a_preview_is_what_a_candidate_would_see(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    shown = selectors.preview_paper(exam_id)
    assert [one.number for one in shown] == [1, 2, 3, 4]
    text = str(shown)
    assert "canary-prompt-one" in text
    assert "canary-key" not in text
    assert "canary-name" not in text
    with pytest.raises(ExamUnknown):
        selectors.preview_paper(10**9)


def test_a_question_knows_its_place(cast: Cast) -> None:
    exam_id = approved_exam(cast)
    place = selectors.place_of_question(Question.objects.order_by("pk")[0].pk)
    assert (place.institution_id, place.exam_id) == (cast.institution.pk, exam_id)
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Shared")
    loose = questions.add_bank_question(bank_id, drafts()[0])
    assert selectors.place_of_question(loose).exam_id is None
    for ask in (selectors.place_of_question, selectors.question_draft):
        with pytest.raises(ExamUnknown):
            ask(10**9)


def test_the_sections_of_a_draft_are_six_queries_and_one_of_them_a_single_one(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    other_id, _pool = draft_exam(cast, name="Other", questions=False)
    with CaptureQueriesContext(connection) as seen:
        (whole,) = selectors.pools_of_exam(exam_id)
    assert len(seen) == 6
    with CaptureQueriesContext(connection) as seen:
        card = selectors.pool_of_exam(exam_id, pool_id)
    assert len(seen) == 1
    assert (card.id, card.name) == (whole.id, "Part one")
    with pytest.raises(ExamUnknown):
        selectors.pool_of_exam(other_id, pool_id)


def test_the_points_of_an_exam_are_those_that_can_be_reached(cast: Cast) -> None:
    read, unkeyed = (
        replace(drafts()[3], name=kind.value, kind=kind)
        for kind in (QuestionKind.INFO, QuestionKind.INT)
    )
    exam_id = approved_exam(cast, [*drafts(), read, unkeyed])
    (pool,) = selectors.pools_of_exam(exam_id)
    assert pool.points == 5
    assert [question.points for question in pool.questions] == [2, 1, 1, 1, 0, 0]
    assert [question.name for question in pool.questions if question.lacks_key] == ["int"]
