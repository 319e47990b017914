"""Reads of exams and questions for their authors."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower

from exams.domain import paper as papers
from exams.domain.answer import QuestionKind
from exams.domain.draft import ChoiceDraft, QuestionDraft
from exams.domain.scoring import lacks_key, worth
from exams.domain.states import ExamState
from exams.domain.texts import TextFormat
from exams.errors import ExamUnknown
from exams.models import Choice, Exam, Question, QuestionPool, Sitting
from exams.selectors.contents import current_content, paper_view
from exams.wire import PaperQuestion


@dataclass(frozen=True, slots=True)
class ExamView:
    """One exam version in a list."""

    id: int
    institution_id: int
    name: str
    version_label: str
    subject: str
    state: ExamState
    passing_score: Decimal
    content_hash: str
    created_by_id: int
    sent_by_id: int | None
    approved_by_id: int | None
    approved_at: datetime | None
    created_at: datetime
    questions: int
    sittings: int


def exams_of_institution(institution_id: int, *, name: str | None = None) -> list[ExamView]:
    """Return the exams of an institution, the newest first. One query.

    Args:
        institution_id: Whose.
        name: Only those of this name, in any case of letters, as the database sees it.
    """
    rows = _counted().filter(institution_id=institution_id)
    if name is not None:
        rows = rows.alias(lowered=Lower("name")).filter(lowered=Lower(Value(name)))
    return [_view(row) for row in rows.order_by("-created_at", "-pk")]


def exam_view(exam_id: int) -> ExamView:
    """Return one exam. One query.

    Raises:
        ExamUnknown: There is none.
    """
    row = _counted().filter(pk=exam_id).first()
    if row is None:
        raise ExamUnknown(exam=exam_id)
    return _view(row)


def _counted() -> QuerySet[Exam]:
    """Return exams with their counts, each on its own: joined they would multiply."""
    questions = Question.objects.filter(pool__exam=OuterRef("pk")).order_by().values("pool__exam")
    sittings = Sitting.objects.filter(exam=OuterRef("pk")).order_by().values("exam")
    return Exam.objects.defer("content").annotate(
        question_count=Coalesce(Subquery(questions.values(n=Count("pk"))), 0),
        sitting_count=Coalesce(Subquery(sittings.values(n=Count("pk"))), 0),
    )


def _view(row: Exam) -> ExamView:
    return ExamView(
        id=row.pk,
        institution_id=row.institution_id,
        name=row.name,
        version_label=row.version_label,
        subject=row.subject,
        state=ExamState(row.state),
        passing_score=row.passing_score,
        content_hash=row.content_hash,
        created_by_id=row.created_by_id,
        sent_by_id=row.sent_by_id,
        approved_by_id=row.approved_by_id,
        approved_at=row.approved_at,
        created_at=row.created_at,
        questions=getattr(row, "question_count", 0),
        sittings=getattr(row, "sitting_count", 0),
    )


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question in an author's list.

    Attributes:
        points: What can be reached with it.
        lacks_key: It was given points, but nothing to compare an answer with.
    """

    id: int
    order: int
    name: str
    kind: QuestionKind
    prompt_html: str
    points: Decimal
    choices: int
    lacks_key: bool = False


@dataclass(frozen=True, slots=True)
class PoolView:
    """One section with its questions."""

    id: int
    order: int
    name: str
    randomize_questions: bool
    number_to_answer: int | None
    points: Decimal
    questions: tuple[QuestionView, ...]
    next_question_pool: int | None = None


def pools_of_exam(exam_id: int) -> list[PoolView]:
    """Return the sections of an exam in order, every text rendered.

    Budget: 5 queries for a draft, 2 for an approved exam.

    Raises:
        ExamUnknown: There is none.
    """
    content = current_content(exam_id)
    places = dict(QuestionPool.objects.filter(exam_id=exam_id).values_list("pk", "order"))
    return [
        PoolView(
            id=pool.id,
            order=places.get(pool.id, index),
            name=pool.name,
            randomize_questions=pool.randomize_questions,
            number_to_answer=pool.number_to_answer,
            points=sum((worth(question) for question in pool.questions), Decimal(0)),
            questions=tuple(
                QuestionView(
                    id=question.id,
                    order=place,
                    name=question.name,
                    kind=question.kind,
                    prompt_html=question.prompt_html,
                    points=worth(question),
                    choices=len(question.choices),
                    lacks_key=lacks_key(question),
                )
                for place, question in enumerate(pool.questions, start=1)
            ),
            next_question_pool=pool.next_question_pool,
        )
        for index, pool in enumerate(content.pools, start=1)
    ]


