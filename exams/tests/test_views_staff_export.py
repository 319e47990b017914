import pytest

from exams.exchange import exam_xml
from exams.exchange.exam_xml_write import write_exam
from exams.models import Exam
from exams.selectors.outlines import exam_outline
from exams.tests.conftest import Cast
from exams.tests.pages import client_of, draft_exam

pytestmark = pytest.mark.django_db


def test_an_author_takes_the_exam_along_as_xml(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast, name="Größe / ماه")
    answer = client_of(cast.author).get(f"/exams/{exam_id}/export.xml")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''gr")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content == write_exam(exam_outline(exam_id).outline)
    seen = exam_xml.preview(answer.content)
    assert seen.exam is not None
    assert seen.exam.header is not None
    assert seen.exam.header.name == "Größe / ماه"
    assert seen.reported == 0


def test_an_exam_in_review_can_be_taken_along_too(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    Exam.objects.filter(pk=exam_id).update(state="in_review")
    assert client_of(cast.author).get(f"/exams/{exam_id}/export.xml").status_code == 200


def test_the_key_is_for_authors_only(cast: Cast) -> None:
    exam_id, _pool = draft_exam(cast)
    for who, status in ((cast.ana, 403), (cast.olga, 404), (cast.ivo, 403)):
        assert client_of(who).get(f"/exams/{exam_id}/export.xml").status_code == status
