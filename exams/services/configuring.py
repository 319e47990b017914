"""Write the configuration of a draft: how the exam is to be held and marked."""

from typing import Any

from django.db import transaction

from accounts.errors import Forbidden
from accounts.policies import can_author_exams
from accounts.selectors import roles_of
from exams.domain.configuration import faults_of
from exams.errors import DocumentInvalid
from exams.services.drafts import writable_exam
from exams.services.trail import append_line


@transaction.atomic
def configure_exam(exam_id: int, document: dict[str, Any], *, actor_id: int) -> bool:
    """Put a configuration in place of the one a draft has; False when it is the same.

    What it does not say is the default. It is approved and hashed with the questions, and gives
    the rules of each sitting that does not say otherwise.

    Raises:
        ExamUnknown, ExamFrozen: There is none, or it is not a draft.
        Forbidden: The actor does not write exams of this institution.
        DocumentInvalid: `faults` say where and how; nothing was changed.
    """
    faults = faults_of(document)
    if faults:
        raise DocumentInvalid(faults="; ".join(str(fault) for fault in faults))
    exam = writable_exam(exam_id)
    if not can_author_exams(roles_of(actor_id), institution_id=exam.institution_id):
        raise Forbidden
    before = exam.configuration
    if before == document:
        return False
    exam.configuration = document
    exam.save(update_fields=["configuration"])
    append_line("exam.configured", exam, actor_id, data={"before": before, "after": document})
    return True
