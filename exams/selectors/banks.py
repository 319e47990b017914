"""Reads of one question bank: the questions that belong to it and to no exam."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from exams.domain.answer import QuestionKind
from exams.domain.texts import TextFormat, to_html
from exams.errors import ExamUnknown
from exams.models import Question, QuestionBank
from exams.selectors.exams import BankView, QuestionView

__all__ = ["BankQuestion", "BankView", "bank_view", "questions_of_bank", "questions_to_copy"]


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question of a bank that can be copied into an exam."""

    id: int
    bank: str
    name: str
    kind: QuestionKind
    points: Decimal


def bank_view(bank_id: int) -> BankView:
    """Return one bank with its counts. One query.

    Raises:
        ExamUnknown: There is none.
    """
    rows = QuestionBank.objects.annotate(
        question_count=Count("questions"), point_sum=Sum("questions__points")
    )
    row = rows.filter(pk=bank_id).first()
    if row is None:
        raise ExamUnknown(bank=bank_id)
    return BankView(
        id=row.pk,
        institution_id=row.institution_id,
        name=row.name,
        questions=row.question_count,
        points=row.point_sum or Decimal(0),
    )


def questions_of_bank(bank_id: int) -> list[tuple[QuestionView, str]]:
    """Return the questions of a bank, the newest first, with the exam each is part of, if any."""
    rows = (
        Question.objects.filter(bank_id=bank_id)
        .select_related("pool__exam")
        .defer("pool__exam__content")
        .annotate(choice_count=Count("choices"))
        .order_by("-pk")
    )
    return [(_view(row, place), _exam_name(row)) for place, row in enumerate(rows, start=1)]


def _view(row: Question, place: int) -> QuestionView:
    return QuestionView(
        id=row.pk,
        order=place,
        name=row.name,
        kind=QuestionKind(row.kind),
        prompt_html=to_html(row.prompt, TextFormat(row.format)),
        points=row.points,
        choices=getattr(row, "choice_count", 0),
    )


def _exam_name(row: Question) -> str:
    return str(row.pool.exam) if row.pool else ""


def questions_to_copy(institution_id: int) -> list[BankQuestion]:
    """Return the questions of an institution's banks that belong to no exam, by bank and name."""
    rows = Question.objects.filter(bank__institution_id=institution_id, pool__isnull=True)
    return [
        BankQuestion(row.pk, row.bank.name, row.name, QuestionKind(row.kind), row.points)
        for row in rows.select_related("bank").order_by("bank__name", "name")
    ]
