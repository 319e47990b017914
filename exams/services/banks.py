"""Rename and delete question banks. What moves between them: exams/services/rearranging.py."""

from django.db import transaction
from django.db.models import ProtectedError

from exams.errors import BankNotEmpty, ExamUnknown
from exams.models import QuestionBank
from exams.services.drafts import refusing_taken_names
from exams.services.trail import append_line


@refusing_taken_names
def rename_bank(bank_id: int, *, name: str) -> None:
    """Give a bank another name; an empty one changes nothing.

    Raises:
        ExamUnknown: There is none.
        NameTaken: The institution has a bank of this name, in any case of letters.
    """
    bank = _locked(bank_id)
    bank.name = name.strip() or bank.name
    bank.save(update_fields=["name"])


@transaction.atomic
def delete_bank(bank_id: int, *, actor_id: int) -> None:
    """Delete a bank without questions.

    Raises:
        ExamUnknown: There is none.
        BankNotEmpty: It holds questions, of exams or its own.
    """
    bank = _locked(bank_id)
    append_line("bank.deleted", bank, actor_id, data={"name": bank.name})
    try:
        bank.delete()
    except ProtectedError:
        raise BankNotEmpty(bank=bank_id) from None


def _locked(bank_id: int) -> QuestionBank:
    bank = QuestionBank.objects.select_for_update().filter(pk=bank_id).first()
    if bank is None:
        raise ExamUnknown(bank=bank_id)
    return bank
