"""Write one choice of a question at a time; its row keeps its id and its key."""

from collections.abc import Sequence

from django.db import transaction

from exams.domain.draft import ChoiceDraft, faults_of_parts
from exams.errors import ExamUnknown, QuestionInvalid
from exams.models import Choice, Question
from exams.selectors.exams import question_draft
from exams.services.drafts import check_structure, writable_question
from exams.services.question_rows import choice_columns


@transaction.atomic
def add_choice(question_id: int, draft: ChoiceDraft, *, order: int | None = None) -> int:
    """Add a choice to a question and return its id; without `order` it goes to the end.

    A question may be incomplete meanwhile: that a choice question has two choices and that its
    full points can be reached is asked when the exam goes to review.

    Args:
        question_id: Of a draft or a bank.
        draft: What it says and where it leads.
        order: Its place, from 1; a taken one inserts and moves the rest down.

    Raises:
        ExamUnknown, ExamFrozen: There is no such question that may be written.
        QuestionInvalid: The choice itself is at fault.
        JumpInvalid, NameTaken: It leads back, or its name is taken.
    """
    question = writable_question(question_id)
    rows = list(question.choices.order_by("order"))
    row = Choice(question_id=question_id, order=len(rows) + 1, **choice_columns(draft))
    place = len(rows) if order is None else max(0, min(order - 1, len(rows)))
    row.save()
    rows.insert(place, row)
    _settle(question, rows)
    return row.pk


@transaction.atomic
def update_choice(choice_id: int, draft: ChoiceDraft, *, order: int | None = None) -> None:
    """Replace what a choice says and where it leads, and move it if `order` is given.

    Raises:
        ExamUnknown, ExamFrozen, QuestionInvalid, JumpInvalid, NameTaken: As for `add_choice`.
    """
    question, rows, row = _found(choice_id)
    for name, value in choice_columns(draft).items():
        setattr(row, name, value)
    row.save()
    if order is not None:
        rows.remove(row)
        rows.insert(max(0, min(order - 1, len(rows))), row)
    _settle(question, rows)


@transaction.atomic
def delete_choice(choice_id: int) -> None:
    """Delete a choice; the others close up.

    Raises:
        ExamUnknown, ExamFrozen: There is no such choice that may be written.
    """
    question, rows, row = _found(choice_id)
    rows.remove(row)
    row.delete()
    _settle(question, rows)


def _found(choice_id: int) -> tuple[Question, list[Choice], Choice]:
    question_id = Choice.objects.filter(pk=choice_id).values_list("question_id", flat=True).first()
    if question_id is None:
        raise ExamUnknown(answer=choice_id)
    question = writable_question(question_id)
    rows = list(question.choices.order_by("order"))
    for row in rows:
        if row.pk == choice_id:
            return question, rows, row
    raise ExamUnknown(answer=choice_id)


def _settle(question: Question, rows: Sequence[Choice]) -> None:
    """Number the choices anew and check what stands now."""
    for place, row in enumerate(rows, start=1):
        row.order = place
    Choice.objects.bulk_update(rows, ["order"])
    _check(question.pk)
    if question.pool_id is not None:
        check_structure(_exam_of(question))


def _exam_of(question: Question) -> int:
    return Question.objects.values_list("pool__exam_id", flat=True).get(pk=question.pk) or 0


def _check(question_id: int) -> None:
    for finding in faults_of_parts(question_draft(question_id)):
        raise QuestionInvalid(field=finding.field, fault=finding.fault.value, detail=finding.detail)
