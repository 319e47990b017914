"""Write the pools of a draft: their order, their draws, where they lead."""

from django.db import transaction
from django.db.models import F, Max

from exams.errors import JumpInvalid
from exams.models import QuestionPool
from exams.services.drafts import (
    check_structure,
    refusing_taken_names,
    writable_exam,
    writable_pool,
    xml_name,
)


@refusing_taken_names
def add_pool(
    exam_id: int,
    *,
    name: str,
    randomize_questions: bool = False,
    number_to_answer: int | None = None,
    next_question_pool: int | None = None,
    xml_id: str = "",
    order: int | None = None,
) -> int:
    """Add a section to a draft and return its id; without `order` it goes to the end.

    A taken order inserts: the pools from there on move down by one.

    Raises:
        ExamUnknown, ExamFrozen: There is no such draft.
        JumpInvalid: `next_question_pool` does not come later in the same exam.
        NameTaken: `xml_id` names something else in the exam.
    """
    writable_exam(exam_id)
    pools = QuestionPool.objects.filter(exam_id=exam_id)
    last: int = pools.aggregate(last=Max("order"))["last"] or 0
    place = last + 1 if order is None else max(1, order)
    pools.filter(order__gte=place).update(order=F("order") + 1)
    pool = QuestionPool.objects.create(
        exam_id=exam_id,
        name=name.strip() or str(place),
        order=place,
        randomize_questions=randomize_questions,
        number_to_answer=number_to_answer,
        next_question_pool_id=next_question_pool,
        xml_id=xml_name(xml_id),
    )
    check_structure(exam_id)
    return pool.pk


@refusing_taken_names
def update_pool(
    pool_id: int,
    *,
    name: str,
    randomize_questions: bool,
    number_to_answer: int | None,
    next_question_pool: int | None = None,
    xml_id: str | None = None,
    order: int | None = None,
) -> None:
    """Change a section of a draft; without `xml_id` and `order` these stay as they are.

    With `order` it is moved as well, and jumps have to lead forward once it is there.

    Raises:
        ExamUnknown, ExamFrozen: There is no such section in a draft.
        JumpInvalid: `next_question_pool` does not come later in the same exam.
        NameTaken: `xml_id` names something else in the exam.
    """
    pool = writable_pool(pool_id)
    if next_question_pool == pool_id:
        raise JumpInvalid(pool=pool_id, target=pool_id)
    pool.name = name.strip() or pool.name
    pool.randomize_questions = randomize_questions
    pool.number_to_answer = number_to_answer
    pool.next_question_pool_id = next_question_pool
    pool.xml_id = pool.xml_id if xml_id is None else xml_name(xml_id)
    pool.save()
    if order is not None:
        _place(pool, order)
    check_structure(pool.exam_id)


@transaction.atomic
def move_pool(pool_id: int, *, order: int) -> None:
    """Put a section at another place of its exam, counted from 1; the others close up.

    Raises:
        ExamUnknown, ExamFrozen: There is no such section in a draft.
        JumpInvalid: A jump would lead back; nothing was moved.
    """
    pool = writable_pool(pool_id)
    _place(pool, order)
    check_structure(pool.exam_id)


def _place(pool: QuestionPool, order: int) -> None:
    """Put a section at a place, counted from 1, and number all of its exam anew."""
    others = list(QuestionPool.objects.filter(exam_id=pool.exam_id).exclude(pk=pool.pk))
    others.insert(max(0, min(order - 1, len(others))), pool)
    for place, one in enumerate(others, start=1):
        one.order = place
    QuestionPool.objects.bulk_update(others, ["order"])


@transaction.atomic
def delete_pool(pool_id: int) -> None:
    """Delete a section of a draft with its questions; jumps to it go nowhere then."""
    writable_pool(pool_id).delete()
