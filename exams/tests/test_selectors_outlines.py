import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.errors import ExamUnknown
from exams.models import Question
from exams.selectors.outlines import bank_outline, exam_outline
from exams.services import authoring
from exams.services.questions import add_bank_question
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def test_an_exam_is_read_as_it_was_written(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    with CaptureQueriesContext(connection) as queries:
        stored = exam_outline(exam_id)
    assert len(queries) == 4
    assert stored.pool_ids == (pool_id,)
    (pool,) = stored.outline.pools
    assert [one.name for one in pool.questions] == [one.name for one in drafts()]
    assert stored.question_ids[0] == tuple(
        Question.objects.filter(pool_id=pool_id).order_by("order").values_list("pk", flat=True)
    )
    with pytest.raises(ExamUnknown):
        exam_outline(0)


def test_a_bank_is_one_section_of_what_is_in_no_exam(cast: Cast) -> None:
    draft_exam(cast, name="Bank")
    bank_id = authoring.bank_for(institution_id=cast.institution.pk, name="Bank")
    alone = add_bank_question(bank_id, drafts()[0])
    stored = bank_outline(bank_id)
    assert stored.question_ids == ((alone,),)
    assert stored.outline.header is None
    with pytest.raises(ExamUnknown):
        bank_outline(0)
