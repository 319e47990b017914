"""Write banks, exam versions, pools and questions; review by a second person freezes them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from exams.domain.draft import ChoiceDraft, QuestionDraft, findings_of
from exams.domain.states import ExamState
from exams.errors import (
    ExamFrozen,
    ExamIncomplete,
    ExamUnknown,
    NameTaken,
    QuestionInvalid,
)
from exams.models import Choice, Exam, Question, QuestionBank, QuestionPool
from exams.selectors.exams import question_draft
from kernel import audit

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


@refusing_taken_names
def create_bank(*, institution_id: int, name: str) -> int:
    """Create a question bank and return its id.

    Raises:
        NameTaken: The institution has a bank of this name, in any case of letters.
    """
    return QuestionBank.objects.create(institution_id=institution_id, name=name.strip()).pk


def bank_for(*, institution_id: int, name: str) -> int:
    """Return the id of the bank of this name, made if need be."""
    found = QuestionBank.objects.filter(institution_id=institution_id, name__iexact=name.strip())
    bank = found.first()
    return bank.pk if bank else create_bank(institution_id=institution_id, name=name)


@refusing_taken_names
def create_exam(
    *,
    institution_id: int,
    name: str,
    actor_id: int,
    subject: str = "",
    version_label: str = "1",
    passing_score: Decimal = Decimal(50),
) -> int:
    """Create a draft and return its id.

    Args:
        institution_id: Whose exam it is.
        name: With `version_label` unique in the institution.
        actor_id: The author; somebody else must approve.
        subject: Free text.
        version_label: Free text, "1" for the first.
        passing_score: Percent, 0 to 100.

    Raises:
        NameTaken: This version exists already.
        ExamIncomplete: The name is empty or the pass mark is not a percentage.
    """
    _check_header(name, passing_score)
    exam = Exam.objects.create(
        institution_id=institution_id,
        name=name.strip(),
        version_label=version_label.strip() or "1",
        subject=subject.strip(),
        passing_score=passing_score,
        created_by_id=actor_id,
    )
    return exam.pk


@refusing_taken_names
def update_exam(
    exam_id: int, *, name: str, subject: str, version_label: str, passing_score: Decimal
) -> None:
    """Change the header of a draft.

    Raises:
        ExamFrozen: It is not a draft.
        NameTaken: This version exists already.
        ExamIncomplete: The name is empty or the pass mark is not a percentage.
    """
    _check_header(name, passing_score)
    _draft(exam_id)
    Exam.objects.filter(pk=exam_id).update(
        name=name.strip(),
        subject=subject.strip(),
        version_label=version_label.strip() or "1",
        passing_score=passing_score,
    )


def _check_header(name: str, passing_score: Decimal) -> None:
    if not name.strip():
        raise ExamIncomplete(finding="name_empty")
    if not (passing_score.is_finite() and 0 <= passing_score <= 100):
        raise ExamIncomplete(finding="passing_score_range")


@transaction.atomic
def delete_exam(exam_id: int, *, actor_id: int) -> None:
    """Delete a draft with its pools and questions.

    Raises:
        ExamFrozen: It is not a draft.
    """
    exam = _draft(exam_id)
    audit_exam("exam.deleted", exam, actor_id, data={"name": str(exam)})
    exam.delete()


@transaction.atomic
def add_pool(
    exam_id: int,
    *,
    name: str,
    randomize_questions: bool = False,
    number_to_answer: int | None = None,
    order: int | None = None,
) -> int:
    """Add a section to a draft and return its id; without `order` it goes to the end.

    A taken order inserts: the pools from there on move down by one.
    """
    _draft(exam_id)
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
    )
    return pool.pk


@transaction.atomic
def update_pool(
    pool_id: int, *, name: str, randomize_questions: bool, number_to_answer: int | None
) -> None:
    """Change a section of a draft."""
    pool = _pool(pool_id)
    pool.name = name.strip() or pool.name
    pool.randomize_questions = randomize_questions
    pool.number_to_answer = number_to_answer
    pool.save()


@transaction.atomic
def delete_pool(pool_id: int) -> None:
    """Delete a section of a draft with its questions."""
    _pool(pool_id).delete()


def add_question(pool_id: int, draft: QuestionDraft, *, order: int | None = None) -> int:
    """Add a question to a section of a draft and return its id, as `add_questions` does."""
    return add_questions(pool_id, [draft], order=order)[0]


@transaction.atomic
def add_questions(
    pool_id: int, drafts: Sequence[QuestionDraft], *, order: int | None = None
) -> list[int]:
    """Add questions to a section of a draft, in this order, all or none; return their ids.

    Without `order` they go to the end; a taken order inserts and moves the rest down.

    Budget: the same number of queries for any number of questions.

    Raises:
        QuestionInvalid: With the first field at fault.
        ExamFrozen: The exam is not a draft.
    """
    pool = _pool(pool_id)
    for draft in drafts:
        _check(draft)
    questions = Question.objects.filter(pool_id=pool_id)
    last: int = questions.aggregate(last=Max("order"))["last"] or 0
    first = last + 1 if order is None else max(1, order)
    questions.filter(order__gte=first).update(order=F("order") + len(drafts))
    bank_id = bank_for(institution_id=pool.exam.institution_id, name=pool.exam.name)
    rows = [
        _filled(Question(bank_id=bank_id, pool_id=pool_id, order=place), draft)
        for place, draft in enumerate(drafts, start=first)
    ]
    Question.objects.bulk_create(rows)
    pairs = zip(rows, drafts, strict=True)
    Choice.objects.bulk_create(one for row, draft in pairs for one in _choices_of(row.pk, draft))
    return [row.pk for row in rows]


@transaction.atomic
def add_bank_question(bank_id: int, draft: QuestionDraft) -> int:
    """Add a question to a bank, outside of any exam, and return its id."""
    if not QuestionBank.objects.filter(pk=bank_id).exists():
        raise ExamUnknown(bank=bank_id)
    _check(draft)
    return _write_question(Question(bank_id=bank_id), draft)


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
    pool = _pool(pool_id)
    wanted = list(dict.fromkeys(question_ids))
    banked = Question.objects.filter(
        pk__in=wanted, pool__isnull=True, bank__institution_id=pool.exam.institution_id
    )
    if banked.count() != len(wanted):
        raise ExamUnknown(pool=pool_id)
    add_questions(pool_id, [question_draft(question_id) for question_id in wanted])
    return len(wanted)


@transaction.atomic
def update_question(question_id: int, draft: QuestionDraft) -> None:
    """Replace a question's text, limits and choices.

    Raises:
        QuestionInvalid: With the first field at fault.
        ExamFrozen: It belongs to an exam that is not a draft.
    """
    question = _question(question_id)
    _check(draft)
    question.choices.all().delete()
    _write_question(question, draft)


@transaction.atomic
def delete_question(question_id: int) -> None:
    """Delete a question of a draft or of a bank."""
    _question(question_id).delete()


@transaction.atomic
def move_question(question_id: int, *, order: int) -> None:
    """Put a question at another place of its section; the others close up.

    Raises:
        ExamUnknown: There is none, or it is in a bank alone, where questions have no places.
        ExamFrozen: Its exam is not a draft.
    """
    question = _question(question_id)
    if question.pool_id is None:
        raise ExamUnknown(question=question_id)
    others = list(Question.objects.filter(pool_id=question.pool_id).exclude(pk=question_id))
    others.insert(max(0, min(order - 1, len(others))), question)
    for place, one in enumerate(others, start=1):
        one.order = place
    Question.objects.bulk_update(others, ["order"])


def _write_question(question: Question, draft: QuestionDraft) -> int:
    _filled(question, draft).save()
    Choice.objects.bulk_create(_choices_of(question.pk, draft))
    return question.pk


def _filled(question: Question, draft: QuestionDraft) -> Question:
    fields = asdict(draft)
    fields.pop("choices")
    fields["accept"] = list(draft.accept)
    for name, value in fields.items():
        setattr(question, name, value)
    return question


def _choices_of(question_id: int, draft: QuestionDraft) -> list[Choice]:
    rows = [_choice(question_id, place, c) for place, c in enumerate(draft.choices, start=1)]
    return _sharing_matches(rows)


def _choice(question_id: int, place: int, draft: ChoiceDraft) -> Choice:
    return Choice(question_id=question_id, order=place, **asdict(draft))


def _sharing_matches(rows: list[Choice]) -> list[Choice]:
    """Give equal right-hand sides one key: either of them is right for either left-hand side."""
    keys: dict[str, int] = {}
    for row in rows:
        row.match_key = keys.setdefault(row.match.strip(), row.match_key)
    return rows


def _check(draft: QuestionDraft) -> None:
    for finding in findings_of(draft):
        raise QuestionInvalid(field=finding.field, fault=finding.fault.value, detail=finding.detail)


def locked_exam(exam_id: int) -> Exam:
    """Return the exam, its row locked.

    Raises:
        ExamUnknown: There is none.
    """
    exam = Exam.objects.select_for_update().filter(pk=exam_id).first()
    if exam is None:
        raise ExamUnknown(exam=exam_id)
    return exam


def _draft(exam_id: int) -> Exam:
    """Return the exam, locked, so that a review cannot begin while it is written to."""
    exam = locked_exam(exam_id)
    if exam.state != ExamState.DRAFT:
        raise ExamFrozen(exam=exam_id, state=exam.state)
    return exam


def _pool(pool_id: int) -> QuestionPool:
    pool = QuestionPool.objects.select_related("exam").filter(pk=pool_id).first()
    if pool is None:
        raise ExamUnknown(pool=pool_id)
    _draft(pool.exam_id)
    return pool


def _question(question_id: int) -> Question:
    """Return a question, its exam's row and then its own locked.

    Raises:
        ExamUnknown: There is none, or it has just been deleted.
        ExamFrozen: It belongs to an exam that is not a draft.
    """
    found = Question.objects.filter(pk=question_id)
    exam_id = found.values_list("pool__exam_id", flat=True).first()
    if exam_id is not None:
        _draft(exam_id)
    question = found.select_for_update().first()
    if question is None:
        raise ExamUnknown(question=question_id)
    return question


def audit_exam(
    action: str,
    exam: Exam,
    actor_id: int,
    *,
    reason: str = "",
    data: dict[str, object] | None = None,
) -> None:
    """Append one line about an exam to its institution's audit trail."""
    audit.append(
        action,
        actor_id=actor_id,
        subject=f"exam:{exam.pk}",
        reason=reason,
        data=data,
        institution_id=exam.institution_id,
    )
