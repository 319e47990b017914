"""Questions of drafts and banks: order, validation, copies, two writers at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connections, transaction

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.errors import ExamUnknown, NameTaken, QuestionInvalid
from exams.models import Choice, Question, QuestionBank
from exams.selectors.exams import pools_of_exam, question_draft
from exams.services import authoring, pools, questions
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam
from kernel.tests.waiting import wait_until_blocked


def test_questions_keep_their_order_and_can_be_moved(exam_id: int, pool_id: int) -> None:
    ids = [questions.add_question(pool_id, draft) for draft in drafts()[:3]]
    inserted = questions.add_question(pool_id, drafts()[3], order=1)
    assert [q.id for q in pools_of_exam(exam_id)[0].questions] == [inserted, *ids]
    questions.move_question(inserted, order=3)
    assert [q.id for q in pools_of_exam(exam_id)[0].questions] == [ids[0], ids[1], inserted, ids[2]]
    questions.move_question(ids[2], order=-5)
    assert next(q.id for q in pools_of_exam(exam_id)[0].questions) == ids[2]


def test_a_question_is_stored_as_it_was_written(pool_id: int) -> None:
    for draft in drafts():
        stored = question_draft(questions.add_question(pool_id, draft))
        assert stored == draft


def test_a_question_belongs_to_a_bank_named_like_its_exam(pool_id: int) -> None:
    questions.add_question(pool_id, drafts()[0])
    questions.add_question(pool_id, drafts()[1])
    assert QuestionBank.objects.get().name == "Physics"


def test_a_bank_has_questions_of_its_own(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Shared")
    questions.add_bank_question(bank_id, drafts()[0])
    question = Question.objects.get()
    assert question.pool is None
    with pytest.raises(ExamUnknown):
        questions.move_question(question.pk, order=1)
    with pytest.raises(NameTaken):
        authoring.create_bank(institution_id=cast.institution.pk, name="SHARED")
    with pytest.raises(ExamUnknown):
        questions.add_bank_question(bank_id + 1, drafts()[0])


def test_a_question_that_contradicts_itself_is_refused_with_its_field(pool_id: int) -> None:
    broken = replace(drafts()[0], max_answers=9)
    with pytest.raises(QuestionInvalid) as refusal:
        questions.add_question(pool_id, broken)
    assert refusal.value.data["field"] == "max_answers"
    assert not Question.objects.exists()


def test_a_question_can_be_replaced_and_deleted(pool_id: int) -> None:
    question_id = questions.add_question(pool_id, drafts()[0])
    questions.update_question(question_id, drafts()[1])
    assert question_draft(question_id) == drafts()[1]
    assert Choice.objects.count() == 1
    questions.delete_question(question_id)
    assert not Question.objects.exists()


def test_choices_get_ids_that_say_nothing_and_equal_matches_share_one(pool_id: int) -> None:
    draft = QuestionDraft(
        name="m",
        kind=QuestionKind.MATCHING,
        prompt="p",
        choices=(ChoiceDraft("a", "x"), ChoiceDraft("b", "y"), ChoiceDraft("c", "x")),
    )
    questions.add_question(pool_id, draft)
    first, second, third = Choice.objects.order_by("order")
    assert first.match_key == third.match_key != second.match_key
    keys = {row.key for row in (first, second, third)} | {first.match_key, second.match_key}
    assert len(keys) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_a_draft", [False, True])
def test_of_two_who_save_one_question_the_later_one_wins(cast: Cast, *, in_a_draft: bool) -> None:
    first, second = (replace(drafts()[0], name=name) for name in ("First", "Second"))
    if in_a_draft:
        _exam_id, pool_id = draft_exam(cast, questions=False)
        question_id = questions.add_question(pool_id, drafts()[0])
    else:
        bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Shared")
        question_id = questions.add_bank_question(bank_id, drafts()[0])

    def save() -> None:
        try:
            questions.update_question(question_id, second)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            questions.update_question(question_id, first)
            later = other.submit(save)
            wait_until_blocked()
        later.result(timeout=20)
    assert question_draft(question_id) == second


def test_questions_are_copied_all_or_none_and_only_from_a_bank(cast: Cast, pool_id: int) -> None:
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    first, second = (questions.add_bank_question(bank, one) for one in drafts()[:2])
    part_of_exam = questions.add_question(pool_id, drafts()[2])
    with pytest.raises(ExamUnknown):
        questions.copy_questions(pool_id, [first, part_of_exam])
    assert Question.objects.filter(pool_id=pool_id).count() == 1
    assert questions.copy_questions(pool_id, [second, first, second]) == 2
    copied = Question.objects.filter(pool_id=pool_id).order_by("order")
    assert [one.name for one in copied] == [drafts()[2].name, drafts()[1].name, drafts()[0].name]
    assert Question.objects.get(pk=first).pool_id is None


def test_every_attribute_of_a_question_is_stored(exam_id: int, pool_id: int) -> None:
    later = pools.add_pool(exam_id, name="Later")
    full = QuestionDraft(
        name="n",
        kind=QuestionKind.INT,
        prompt="p",
        xml_id="q1",
        widget="RadioSelect",
        all_or_nothing=True,
        text_response=True,
        text_response_label="Why?",
        choices=(
            ChoiceDraft(
                "1",
                fraction=Decimal(100),
                xml_id="one",
                label="One",
                text_response=True,
                next_question_pool=later,
                end_question_pool=True,
            ),
            ChoiceDraft("2", label="Two", end_exam=True),
        ),
    )
    assert question_draft(questions.add_question(pool_id, full)) == full


def test_a_question_in_a_bank_leads_nowhere(cast: Cast, exam_id: int, pool_id: int) -> None:
    later = pools.add_pool(exam_id, name="Later")
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    choice = ChoiceDraft("1", fraction=Decimal(100), next_question_pool=later, xml_id="c")
    draft = QuestionDraft(
        name="n", kind=QuestionKind.INT, prompt="p", xml_id="q", choices=(choice,)
    )
    question_id = questions.add_bank_question(bank, draft)
    questions.update_question(question_id, draft)
    alone = question_draft(question_id)
    assert (alone.xml_id, alone.choices) == ("", (ChoiceDraft("1", fraction=Decimal(100)),))
    questions.add_question(pool_id, draft)
    questions.copy_questions(pool_id, [question_id])
    assert Question.objects.filter(pool_id=pool_id).count() == 2
