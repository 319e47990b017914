"""Write banks and exam versions; review by a second person freezes them."""

from decimal import Decimal

from django.db import transaction

from exams.errors import ExamIncomplete
from exams.models import Exam, QuestionBank
from exams.services.drafts import (
    check_structure,
    refusing_taken_names,
    writable_exam,
    xml_name,
)
from exams.services.trail import append_line


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
    xml_id: str = "",
) -> int:
    """Create a draft and return its id.

    Args:
        institution_id: Whose exam it is.
        name: With `version_label` unique in the institution.
        actor_id: The author; somebody else must approve.
        subject: Free text.
        version_label: Free text, "1" for the first.
        passing_score: Percent, 0 to 100.
        xml_id: Its name in XML documents; empty is none.

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
        xml_id=xml_name(xml_id),
        created_by_id=actor_id,
    )
    return exam.pk


@refusing_taken_names
def update_exam(
    exam_id: int,
    *,
    name: str,
    subject: str,
    version_label: str,
    passing_score: Decimal,
    xml_id: str | None = None,
) -> None:
    """Change the header of a draft; without `xml_id` that stays as it is.

    Raises:
        ExamFrozen: It is not a draft.
        NameTaken: This version exists already.
        ExamIncomplete: The name is empty or the pass mark is not a percentage.
    """
    _check_header(name, passing_score)
    exam = writable_exam(exam_id)
    Exam.objects.filter(pk=exam_id).update(
        xml_id=exam.xml_id if xml_id is None else xml_name(xml_id),
        name=name.strip(),
        subject=subject.strip(),
        version_label=version_label.strip() or "1",
        passing_score=passing_score,
    )
    check_structure(exam_id)


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
    exam = writable_exam(exam_id)
    append_line("exam.deleted", exam, actor_id, data={"name": str(exam)})
    exam.delete()
