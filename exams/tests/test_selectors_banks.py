from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.domain.answer import QuestionKind
from exams.errors import ExamUnknown
from exams.models import Question, QuestionBank
from exams.selectors.banks import (
    PAGE_SIZE,
    bank_view,
    banks_of_institution,
    questions_of_bank,
    questions_to_copy,
)
from exams.services import authoring, questions
from exams.tests.conftest import Cast, approved_exam, drafts
from exams.tests.pages import draft_exam

pytestmark = pytest.mark.django_db


def test_a_bank_counts_and_lists_its_questions_with_their_exam(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Algebra")
    for draft in drafts()[:2]:
        questions.add_bank_question(bank_id, draft)
    view = bank_view(bank_id)
    assert (view.name, view.questions, view.points) == ("Algebra", 2, Decimal(3))
    listed = questions_of_bank(bank_id).questions
    assert [(question.name, exam) for question, exam in listed] == [
        ("canary-name-two", ""),
        ("canary-name-one", ""),
    ]
    assert listed[1][0].choices == 2
    draft_exam(cast)
    of_exam = authoring.bank_for(institution_id=cast.institution.pk, name="Draft exam")
    assert {exam for _question, exam in questions_of_bank(of_exam).questions} == {"Draft exam (1)"}


def test_a_bank_counts_the_points_that_can_be_reached(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Algebra")
    essay = drafts()[3]
    for draft in (
        replace(essay, name="essay"),
        replace(essay, name="read", kind=QuestionKind.INFO),
        replace(essay, name="unkeyed", kind=QuestionKind.INT),
        drafts()[0],
    ):
        questions.add_bank_question(bank_id, draft)
    assert bank_view(bank_id).points == Decimal(3)
    listed = {
        question.name: question.points for question, _exam in questions_of_bank(bank_id).questions
    }
    assert listed == {"essay": 1, "read": 0, "unkeyed": 0, "canary-name-one": 2}


def test_a_bank_is_read_page_by_page(cast: Cast) -> None:
    bank_id = authoring.create_bank(institution_id=cast.institution.pk, name="Large")
    bank = QuestionBank.objects.get(pk=bank_id)
    Question.objects.bulk_create(
        Question(bank=bank, name=f"{n:03}", kind=QuestionKind.TEXT, prompt="p")
        for n in range(PAGE_SIZE + 1)
    )
    with CaptureQueriesContext(connection) as seen:
        first = questions_of_bank(bank_id)
    assert len(seen) == 2
    assert (len(first.questions), first.total, first.number, first.pages) == (50, 51, 1, 2)
    assert first.questions[0][0].name == "050"
    last = questions_of_bank(bank_id, page=9)
    assert ([one.name for one, _exam in last.questions], last.number) == (["000"], 2)
    assert questions_of_bank(bank_id, query="nothing").pages == 1


def test_only_questions_outside_of_exams_and_of_ones_own_institution_can_be_copied(
    cast: Cast,
) -> None:
    draft_exam(cast)
    mine = authoring.create_bank(institution_id=cast.institution.pk, name="Mine")
    wanted = questions.add_bank_question(mine, drafts()[0])
    assert cast.olga.institution is not None
    away = authoring.create_bank(institution_id=cast.olga.institution.pk, name="Away")
    questions.add_bank_question(away, drafts()[1])
    page = questions_to_copy(cast.institution.pk)
    assert (page.total, page.number, page.pages) == (1, 1, 1)
    (only,) = page.questions
    assert (only.id, only.bank, only.name) == (wanted, "Mine", "canary-name-one")


@pytest.mark.parametrize(
    ("query", "found"),
    [("ONE", 1), ("prompt-two", 1), ("ine", 2), ("canary-choice-right", 0), ("%", 0)],
)
def test_names_words_and_banks_are_searched_but_no_key(cast: Cast, query: str, found: int) -> None:
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Mine")
    for draft in drafts()[:2]:
        questions.add_bank_question(bank, draft)
    assert questions_to_copy(cast.institution.pk, query=query).total == found


def test_an_unknown_bank_is_refused() -> None:
    with pytest.raises(ExamUnknown):
        bank_view(0)


def test_banks_with_their_counts(cast: Cast) -> None:
    approved_exam(cast)
    (bank,) = banks_of_institution(cast.institution.pk)
    assert (bank.name, bank.questions, bank.points) == ("Chemistry", 4, Decimal(5))
