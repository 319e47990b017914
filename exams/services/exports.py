"""Take results out of the system: who took what is on the audit trail before a byte leaves."""

from enum import StrEnum

from django.db import transaction

from exams.errors import ResultUnknown, SittingUnknown
from exams.models import Result, Sitting
from exams.services.trail import append_line


class Form(StrEnum):
    """The kinds of file."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


@transaction.atomic
def record_export(sitting_id: int, form: Form, *, actor_id: int) -> None:
    """Record that somebody takes the results of a sitting out.

    Raises:
        SittingUnknown: There is none.
    """
    sitting = Sitting.objects.filter(pk=sitting_id).first()
    if sitting is None:
        raise SittingUnknown(sitting=sitting_id)
    papers = Result.objects.filter(attempt__sitting_id=sitting_id).count()
    facts: dict[str, object] = {"form": form.value, "papers": papers}
    append_line("results.exported", sitting, actor_id, data=facts)


@transaction.atomic
def record_sheet(attempt_id: int, *, actor_id: int) -> None:
    """Record that a member of staff takes the result sheet of one student out.

    Raises:
        ResultUnknown: Nothing was handed in.
    """
    result = Result.objects.select_related("attempt__sitting").filter(attempt_id=attempt_id).first()
    if result is None:
        raise ResultUnknown(attempt=attempt_id)
    append_line("result.exported", result, actor_id, data={"form": Form.PDF.value})
