"""Who may call what: the rules of the staff pages, whatever the record."""

import pytest
from django.test import RequestFactory

from accounts.errors import Forbidden
from exams.api import access
from exams.errors import ExamUnknown
from exams.models import Choice
from exams.tests.conftest import Cast
from exams.tests.pages import draft_exam, questions_of


def test_an_author_gets_every_record_and_an_outsider_none(cast: Cast) -> None:
    exam_id, pool_id = draft_exam(cast)
    question_id = questions_of(exam_id)[0]
    choice_id = Choice.objects.filter(question_id=question_id).order_by("order")[0].pk
    request = RequestFactory().get("/")
    request.user = cast.author
    assert access.writable_exam(request, exam_id).id == exam_id
    assert access.writable_pool(request, pool_id).id == pool_id
    assert access.writable_question(request, question_id).id == question_id
    record, place = access.writable_choice(request, choice_id)
    assert record.choice_ids[place.index] == choice_id
    assert access.author_id(request) == cast.author.pk
    assert access.institution_of(request) == cast.institution.pk
    request.user = cast.olga
    for read, key in (
        (access.writable_exam, exam_id),
        (access.writable_pool, pool_id),
        (access.writable_question, question_id),
        (access.writable_choice, choice_id),
    ):
        with pytest.raises(ExamUnknown):
            read(request, key)
    with pytest.raises(Forbidden):
        access.institution_of(request)
