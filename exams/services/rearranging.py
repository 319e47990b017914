"""Give questions another place: in another section, twice, in a bank or in another one."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from exams.errors import ExamUnknown
from exams.models import Question, QuestionBank
from exams.selectors.exams import question_draft
from exams.services.drafts import check_structure, writable_pool, writable_question
from exams.services.questions import add_bank_question, add_question


@transaction.atomic
def place_question(question_id: int, *, pool_id: int, order: int | None = None) -> None:
    """Put a question at a place of a section of its exam, counted from 1; without one at the end.

    Both sections close up.

    Raises:
        ExamUnknown: There is none, it is in a bank alone, or the section is not of its exam.
        ExamFrozen: Its exam is not a draft.
        JumpInvalid: From there one of its answers would lead back; nothing was moved.
    """
    question = writable_question(question_id)
    pool = writable_pool(pool_id)
    if question.pool is None or question.pool.exam_id != pool.exam_id:
        raise ExamUnknown(question=question_id, pool=pool_id)
    left_id = question.pool_id
    others = list(Question.objects.filter(pool_id=pool_id).exclude(pk=question_id))
    place = len(others) if order is None else max(0, min(order - 1, len(others)))
    question.pool_id = pool_id
    others.insert(place, question)
    _number(others)
    if left_id != pool_id:
        _number(list(Question.objects.filter(pool_id=left_id)))
    check_structure(pool.exam_id)


def _number(questions: Sequence[Question]) -> None:
    for order, one in enumerate(questions, start=1):
        one.order = order
    Question.objects.bulk_update(questions, ["order", "pool"])


@transaction.atomic
def duplicate_question(question_id: int, *, name: str) -> int:
    """Write a question again, after itself or in the same bank, and return the copy's id.

    The copy leads where the original does; names for exchange stay with the original.

    Raises:
        ExamUnknown: There is none.
        ExamFrozen: It belongs to an exam that is not a draft.
    """
    question = writable_question(question_id)
    draft = question_draft(question_id)
    choices = tuple(replace(choice, xml_id="") for choice in draft.choices)
    copy = replace(draft, name=name[:200], xml_id="", choices=choices)
    if question.pool_id is None:
        return add_bank_question(question.bank_id, copy)
    return add_question(question.pool_id, copy, order=question.order + 1)


@transaction.atomic
def copy_to_bank(question_ids: Sequence[int], bank_id: int) -> int:
    """Copy questions of exams or banks into a bank, all or none; return how many.

    Raises:
        ExamUnknown: One of them or the bank does not exist in one and the same institution.
    """
    bank = _bank(bank_id)
    wanted = list(dict.fromkeys(question_ids))
    known = Question.objects.filter(pk__in=wanted, bank__institution_id=bank.institution_id)
    if known.count() != len(wanted):
        raise ExamUnknown(bank=bank_id)
    for question_id in wanted:
        add_bank_question(bank_id, question_draft(question_id))
    return len(wanted)


@transaction.atomic
def move_to_bank(question_ids: Sequence[int], bank_id: int) -> int:
    """Move questions that are in a bank alone to another bank, all or none; return how many.

    Raises:
        ExamUnknown: One of them is part of an exam, or of another institution than the bank.
    """
    bank = _bank(bank_id)
    wanted = set(question_ids)
    rows = Question.objects.filter(
        pk__in=wanted, pool__isnull=True, bank__institution_id=bank.institution_id
    )
    if rows.update(bank_id=bank_id) != len(wanted):
        raise ExamUnknown(bank=bank_id)
    return len(wanted)


def _bank(bank_id: int) -> QuestionBank:
    bank = QuestionBank.objects.filter(pk=bank_id).first()
    if bank is None:
        raise ExamUnknown(bank=bank_id)
    return bank
