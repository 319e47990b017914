from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.errors import ExamUnknown
from exams.selectors.sheet import sheet_of_exam
from exams.services import pools
from exams.services.questions import add_question
from exams.tests.conftest import PERCENT, Cast, approved_exam
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def test_every_question_is_there_with_its_key_and_where_it_leads(cast: Cast) -> None:
    exam_id, one = draft_exam(cast, questions=False)
    end = pools.add_pool(exam_id, name="End")
    add_question(
        one,
        QuestionDraft(
            name="planet",
            kind=QuestionKind.CHOICE,
            prompt="Which?",
            choices=(
                ChoiceDraft("Mars", fraction=PERCENT, rejoinder="Yes", next_question_pool=end),
                ChoiceDraft("Moon", fraction=Decimal(0), end_exam=True),
            ),
        ),
    )
    first, last = sheet_of_exam(exam_id)
    (question,) = first.questions
    right, wrong = question.lines
    assert (question.name, question.number, question.lacks_key) == ("planet", 1, False)
    assert (right.is_right, right.leads_to, "Yes" in right.feedback_html) == (True, "End", True)
    assert (wrong.is_right, wrong.leads_to, wrong.ends_exam) == (False, "", True)
    assert (last.name, last.questions) == ("End", ())


def test_a_sheet_costs_few_queries_however_long_it_is(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    draft, _pool = draft_exam(cast)
    approved = approved_exam(cast)
    with django_assert_max_num_queries(5):
        sheet_of_exam(draft)
    with django_assert_max_num_queries(2):
        sheet_of_exam(approved)


def test_an_exam_that_does_not_exist_is_unknown() -> None:
    with pytest.raises(ExamUnknown):
        sheet_of_exam(1)
