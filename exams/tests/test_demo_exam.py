"""The demo exam goes through the ordinary import, review and approval."""

import pytest

from exams.demo.exam import SOURCE, create_demo_exam
from exams.domain.answer import QuestionKind
from exams.errors import SecondPersonNeeded
from exams.exchange import gift
from exams.models import Exam
from exams.selectors.exams import exam_view, preview_paper
from exams.tests.conftest import Cast


def test_the_source_has_seventeen_gradable_items_and_nothing_to_report() -> None:
    seen = gift.preview(SOURCE.read_bytes())
    assert seen.findings == ()
    kinds = [item.draft.kind for item in seen.items if item.draft]
    assert sum(kind is not QuestionKind.INFO for kind in kinds) == 17
    assert {item.section for item in seen.items} == {
        "Earth and sky · زمین و آسمان",
        "Numbers · عددها",
        "Life and matter · زندگی و ماده",
        "Reading and writing · خواندن و نوشتن",
    }


def test_the_exam_asks_twenty_questions_each_in_both_languages(cast: Cast) -> None:
    exam_id = create_demo_exam(
        institution_id=cast.institution.pk, author_id=cast.author.pk, approver_id=cast.admin.pk
    )
    asked = [question for question in preview_paper(exam_id) if question.number]
    assert [question.number for question in asked] == list(range(1, 21))
    for question in asked:
        assert 'lang="en"' in question.prompt_html, question.prompt_html
        assert 'lang="fa"' in question.prompt_html, question.prompt_html
    kinds = {question.kind for question in asked}
    assert kinds >= {
        "bool",
        "choice",
        "char",
        "float",
        "matching",
        "text",
        "date",
        "file",
        "rating",
    }
    assert any(question.multiple for question in asked)
    assert exam_view(exam_id).content_hash == Exam.objects.get(pk=exam_id).content_hash != ""


def test_one_person_cannot_write_and_approve_it(cast: Cast) -> None:
    with pytest.raises(SecondPersonNeeded):
        create_demo_exam(
            institution_id=cast.institution.pk, author_id=cast.author.pk, approver_id=cast.author.pk
        )
    assert not Exam.objects.exists()
