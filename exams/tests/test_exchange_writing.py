"""What a preview holds is written whole, with its sections, or not at all."""

from dataclasses import replace

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.errors import ExamUnknown, QuestionInvalid
from exams.exchange.items import Finding, Item, ItemCode, Preview, Section
from exams.exchange.writing import write_preview
from exams.models import Question, QuestionPool
from exams.services import authoring
from exams.tests.conftest import Cast

NOTE = QuestionDraft(name="n", kind=QuestionKind.TEXT, prompt="Write.")


@pytest.fixture
def exam_id(cast: Cast) -> int:
    return authoring.create_exam(
        institution_id=cast.institution.pk, name="Imported", actor_id=cast.author.pk
    )


def test_a_section_draws_as_the_file_says(exam_id: int) -> None:
    items = (
        Item(1, "A", NOTE),
        Item(2, "", NOTE),
        Item(3, "A", NOTE),
        Item(4, "B", None),
    )
    findings = (Finding(4, ItemCode.NOT_SUPPORTED, drops_item=True),)
    sections = (Section("A", randomize_questions=True, number_to_answer=1), Section("B"))
    write_preview(exam_id, Preview(items, findings, sections), default_section="Rest")
    pools = QuestionPool.objects.filter(exam_id=exam_id).order_by("order")
    assert [
        (pool.name, pool.randomize_questions, pool.number_to_answer, pool.questions.count())
        for pool in pools
    ] == [("A", True, 1, 2), ("Rest", False, None, 1)]


def test_one_item_that_the_engine_refuses_leaves_nothing_behind(exam_id: int) -> None:
    bad = replace(NOTE, name="")
    with pytest.raises(QuestionInvalid):
        write_preview(exam_id, Preview((Item(1, "A", NOTE), Item(2, "B", bad))))
    assert not Question.objects.exists()
    assert not QuestionPool.objects.exists()


@pytest.mark.django_db
def test_an_unknown_exam_takes_nothing() -> None:
    with pytest.raises(ExamUnknown):
        write_preview(10**9, Preview((Item(1, "", NOTE),)))
