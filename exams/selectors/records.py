"""Exams, pools, questions and choices as plain records, for programs rather than pages.

Names follow the founding documents where a record leaves the house: exams/api/shapes.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from exams.domain.draft import QuestionDraft
from exams.domain.states import ExamState
from exams.errors import ExamUnknown
from exams.models import Choice, Exam, Question, QuestionPool
from exams.selectors.exams import question_draft

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class ExamRecord:
    """One exam version with the ids of its pools, in order."""

    id: int
    institution_id: int
    xml_id: str
    name: str
    version_label: str
    subject: str
    state: ExamState
    passing_score: Decimal
    configuration: dict[str, Any]
    content_hash: str
    created_at: datetime
    pool_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PoolRecord:
    """One pool with the ids of its questions, in order."""

    id: int
    exam_id: int
    institution_id: int
    xml_id: str
    name: str
    order: int
    randomize_questions: bool
    number_to_answer: int | None
    next_question_pool: int | None
    question_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class QuestionRecord:
    """One question of a pool or a bank, with the ids of its choices, in order."""

    id: int
    institution_id: int
    pool_id: int | None
    order: int
    draft: QuestionDraft
    choice_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChoicePlace:
    """Where a choice stands: the question and its place among the choices, from 0."""

    id: int
    question_id: int
    index: int


@dataclass(frozen=True, slots=True)
class ExamFilter:
    """What exams to list; empty fields ask for nothing."""

    name: str = ""
    xml_id: str = ""
    state: ExamState | None = None
    offset: int = 0
    limit: int = 50


def find_exams(institution_id: int, wanted: ExamFilter) -> tuple[int, list[ExamRecord]]:
    """Return how many exams of the institution match, and one page of them, the newest first."""
    rows = Exam.objects.filter(institution_id=institution_id)
    if wanted.name:
        rows = rows.filter(name__icontains=wanted.name)
    if wanted.xml_id:
        rows = rows.filter(xml_id=wanted.xml_id)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    last = wanted.offset + min(wanted.limit, MAX_PAGE)
    page = _readable(rows).order_by("-created_at", "-pk")[wanted.offset : last]
    return rows.count(), [_exam(row) for row in page]


def exam_record(exam_id: int) -> ExamRecord:
    """Return one exam. Two queries.

    Raises:
        ExamUnknown: There is none.
    """
    row = _readable(Exam.objects.filter(pk=exam_id)).first()
    if row is None:
        raise ExamUnknown(exam=exam_id)
    return _exam(row)


def _readable(rows: QuerySet[Exam]) -> QuerySet[Exam]:
    return rows.defer("content").prefetch_related("pools")


def _exam(row: Exam) -> ExamRecord:
    return ExamRecord(
        id=row.pk,
        institution_id=row.institution_id,
        xml_id=row.xml_id,
        name=row.name,
        version_label=row.version_label,
        subject=row.subject,
        state=ExamState(row.state),
        passing_score=row.passing_score,
        configuration=row.configuration,
        content_hash=row.content_hash,
        created_at=row.created_at,
        pool_ids=tuple(pool.pk for pool in row.pools.all()),
    )


def pool_records(exam_id: int) -> list[PoolRecord]:
    """Return the pools of an exam in order. Two queries."""
    return [_pool(row) for row in _pools().filter(exam_id=exam_id).order_by("order")]


def pool_record(pool_id: int) -> PoolRecord:
    """Return one pool. Two queries.

    Raises:
        ExamUnknown: There is none.
    """
    row = _pools().filter(pk=pool_id).first()
    if row is None:
        raise ExamUnknown(pool=pool_id)
    return _pool(row)


def _pools() -> QuerySet[QuestionPool]:
    return (
        QuestionPool.objects.select_related("exam")
        .defer("exam__content")
        .prefetch_related("questions")
    )


def _pool(row: QuestionPool) -> PoolRecord:
    return PoolRecord(
        id=row.pk,
        exam_id=row.exam_id,
        institution_id=row.exam.institution_id,
        xml_id=row.xml_id,
        name=row.name,
        order=row.order,
        randomize_questions=row.randomize_questions,
        number_to_answer=row.number_to_answer,
        next_question_pool=row.next_question_pool_id,
        question_ids=tuple(question.pk for question in row.questions.all()),
    )


def question_record(question_id: int) -> QuestionRecord:
    """Return one question with everything its author wrote. Four queries.

    Raises:
        ExamUnknown: There is none.
    """
    row = Question.objects.select_related("bank").filter(pk=question_id).first()
    if row is None:
        raise ExamUnknown(question=question_id)
    return QuestionRecord(
        id=row.pk,
        institution_id=row.bank.institution_id,
        pool_id=row.pool_id,
        order=row.order,
        draft=question_draft(question_id),
        choice_ids=choice_ids(question_id),
    )


def choice_ids(question_id: int) -> tuple[int, ...]:
    """Return the ids of a question's choices in order. One query."""
    return tuple(
        Choice.objects.filter(question_id=question_id)
        .order_by("order")
        .values_list("pk", flat=True)
    )


def place_of_choice(choice_id: int) -> ChoicePlace:
    """Return the question of a choice and its place there. Two queries.

    Raises:
        ExamUnknown: There is none.
    """
    question_id = Choice.objects.filter(pk=choice_id).values_list("question_id", flat=True).first()
    if question_id is None:
        raise ExamUnknown(answer=choice_id)
    ids: Sequence[int] = choice_ids(question_id)
    return ChoicePlace(choice_id, question_id, ids.index(choice_id))
