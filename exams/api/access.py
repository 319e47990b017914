"""Who calls the API, and whether they may: the rules of the staff pages, for records."""

from django.http import HttpRequest

from exams.selectors.records import (
    ChoicePlace,
    ExamRecord,
    PoolRecord,
    QuestionRecord,
    exam_record,
    place_of_choice,
    pool_record,
    question_record,
)
from exams.views.staff_access import author_of, exam_for, question_for


def institution_of(request: HttpRequest) -> int:
    """Return the institution whose exams the caller may write.

    Raises:
        Forbidden: They may write none.
    """
    return author_of(request).institution_id


def author_id(request: HttpRequest) -> int:
    """Return the caller, if they may write exams of their institution.

    Raises:
        Forbidden: They may not.
    """
    return author_of(request).user_id


def writable_exam(request: HttpRequest, exam_id: int) -> ExamRecord:
    """Return an exam that the caller may write.

    Raises:
        ExamUnknown, Forbidden: There is none, or it is not theirs.
    """
    exam_for(request, exam_id)
    return exam_record(exam_id)


def writable_pool(request: HttpRequest, pool_id: int) -> PoolRecord:
    """Return a pool of an exam that the caller may write."""
    pool = pool_record(pool_id)
    exam_for(request, pool.exam_id)
    return pool


def writable_question(request: HttpRequest, question_id: int) -> QuestionRecord:
    """Return a question that the caller may write."""
    question_for(request, question_id)
    return question_record(question_id)


def writable_choice(request: HttpRequest, choice_id: int) -> tuple[QuestionRecord, ChoicePlace]:
    """Return a choice that the caller may write, with its question."""
    place = place_of_choice(choice_id)
    return writable_question(request, place.question_id), place
