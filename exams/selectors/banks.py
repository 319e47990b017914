"""Reads of question banks: one bank, its questions, and what can be copied into an exam."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When

from exams.domain.answer import QuestionKind
from exams.domain.scoring import SCORED_WITHOUT_KEY
from exams.domain.texts import TextFormat, to_html
from exams.errors import ExamUnknown
from exams.models import Choice, Question, QuestionBank
from exams.selectors.exams import QuestionView

PAGE_SIZE: Final = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BankView:
    """One question bank."""

    id: int
    institution_id: int
    name: str
    questions: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question of a bank that can be copied into an exam."""

    id: int
    bank: str
    name: str
    kind: QuestionKind
    points: Decimal


@dataclass(frozen=True, slots=True)
class QuestionPage(Generic[T]):
    """Some of the questions that fit; `number` counts from 1 to `pages`."""

    questions: tuple[T, ...]
    total: int
    number: int
    pages: int


def banks_of_institution(institution_id: int) -> list[BankView]:
    """Return the banks of an institution, by name. One query."""
    rows = _counted().filter(institution_id=institution_id)
    return [_bank_view(row) for row in rows.order_by("name")]


def bank_view(bank_id: int) -> BankView:
    """Return one bank with its counts. One query.

    Raises:
        ExamUnknown: There is none.
    """
    row = _counted().filter(pk=bank_id).first()
    if row is None:
        raise ExamUnknown(bank=bank_id)
    return _bank_view(row)


def _counted() -> QuerySet[QuestionBank]:
    in_bank = Question.objects.filter(_is_scored(), bank=OuterRef("pk"))
    return QuestionBank.objects.annotate(
        question_count=Count("questions"),
        point_sum=Subquery(in_bank.values("bank").annotate(points=Sum("points")).values("points")),
    )


def _is_scored() -> Q:
    """Return what `scoring.is_scored` says, for the rows of questions."""
    keys = Choice.objects.filter(question=OuterRef("pk"), fraction__isnull=False)
    return ~Q(kind=QuestionKind.INFO) & (Q(kind__in=SCORED_WITHOUT_KEY) | Q(Exists(keys)))


def _bank_view(row: QuestionBank) -> BankView:
    return BankView(
        id=row.pk,
        institution_id=row.institution_id,
        name=row.name,
        questions=getattr(row, "question_count", 0),
        points=getattr(row, "point_sum", None) or Decimal(0),
    )


def questions_of_bank(
    bank_id: int, *, query: str = "", kind: QuestionKind | None = None, page: int = 1
) -> QuestionPage[tuple[QuestionView, str]]:
    """Return one page of a bank, the newest first, each with the exam it is part of, if any.

    Two queries; an import brings thousands of questions, and every one shown is rendered.

    Args:
        bank_id: Of the bank.
        query: Part of a name or of the question's words.
        kind: Only those of this kind.
        page: From 1; beyond the last one is the last one.
    """
    fitting = Question.objects.filter(bank_id=bank_id)
    if kind is not None:
        fitting = fitting.filter(kind=kind)
    if query:
        fitting = fitting.filter(Q(name__icontains=query) | Q(prompt__icontains=query))
    rows = (
        fitting.select_related("pool__exam")
        .defer("pool__exam__content")
        .annotate(
            choice_count=Count("choices"),
            worth=Case(When(_is_scored(), then="points"), default=Decimal(0)),
        )
        .order_by("-pk")
    )
    return _paged(rows, page, lambda row: (_view(row), _exam_name(row)))


def _paged(rows: QuerySet[Question], page: int, shown: Callable[[Question], T]) -> QuestionPage[T]:
    total = rows.count()
    pages = max(1, math.ceil(total / PAGE_SIZE))
    number = min(max(page, 1), pages)
    some = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return QuestionPage(tuple(shown(row) for row in some), total, number, pages)


def _view(row: Question) -> QuestionView:
    return QuestionView(
        id=row.pk,
        order=0,  # a bank has no places
        name=row.name,
        kind=QuestionKind(row.kind),
        prompt_html=to_html(row.prompt, TextFormat(row.format)),
        points=getattr(row, "worth", row.points),
        choices=getattr(row, "choice_count", 0),
    )


def _exam_name(row: Question) -> str:
    return str(row.pool.exam) if row.pool else ""


def questions_to_copy(
    institution_id: int, *, query: str = "", kind: QuestionKind | None = None, page: int = 1
) -> QuestionPage[BankQuestion]:
    """Return one page of the questions of an institution's banks that belong to no exam.

    Args:
        institution_id: Whose banks.
        query: Part of a name, of the question's words or of a bank's name.
        kind: Only those of this kind.
        page: From 1; beyond the last one is the last one.

    By bank and name. Two queries.
    """
    rows = Question.objects.filter(bank__institution_id=institution_id, pool__isnull=True)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if query:
        names = Q(name__icontains=query) | Q(bank__name__icontains=query)
        rows = rows.filter(names | Q(prompt__icontains=query))
    return _paged(
        rows.select_related("bank").order_by("bank__name", "name", "pk"),
        page,
        lambda row: BankQuestion(
            row.pk, row.bank.name, row.name, QuestionKind(row.kind), row.points
        ),
    )