@dataclass(frozen=True, slots=True)
class PoolCard:
    """One section without its questions."""

    id: int
    name: str
    randomize_questions: bool
    number_to_answer: int | None
    next_question_pool: int | None = None
    xml_id: str = ""


def pool_of_exam(exam_id: int, pool_id: int) -> PoolCard:
    """Return a section if it is one of this exam's. One query.

    Raises:
        ExamUnknown: It is not.
    """
    row = QuestionPool.objects.filter(pk=pool_id, exam_id=exam_id).first()
    if row is None:
        raise ExamUnknown(pool=pool_id)
    return PoolCard(
        row.pk,
        row.name,
        row.randomize_questions,
        row.number_to_answer,
        row.next_question_pool_id,
        row.xml_id,
    )


def preview_paper(exam_id: int, seed: str = "preview") -> list[PaperQuestion]:
    """Return one paper of an exam as a candidate would see it; ask a policy before showing it.

    Raises:
        ExamUnknown: There is none.
    """
    content = current_content(exam_id)
    return paper_view(content, papers.draw(content, seed))


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """Where a question belongs; `exam_id` and `pool_id` are None for one of a bank only."""

    question_id: int
    institution_id: int
    bank_id: int
    exam_id: int | None
    pool_id: int | None


def place_of_question(question_id: int) -> QuestionPlace:
    """Return where a question belongs, for a policy to judge.

    Raises:
        ExamUnknown: There is none.
    """
    row = Question.objects.select_related("bank", "pool").filter(pk=question_id).first()
    if row is None:
        raise ExamUnknown(question=question_id)
    return QuestionPlace(
        question_id=row.pk,
        institution_id=row.bank.institution_id,
        bank_id=row.bank_id,
        exam_id=row.pool.exam_id if row.pool else None,
        pool_id=row.pool_id,
    )


def question_draft(question_id: int) -> QuestionDraft:
    """Return a question as its author wrote it, to be edited.

    Raises:
        ExamUnknown: There is none.
    """
    row = Question.objects.prefetch_related("choices").filter(pk=question_id).first()
    if row is None:
        raise ExamUnknown(question=question_id)
    return draft_of_row(row)


def drafts_of_exam(exam_id: int) -> dict[int, QuestionDraft]:
    """Return every question of an exam as its author wrote it, by id. Two queries."""
    rows = Question.objects.filter(pool__exam_id=exam_id).prefetch_related("choices")
    return {row.pk: draft_of_row(row) for row in rows.order_by("pool__order", "order", "pk")}


def draft_of_row(row: Question) -> QuestionDraft:
    """Return a row with its choices as its author wrote it."""
    return QuestionDraft(
        name=row.name,
        kind=QuestionKind(row.kind),
        prompt=row.prompt,
        format=TextFormat(row.format),
        help_text=row.help_text,
        rejoinder=row.rejoinder,
        points=row.points,
        required=row.required,
        shuffle_choices=row.shuffle_choices,
        min_answers=row.min_answers,
        max_answers=row.max_answers,
        min_value=row.min_value,
        max_value=row.max_value,
        min_length=row.min_length,
        max_length=row.max_length,
        text_regex=row.text_regex,
        accept=tuple(row.accept),
        xml_id=row.xml_id,
        widget=row.widget,
        all_or_nothing=row.all_or_nothing,
        text_response=row.text_response,
        text_response_label=row.text_response_label,
        choices=tuple(_choice_draft(choice) for choice in row.choices.all()),
    )


def _choice_draft(row: Choice) -> ChoiceDraft:
    return ChoiceDraft(
        text=row.text,
        match=row.match,
        format=TextFormat(row.format),
        fraction=row.fraction,
        tolerance=row.tolerance,
        rejoinder=row.rejoinder,
        xml_id=row.xml_id,
        label=row.label,
        value=row.value,
        text_response=row.text_response,
        next_question_pool=row.next_question_pool_id,
        end_question_pool=row.end_question_pool,
        end_exam=row.end_exam,
    )
