"""What every write to a draft begins and ends with: rows locked, names free, jumps forward."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, transaction

from exams.domain.draft import DraftFault
from exams.domain.states import ExamState
from exams.domain.xml_names import is_xml_name
from exams.errors import ExamFrozen, ExamUnknown, JumpInvalid, NameTaken, QuestionInvalid
from exams.models import Choice, Exam, Question, QuestionPool

P = ParamSpec("P")
R = TypeVar("R")


def refusing_taken_names(write: Callable[P, R]) -> Callable[P, R]:
    """Turn a broken unique constraint into NameTaken; the transaction inside is rolled back."""

    @wraps(write)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                return write(*args, **kwargs)
        except IntegrityError as error:
            if "_unique" in str(error):
                raise NameTaken from None
            raise

    return guarded


def locked_exam(exam_id: int) -> Exam:
    """Return the exam, its row locked.

    Raises:
        ExamUnknown: There is none.
    """
    exam = Exam.objects.select_for_update().filter(pk=exam_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    return exam


def writable_exam(exam_id: int) -> Exam:
    """Return the exam, locked, so that a review cannot begin while it is written to."""
    exam = locked_exam(exam_id)
    if exam.state != ExamState.DRAFT:
        raise ExamFrozen(exam=exam_id, state=exam.state)
    return exam


def writable_pool(pool_id: int) -> QuestionPool:
    """Return a pool of a draft with its exam, the exam's row locked.

    Raises:
        ExamUnknown: There is none.
        ExamFrozen: Its exam is not a draft.
    """
    pool = QuestionPool.objects.select_related("exam").filter(pk=pool_id).first()
    if pool is None:
        raise ExamUnknown(pool=pool_id)
    writable_exam(pool.exam_id)
    return pool


def writable_question(question_id: int) -> Question:
    """Return a question, its exam's row and then its own locked.

    Raises:
        ExamUnknown: There is none, or it has just been deleted.
        ExamFrozen: It belongs to an exam that is not a draft.
    """
    found = Question.objects.filter(pk=question_id)
    exam_id = found.values_list("pool__exam_id", flat=True).first()
    if exam_id is not None:
        writable_exam(exam_id)
    question = found.select_for_update().first()
    if question is None:
        raise ExamUnknown(question=question_id)
    return question


def check_structure(exam_id: int) -> None:
    """Refuse an exam in which a name is used twice or a jump does not lead forward.

    Budget: 3 queries for an exam of any size.

    Raises:
        NameTaken: `xml_id` names two of its pools, questions and choices, or the exam itself.
        JumpInvalid: `pool` or one of its choices jumps to `target`, which does not come later.

    Needs: the exam's row locked by the caller, in whose transaction it is undone.
    """
    pools = list(QuestionPool.objects.filter(exam_id=exam_id))
    order = {pool.pk: pool.order for pool in pools}
    jumps = [(pool.pk, pool.next_question_pool_id) for pool in pools if pool.next_question_pool_id]
    chosen = Choice.objects.filter(
        question__pool__exam_id=exam_id, next_question_pool__isnull=False
    )
    jumps += chosen.values_list("question__pool_id", "next_question_pool_id").distinct()
    for pool_id, target in jumps:
        if order.get(target, 0) <= order[pool_id]:
            raise JumpInvalid(pool=pool_id, target=target)
    _check_names(exam_id, [pool.xml_id for pool in pools if pool.xml_id])


def _check_names(exam_id: int, names: list[str]) -> None:
    exam = Exam.objects.filter(pk=exam_id).exclude(xml_id="").values_list("xml_id")
    questions = Question.objects.filter(pool__exam_id=exam_id).exclude(xml_id="")
    choices = Choice.objects.filter(question__pool__exam_id=exam_id).exclude(xml_id="")
    names += [
        name
        for (name,) in exam.union(
            questions.values_list("xml_id"), choices.values_list("xml_id"), all=True
        )
    ]
    for name in _repeated(names):
        raise NameTaken(xml_id=name)


def _repeated(names: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)


def xml_name(text: str) -> str:
    """Return the text if it is empty or may be an id in an XML document.

    Raises:
        QuestionInvalid: It may not.
    """
    if text and not is_xml_name(text):
        raise QuestionInvalid(field="xml_id", fault=DraftFault.NOT_AN_XML_NAME.value, detail=text)
    return text
