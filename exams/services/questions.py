"""Write questions of drafts and banks, and their choices."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from exams.domain.draft import QuestionDraft
from exams.errors import ExamUnknown
from exams.models import Choice, Question, QuestionBank
from exams.selectors.exams import question_draft
from exams.services.authoring import bank_for
from exams.services.drafts import (
    check_structure,
    refusing_taken_names,
    writable_pool,
    writable_question,
)
from exams.services.question_rows import check_draft, choice_rows, fill_question
from exams.services.rubrics import copy_rubric


def add_question(pool_id: int, draft: QuestionDraft, *, order: int | None = None) -> int:
    """Add a question to a section of a draft and return its id, as `add_questions` does."""
    return add_questions(pool_id, [draft], order=order)[0]


@refusing_taken_names
def add_questions(
    pool_id: int,
    drafts: Sequence[QuestionDraft],
    *,
    order: int | None = None,
    complete: bool = True,
) -> list[int]:
    """Add questions to a section of a draft, in this order, all or none; return their ids.

    Without `order` they go to the end; a taken order inserts and moves the rest down. One that is
    not complete may lack choices; it keeps the exam from review until it has them.

    Budget: the same number of queries for any number of questions.

    Raises:
        QuestionInvalid: With the first field at fault.
        ExamFrozen: The exam is not a draft.
        JumpInvalid: A choice leads to a pool that does not come later in the same exam.
        NameTaken: An `xml_id` names something else in the exam.
    """
    pool = writable_pool(pool_id)
    for draft in drafts:
        check_draft(draft, complete=complete)
    questions = Question.objects.filter(pool_id=pool_id)
    last: int = questions.aggregate(last=Max("order"))["last"] or 0
    first = last + 1 if order is None else max(1, order)
    questions.filter(order__gte=first).update(order=F("order") + len(drafts))
    bank_id = bank_for(institution_id=pool.exam.institution_id, name=pool.exam.name)
    rows = [
        fill_question(Question(bank_id=bank_id, pool_id=pool_id, order=place), draft)
        for place, draft in enumerate(drafts, start=first)
    ]
    Question.objects.bulk_create(rows)
    pairs = zip(rows, drafts, strict=True)
    Choice.objects.bulk_create(
        one for row, draft in pairs for one in choice_rows(row.pk, draft.choices)
    )
    check_structure(pool.exam_id)
    return [row.pk for row in rows]


@transaction.atomic
def add_bank_question(bank_id: int, draft: QuestionDraft) -> int:
    """Add a question to a bank, outside of any exam, and return its id."""
    if not QuestionBank.objects.filter(pk=bank_id).exists():
        raise ExamUnknown(bank=bank_id)
    check_draft(draft)
    return _write_question(Question(bank_id=bank_id), leading_nowhere(draft))


def leading_nowhere(draft: QuestionDraft) -> QuestionDraft:
    """Return the question without its jumps and names, which mean something in its exam only."""
    choices = [
        replace(choice, xml_id="", next_question_pool=None, end_question_pool=False, end_exam=False)
        for choice in draft.choices
    ]
    return replace(draft, xml_id="", choices=tuple(choices))


@transaction.atomic
def copy_questions(pool_id: int, question_ids: Sequence[int]) -> int:
    """Copy questions of banks to the end of a section of a draft, in this order, all or none.

    Returns:
        How many were copied.

    Raises:
        ExamUnknown: One of them is in no bank of the exam's institution, or part of an exam.
        QuestionInvalid: One of them does not keep the rules for questions of today.
        ExamFrozen: The exam is not a draft.
    """
    pool = writable_pool(pool_id)
    wanted = list(dict.fromkeys(question_ids))
    banked = Question.objects.filter(
        pk__in=wanted, pool__isnull=True, bank__institution_id=pool.exam.institution_id
    )
    if banked.count() != len(wanted):
        raise ExamUnknown(pool=pool_id)
    drafts = [leading_nowhere(question_draft(question_id)) for question_id in wanted]
    for source, copied in zip(wanted, add_questions(pool_id, drafts), strict=True):
        copy_rubric(source, copied)
    return len(wanted)


@refusing_taken_names
def update_question(question_id: int, draft: QuestionDraft, *, complete: bool = True) -> None:
    """Replace a question's text, limits and choices.

    One that is not complete may lack choices, as in `add_questions`.

    Raises:
        QuestionInvalid: With the first field at fault.
        ExamFrozen: It belongs to an exam that is not a draft.
        JumpInvalid: A choice leads to a pool that does not come later in the same exam.
        NameTaken: An `xml_id` names something else in the exam.
    """
    question = writable_question(question_id)
    check_draft(draft, complete=complete)
    question.choices.all().delete()
    _write_question(question, draft if question.pool else leading_nowhere(draft))
    if question.pool:
        check_structure(question.pool.exam_id)


def with_text(draft: QuestionDraft, changes: Mapping[str, Any]) -> QuestionDraft:
    """Return the question with other texts, limits or names; its kind and choices stay.

    Args:
        draft: The question as it is.
        changes: Fields of QuestionDraft to their new values.
    """
    return replace(draft, **{**changes, "kind": draft.kind, "choices": draft.choices})


@refusing_taken_names
def update_text(question_id: int, draft: QuestionDraft, *, order: int | None = None) -> None:
    """Replace everything about a question but its choices, whose rows stay as they are.

    With `order` it is moved within its section as well, as by `move_question`.

    Raises:
        QuestionInvalid, ExamFrozen, ExamUnknown, NameTaken: As for `update_question`.
    """
    question = writable_question(question_id)
    check_draft(with_text(question_draft(question_id), asdict(draft)), complete=False)
    fill_question(question, draft).save()
    if order is not None:
        _place(question, order)
    if question.pool:
        check_structure(question.pool.exam_id)


@transaction.atomic
def delete_question(question_id: int) -> None:
    """Delete a question of a draft or of a bank."""
    writable_question(question_id).delete()


@transaction.atomic
def move_question(question_id: int, *, order: int) -> None:
    """Put a question at another place of its section; the others close up.

    Raises:
        ExamUnknown: There is none, or it is in a bank alone, where questions have no places.
        ExamFrozen: Its exam is not a draft.
    """
    _place(writable_question(question_id), order)


def _place(question: Question, order: int) -> None:
    if question.pool_id is None:
        raise ExamUnknown(question=question.pk)
    others = list(Question.objects.filter(pool_id=question.pool_id).exclude(pk=question.pk))
    others.insert(max(0, min(order - 1, len(others))), question)
    for place, one in enumerate(others, start=1):
        one.order = place
    Question.objects.bulk_update(others, ["order"])


def _write_question(question: Question, draft: QuestionDraft) -> int:
    fill_question(question, draft).save()
    Choice.objects.bulk_create(choice_rows(question.pk, draft.choices))
    return question.pk
