"""Reads of whole exams and banks as their authors wrote them, to be written out or compared."""

from dataclasses import dataclass

from exams.domain.outline import ExamHeader, ExamOutline, PoolDraft, with_places
from exams.errors import ExamUnknown
from exams.models import Exam, Question, QuestionBank, QuestionPool
from exams.selectors.exams import draft_of_row


@dataclass(frozen=True, slots=True)
class StoredOutline:
    """An outline with the ids of its rows, in the same order.

    Attributes:
        pool_ids: Of each pool.
        question_ids: Of each question of each pool.
    """

    outline: ExamOutline
    pool_ids: tuple[int, ...]
    question_ids: tuple[tuple[int, ...], ...]


def exam_outline(exam_id: int) -> StoredOutline:
    """Return an exam as its author wrote it. Budget: 4 queries for any size.

    Raises:
        ExamUnknown: There is none.
    """
    exam = Exam.objects.defer("content").filter(pk=exam_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    rows = list(exam.pools.prefetch_related("questions__choices").order_by("order"))
    places: dict[int | None, int | None] = {row.pk: at for at, row in enumerate(rows, start=1)}
    pools = tuple(_pool(row, places) for row in rows)
    return StoredOutline(
        ExamOutline(_header(exam), pools),
        tuple(row.pk for row in rows),
        tuple(tuple(question.pk for question in row.questions.all()) for row in rows),
    )


def bank_outline(bank_id: int) -> StoredOutline:
    """Return the questions of a bank that are part of no exam, the oldest first, as one section.

    Raises:
        ExamUnknown: There is none.
    """
    bank = QuestionBank.objects.filter(pk=bank_id).first()
    if bank is None:
        raise ExamUnknown(bank=bank_id)
    rows = Question.objects.filter(bank_id=bank_id, pool__isnull=True).order_by("pk")
    questions = list(rows.prefetch_related("choices"))
    section = PoolDraft(bank.name, questions=tuple(draft_of_row(row) for row in questions))
    ids = tuple(row.pk for row in questions)
    return StoredOutline(ExamOutline(None, (section,)), (), (ids,))


def _header(exam: Exam) -> ExamHeader:
    return ExamHeader(
        name=exam.name,
        version_label=exam.version_label,
        subject=exam.subject,
        passing_score=exam.passing_score,
        xml_id=exam.xml_id,
        version_id=exam.version_id,
        version_comment=exam.version_comment,
        configuration=exam.configuration,
    )


def _pool(row: QuestionPool, places: dict[int | None, int | None]) -> PoolDraft:
    return PoolDraft(
        name=row.name,
        xml_id=row.xml_id,
        randomize_questions=row.randomize_questions,
        number_to_answer=row.number_to_answer,
        next_question_pool=places.get(row.next_question_pool_id),
        questions=tuple(with_places(draft_of_row(one), places) for one in row.questions.all()),
    )
