"""Writing exams: names, order, validation, what a draft allows and a frozen exam refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connections, transaction

from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.errors import ExamFrozen, ExamIncomplete, ExamUnknown, NameTaken, QuestionInvalid
from exams.models import Choice, Exam, Question, QuestionBank, QuestionPool
from exams.selectors.exams import pools_of_exam, question_draft
from exams.services import authoring, review
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam
from kernel.models import AuditEntry
from kernel.tests.waiting import wait_until_blocked


@pytest.fixture
def exam_id(cast: Cast) -> int:
    return authoring.create_exam(
        institution_id=cast.institution.pk, name="Physics", actor_id=cast.author.pk
    )


@pytest.fixture
def pool_id(exam_id: int) -> int:
    return authoring.add_pool(exam_id, name="First")


def test_a_version_exists_once_whatever_the_case(cast: Cast, exam_id: int) -> None:
    with pytest.raises(NameTaken):
        authoring.create_exam(
            institution_id=cast.institution.pk, name="PHYSICS", actor_id=cast.author.pk
        )
    assert authoring.create_exam(
        institution_id=cast.institution.pk,
        name="physics",
        version_label="2",
        actor_id=cast.author.pk,
    )
    assert cast.olga.institution_id is not None
    assert authoring.create_exam(
        institution_id=cast.olga.institution_id, name="Physics", actor_id=cast.olga.pk
    )


@pytest.mark.parametrize(
    ("name", "passing"), [(" ", "50"), ("X", "101"), ("X", "-1"), ("X", "NaN")]
)
def test_a_header_must_make_sense(cast: Cast, name: str, passing: str) -> None:
    with pytest.raises(ExamIncomplete):
        authoring.create_exam(
            institution_id=cast.institution.pk,
            name=name,
            passing_score=Decimal(passing),
            actor_id=cast.author.pk,
        )
    assert not Exam.objects.exists()


def test_the_header_of_a_draft_can_change(exam_id: int) -> None:
    authoring.update_exam(
        exam_id, name="Optics", subject="Physics", version_label="3", passing_score=Decimal("66.5")
    )
    assert str(Exam.objects.get()) == "Optics (3)"


def names(exam_id: int) -> list[str]:
    return [pool.name for pool in pools_of_exam(exam_id)]


def test_a_pool_without_order_goes_to_the_end_and_a_taken_order_inserts(exam_id: int) -> None:
    authoring.add_pool(exam_id, name="a")
    authoring.add_pool(exam_id, name="c")
    authoring.add_pool(exam_id, name="b", order=2)
    authoring.add_pool(exam_id, name="first", order=1)
    assert names(exam_id) == ["first", "a", "b", "c"]


def test_questions_keep_their_order_and_can_be_moved(exam_id: int, pool_id: int) -> None:
    ids = [authoring.add_question(pool_id, draft) for draft in drafts()[:3]]
    inserted = authoring.add_question(pool_id, drafts()[3], order=1)
    assert [q.id for q in pools_of_exam(exam_id)[0].questions] == [inserted, *ids]
    authoring.move_question(inserted, order=3)
    assert [q.id for q in pools_of_exam(exam_id)[0].questions] == [ids[0], ids[1], inserted, ids[2]]
    authoring.move_question(ids[2], order=-5)
    assert next(q.id for q in pools_of_exam(exam_id)[0].questions) == ids[2]


def test_a_question_is_stored_as_it_was_written(pool_id: int) -> None:
    for draft in drafts():
        stored = question_draft(authoring.add_question(pool_id, draft))
        assert stored == draft


def test_a_question_belongs_to_a_bank_named_like_its_exam(pool_id: int) -> None:
    authoring.add_question(pool_id, drafts()[0])
    authoring.add_question(pool_id, drafts()[1])
    assert QuestionBank.objects.get().name == "Physics"


def test_a_bank_has_questions_of_its_own(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Shared")
    authoring.add_bank_question(bank_id, drafts()[0])
    question = Question.objects.get()
    assert question.pool is None
    with pytest.raises(ExamUnknown):
        authoring.move_question(question.pk, order=1)
    with pytest.raises(NameTaken):
        authoring.create_bank(institution_id=cast.institution.pk, name="SHARED")
    with pytest.raises(ExamUnknown):
        authoring.add_bank_question(bank_id + 1, drafts()[0])


def test_a_question_that_contradicts_itself_is_refused_with_its_field(pool_id: int) -> None:
    broken = replace(drafts()[0], max_answers=9)
    with pytest.raises(QuestionInvalid) as refusal:
        authoring.add_question(pool_id, broken)
    assert refusal.value.data["field"] == "max_answers"
    assert not Question.objects.exists()


def test_a_question_can_be_replaced_and_deleted(pool_id: int) -> None:
    question_id = authoring.add_question(pool_id, drafts()[0])
    authoring.update_question(question_id, drafts()[1])
    assert question_draft(question_id) == drafts()[1]
    assert Choice.objects.count() == 1
    authoring.delete_question(question_id)
    assert not Question.objects.exists()


def test_choices_get_ids_that_say_nothing_and_equal_matches_share_one(pool_id: int) -> None:
    draft = QuestionDraft(
        name="m",
        kind=QuestionKind.MATCHING,
        prompt="p",
        choices=(ChoiceDraft("a", "x"), ChoiceDraft("b", "y"), ChoiceDraft("c", "x")),
    )
    authoring.add_question(pool_id, draft)
    first, second, third = Choice.objects.order_by("order")
    assert first.match_key == third.match_key != second.match_key
    keys = {row.key for row in (first, second, third)} | {first.match_key, second.match_key}
    assert len(keys) == 5


def test_nothing_of_an_exam_in_review_can_be_written(
    cast: Cast, exam_id: int, pool_id: int
) -> None:
    question_id = authoring.add_question(pool_id, drafts()[0])
    review.send_to_review(exam_id, actor_id=cast.author.pk)
    attempts: list[Callable[[], object]] = [
        lambda: authoring.add_pool(exam_id, name="x"),
        lambda: authoring.update_pool(
            pool_id, name="x", randomize_questions=True, number_to_answer=1
        ),
        lambda: authoring.delete_pool(pool_id),
        lambda: authoring.add_question(pool_id, drafts()[1]),
        lambda: authoring.update_question(question_id, drafts()[1]),
        lambda: authoring.delete_question(question_id),
        lambda: authoring.move_question(question_id, order=1),
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
        lambda: authoring.add_pool(1, name="x"),
        lambda: authoring.delete_pool(1),
        lambda: authoring.add_question(1, drafts()[0]),
        lambda: authoring.delete_question(1),
    ]
    for write in writes:
        with pytest.raises(ExamUnknown):
            write()


def test_a_draft_is_deleted_whole_and_the_trail_knows(
    cast: Cast, exam_id: int, pool_id: int
) -> None:
    authoring.add_question(pool_id, drafts()[0])
    authoring.update_pool(pool_id, name="", randomize_questions=True, number_to_answer=1)
    assert QuestionPool.objects.get().name == "First"
    authoring.delete_exam(exam_id, actor_id=cast.author.pk)
    assert not Question.objects.exists()
    assert AuditEntry.objects.get(action="exam.deleted").actor_id == cast.author.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_a_draft", [False, True])
def test_of_two_who_save_one_question_the_later_one_wins(cast: Cast, *, in_a_draft: bool) -> None:
    first, second = (replace(drafts()[0], name=name) for name in ("First", "Second"))
    if in_a_draft:
        _exam_id, pool_id = draft_exam(cast, questions=False)
        question_id = authoring.add_question(pool_id, drafts()[0])
    else:
        bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Shared")
        question_id = authoring.add_bank_question(bank_id, drafts()[0])

    def save() -> None:
        try:
            authoring.update_question(question_id, second)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            authoring.update_question(question_id, first)
            later = other.submit(save)
            wait_until_blocked()
        later.result(timeout=20)
    assert question_draft(question_id) == second


def test_questions_are_copied_all_or_none_and_only_from_a_bank(cast: Cast, pool_id: int) -> None:
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Bank")
    first, second = (authoring.add_bank_question(bank, one) for one in drafts()[:2])
    part_of_exam = authoring.add_question(pool_id, drafts()[2])
    with pytest.raises(ExamUnknown):
        authoring.copy_questions(pool_id, [first, part_of_exam])
    assert Question.objects.filter(pool_id=pool_id).count() == 1
    assert authoring.copy_questions(pool_id, [second, first, second]) == 2
    copied = Question.objects.filter(pool_id=pool_id).order_by("order")
    assert [one.name for one in copied] == [drafts()[2].name, drafts()[1].name, drafts()[0].name]
    assert Question.objects.get(pk=first).pool_id is None
