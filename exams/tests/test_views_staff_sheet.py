import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.services import review
from exams.services.questions import add_question
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam, page_of, questions_of

pytestmark = pytest.mark.django_db


def in_review(cast: Cast) -> int:
    exam_id, _pool = draft_exam(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    return exam_id


def test_who_approves_reads_every_question_with_its_key_first(cast: Cast) -> None:
    exam_id = in_review(cast)
    client = client_of(cast.admin)
    page = page_of(client.get(f"/exams/{exam_id}/"))
    first = questions_of(exam_id)[0]
    assert f"/exams/{exam_id}/sheet/#q{first}" in page
    assert "Approve this version?" in page
    sheet = page_of(client.get(f"/exams/{exam_id}/sheet/"))
    assert all(f'id="q{one}"' in sheet for one in questions_of(exam_id))
    assert "100%" in sheet


def test_a_question_that_cannot_be_changed_any_more_opens_to_be_read(cast: Cast) -> None:
    exam_id = in_review(cast)
    first = questions_of(exam_id)[0]
    answer = client_of(cast.author).get(f"/questions/{first}/")
    assert answer.headers["Location"] == f"/exams/{exam_id}/sheet/#q{first}"


def test_a_rubric_that_is_frozen_is_read_with_its_question(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    essay = add_question(
        pool_id, QuestionDraft(name="essay", kind=QuestionKind.TEXT, prompt="Why?")
    )
    client = client_of(cast.author)
    assert client.get(f"/questions/{essay}/rubric/").status_code == 200
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    answer = client.get(f"/questions/{essay}/rubric/")
    assert answer.headers["Location"] == f"/exams/{exam_id}/sheet/#q{essay}"


def test_the_key_is_shown_to_nobody_else(cast: Cast) -> None:
    exam_id = in_review(cast)
    assert client_of(cast.olga).get(f"/exams/{exam_id}/sheet/").status_code == 404
    assert client_of(cast.ana).get(f"/exams/{exam_id}/sheet/").status_code in {403, 404}
