"""Writing exams: names, headers, deletion."""

from decimal import Decimal

import pytest

from exams.errors import ExamIncomplete, NameTaken
from exams.models import Exam, Question, QuestionPool
from exams.services import authoring, pools, questions
from exams.tests.conftest import Cast, drafts
from kernel.models import AuditEntry


def test_a_version_exists_once_whatever_the_case(cast: Cast, exam_id: int) -> None:
    with pytest.raises(NameTaken):
        authoring.create_exam(
            institution_id=cast.institution.pk, name="PHYSICS", actor_id=cast.author.pk
        )
    assert authoring.create_exam(
        institution_id=cast.institution.pk,
        name="physics",
        version_label="2",
        actor_id=cast.author.pk,
    )
    assert cast.olga.institution_id is not None
    assert authoring.create_exam(
        institution_id=cast.olga.institution_id, name="Physics", actor_id=cast.olga.pk
    )


@pytest.mark.parametrize(
    ("name", "passing"), [(" ", "50"), ("X", "101"), ("X", "-1"), ("X", "NaN")]
)
def test_a_header_must_make_sense(cast: Cast, name: str, passing: str) -> None:
    with pytest.raises(ExamIncomplete):
        authoring.create_exam(
            institution_id=cast.institution.pk,
            name=name,
            passing_score=Decimal(passing),
            actor_id=cast.author.pk,
        )
    assert not Exam.objects.exists()


def test_the_header_of_a_draft_can_change(exam_id: int) -> None:
    authoring.update_exam(
        exam_id, name="Optics", subject="Physics", version_label="3", passing_score=Decimal("66.5")
    )
    assert str(Exam.objects.get()) == "Optics (3)"


def test_a_draft_is_deleted_whole_and_the_trail_knows(
    cast: Cast, exam_id: int, pool_id: int
) -> None:
    questions.add_question(pool_id, drafts()[0])
    pools.update_pool(pool_id, name="", randomize_questions=True, number_to_answer=1)
    assert QuestionPool.objects.get().name == "First"
    authoring.delete_exam(exam_id, actor_id=cast.author.pk)
    assert not Question.objects.exists()
    assert AuditEntry.objects.get(action="exam.deleted").actor_id == cast.author.pk
