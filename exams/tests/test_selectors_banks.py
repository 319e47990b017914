from decimal import Decimal

import pytest

from exams.errors import ExamUnknown
from exams.selectors.banks import bank_view, questions_of_bank, questions_to_copy
from exams.services import authoring
from exams.tests.conftest import Cast, drafts
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def test_a_bank_counts_and_lists_its_questions_with_their_exam(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Algebra")
    for draft in drafts()[:2]:
        authoring.add_bank_question(bank_id, draft)
    view = bank_view(bank_id)
    assert (view.name, view.questions, view.points) == ("Algebra", 2, Decimal(3))
    listed = questions_of_bank(bank_id)
    assert [(question.name, exam) for question, exam in listed] == [
        ("canary-name-two", ""),
        ("canary-name-one", ""),
    ]
    assert listed[1][0].choices == 2
    draft_exam(cast)
    of_exam = authoring.bank_for(institution_id=cast.institution.pk, name="Draft exam")
    assert {exam for _question, exam in questions_of_bank(of_exam)} == {"Draft exam (1)"}


def test_only_questions_outside_of_exams_and_of_ones_own_institution_can_be_copied(
    cast: Cast,
) -> None:
    draft_exam(cast)
    mine = authoring.create_bank(institution_id=cast.institution.pk, name="Mine")
    wanted = authoring.add_bank_question(mine, drafts()[0])
    assert cast.olga.institution is not None
    away = authoring.create_bank(institution_id=cast.olga.institution.pk, name="Away")
    authoring.add_bank_question(away, drafts()[1])
    (only,) = questions_to_copy(cast.institution.pk)
    assert (only.id, only.bank, only.name) == (wanted, "Mine", "canary-name-one")


def test_an_unknown_bank_is_refused() -> None:
    with pytest.raises(ExamUnknown):
        bank_view(0)
