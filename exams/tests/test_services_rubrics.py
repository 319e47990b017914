"""Rubrics are written on drafts only, and only where they fit."""

from decimal import Decimal

import pytest

from exams.domain import content as frozen
from exams.domain.rubric import RubricContent
from exams.errors import ExamFrozen, ExamUnknown, QuestionInvalid
from exams.models import Criterion, Exam, Question
from exams.selectors.rubrics import rubric_of
from exams.services import questions, review
from exams.services.rubrics import copy_rubric, write_rubric
from exams.tests.conftest import Cast, drafts
from exams.tests.test_services_markings import RUBRIC, criterion
from exams.tests.test_views_staff_rubric import essay_of


def test_a_rubric_that_does_not_add_up_is_refused(cast: Cast) -> None:
    _exam, question_id = essay_of(cast)
    with pytest.raises(QuestionInvalid) as refusal:
        write_rubric(question_id, RubricContent(criteria=(criterion("x", "0", "1"),)))
    assert refusal.value.data["fault"] == "not_the_points"
    with pytest.raises(ExamUnknown):
        write_rubric(10**9, RUBRIC)


def test_a_rubric_is_frozen_with_its_exam(cast: Cast) -> None:
    exam_id, question_id = essay_of(cast)
    write_rubric(question_id, RUBRIC)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    with pytest.raises(ExamFrozen):
        write_rubric(question_id, RUBRIC)
    stored = Exam.objects.get(pk=exam_id).content
    assert stored is not None
    assert frozen.from_json(stored).question_map()[question_id].rubric == RUBRIC


def test_content_without_a_rubric_keeps_the_hash_it_had(cast: Cast) -> None:
    exam_id, _question = essay_of(cast)
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    review.approve_exam(exam_id, actor_id=cast.admin.pk)
    exam = Exam.objects.get(pk=exam_id)
    assert exam.content is not None
    again = frozen.to_json(frozen.from_json(exam.content))
    assert frozen.hash_of(again) == exam.content_hash
    assert "rubric" not in again["pools"][0]["questions"][0]


def test_a_copy_has_a_rubric_of_its_own(cast: Cast) -> None:
    _exam, question_id = essay_of(cast)
    write_rubric(question_id, RUBRIC)
    pool_id = Question.objects.get(pk=question_id).pool_id
    assert pool_id is not None
    other = questions.add_question(pool_id, drafts()[3])
    Question.objects.filter(pk=other).update(points=Decimal(4))
    copy_rubric(question_id, other)
    assert rubric_of(other) == RUBRIC
    assert Criterion.objects.count() == 4
