"""What every write to a draft keeps: frozen exams, free names, jumps that lead forward."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.errors import (
    ExamFrozen,
    ExamUnknown,
    JumpInvalid,
    NameTaken,
)
from exams.selectors.exams import question_draft
from exams.services import authoring, pools, questions, review
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam


def test_nothing_of_an_exam_in_review_can_be_written(
    cast: Cast, exam_id: int, pool_id: int
) -> None:
    question_id = questions.add_question(pool_id, drafts()[0])
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    attempts: list[Callable[[], object]] = [
        lambda: pools.add_pool(exam_id, name="x"),
        lambda: pools.update_pool(pool_id, name="x", randomize_questions=True, number_to_answer=1),
        lambda: pools.delete_pool(pool_id),
        lambda: questions.add_question(pool_id, drafts()[1]),
        lambda: questions.update_question(question_id, drafts()[1]),
        lambda: questions.delete_question(question_id),
        lambda: questions.move_question(question_id, order=1),
        lambda: authoring.delete_exam(exam_id, actor_id=cast.author.pk),
        lambda: authoring.update_exam(
            exam_id, name="x", subject="", version_label="1", passing_score=Decimal(1)
        ),
    ]
    for write in attempts:
        with pytest.raises(ExamFrozen):
            write()


def test_what_does_not_exist_cannot_be_written(cast: Cast) -> None:
    writes: list[Callable[[], object]] = [
        lambda: pools.add_pool(1, name="x"),
        lambda: pools.delete_pool(1),
        lambda: questions.add_question(1, drafts()[0]),
        lambda: questions.delete_question(1),
    ]
    for write in writes:
        with pytest.raises(ExamUnknown):
            write()


def test_a_choice_may_not_lead_back_nor_into_another_exam(
    cast: Cast, exam_id: int, pool_id: int
) -> None:
    later = pools.add_pool(exam_id, name="Later")
    elsewhere, foreign = draft_exam(cast, questions=False)
    assert elsewhere != exam_id
    for home, target in ((later, pool_id), (pool_id, pool_id), (pool_id, foreign)):
        with pytest.raises(JumpInvalid), transaction.atomic():
            questions.add_question(home, leading_to(target))
    question_id = questions.add_question(pool_id, leading_to(later))
    assert question_draft(question_id).choices[0].next_question_pool == later
    with pytest.raises(JumpInvalid), transaction.atomic():
        pools.move_pool(pool_id, order=2)


def leading_to(pool_id: int) -> QuestionDraft:
    choice = ChoiceDraft("1", fraction=Decimal(100), next_question_pool=pool_id)
    return QuestionDraft(name="n", kind=QuestionKind.INT, prompt="p", choices=(choice,))


def test_a_name_is_used_once_in_an_exam(exam_id: int, pool_id: int) -> None:
    named = replace(leading_to(0), xml_id="q1")
    named = replace(
        named, choices=(replace(named.choices[0], next_question_pool=None, xml_id="one"),)
    )
    questions.add_question(pool_id, named)
    for taken in ("q1", "one"):
        with pytest.raises(NameTaken), transaction.atomic():
            pools.add_pool(exam_id, name="Other", xml_id=taken)
    with pytest.raises(NameTaken):
        questions.add_question(pool_id, replace(drafts()[0], xml_id="one"))
