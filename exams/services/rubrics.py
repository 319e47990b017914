"""Write the rubric of a question that a person marks; it is frozen with its exam."""

from django.db import transaction

from exams.domain.answer import QuestionKind
from exams.domain.rubric import RubricContent, findings_of_rubric
from exams.errors import QuestionInvalid
from exams.models import Criterion, Level, Rubric
from exams.selectors.rubrics import rubric_of
from exams.services.drafts import writable_question


@transaction.atomic
def write_rubric(question_id: int, rubric: RubricContent) -> None:
    """Replace the rubric of a question; one without criteria takes it away.

    Raises:
        ExamUnknown: There is no such question.
        ExamFrozen: It belongs to an exam that is not a draft.
        QuestionInvalid: The rubric contradicts itself or its question.
    """
    question = writable_question(question_id)
    kind = QuestionKind(question.kind)
    for finding in findings_of_rubric(rubric, kind=kind, points=question.points):
        raise QuestionInvalid(field="rubric", fault=finding.fault.value, detail=str(finding.place))
    Rubric.objects.filter(question=question).delete()
    if rubric.criteria:
        _store(question.pk, rubric)


def copy_rubric(question_id: int, copy_id: int) -> None:
    """Give a copied question the rubric of the one it was copied from.

    Needs: an open transaction; the copy is part of a draft or a bank.
    """
    rubric = rubric_of(question_id)
    if rubric is not None:
        _store(copy_id, rubric)


def _store(question_id: int, rubric: RubricContent) -> None:
    stored = Rubric.objects.create(question_id=question_id, guidance=rubric.guidance)
    for place, criterion in enumerate(rubric.criteria, start=1):
        row = Criterion.objects.create(rubric=stored, order=place, name=criterion.name.strip())
        Level.objects.bulk_create(
            Level(criterion=row, order=number, points=level.points, text=level.text)
            for number, level in enumerate(criterion.levels, start=1)
        )
