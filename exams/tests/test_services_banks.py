import pytest

from exams.errors import BankNotEmpty, ExamUnknown, NameTaken
from exams.selectors.banks import bank_view, banks_of_institution
from exams.services import authoring
from exams.services.banks import delete_bank, rename_bank
from exams.services.questions import add_bank_question, delete_question
from exams.tests.conftest import Cast, drafts
from kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_bank_gets_another_name_unless_it_is_taken(cast: Cast) -> None:
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Algebra")
    authoring.create_bank(institution_id=cast.institution.pk, name="Geometry")
    rename_bank(bank, name=" Numbers ")
    assert bank_view(bank).name == "Numbers"
    with pytest.raises(NameTaken):
        rename_bank(bank, name="GEOMETRY")
    rename_bank(bank, name="  ")
    assert bank_view(bank).name == "Numbers"


def test_only_an_empty_bank_is_deleted_and_it_is_recorded(cast: Cast) -> None:
    bank = authoring.create_bank(institution_id=cast.institution.pk, name="Algebra")
    question = add_bank_question(bank, drafts()[0])
    with pytest.raises(BankNotEmpty):
        delete_bank(bank, actor_id=cast.author.pk)
    delete_question(question)
    delete_bank(bank, actor_id=cast.author.pk)
    assert banks_of_institution(cast.institution.pk) == []
    assert AuditEntry.objects.filter(action="bank.deleted", subject=f"bank:{bank}").exists()


def test_a_bank_that_is_not_there_is_neither_renamed_nor_deleted(cast: Cast) -> None:
    with pytest.raises(ExamUnknown):
        rename_bank(0, name="x")
    with pytest.raises(ExamUnknown):
        delete_bank(0, actor_id=cast.author.pk)
