"""Keep files between their preview and their import, and note what became of them.

A file lies in the database, not in a cache: a job may write it long after it was sent.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from exams.domain.imports import (
    IMPORT,
    IMPORT_QUEUE,
    IMPORT_TASK,
    KEPT_FOR,
    MOST_PER_PERSON,
    ImportAction,
    ImportState,
)
from exams.domain.outline_diff import ImportMode
from exams.errors import ImportOver, ImportUnknown
from exams.models import ImportFile
from exams.selectors.imports import ImportCard, card_of
from exams.services.outlines import Written
from kernel import clock, outbox
from kernel.errors import DomainError


@transaction.atomic
def keep_import(
    *,
    owner_id: int,
    institution_id: int,
    data: bytes,
    file_format: str,
    name: str = "",
    exam_id: int | None = None,
    bank_id: int | None = None,
) -> UUID:
    """Keep a file for a day, for the person who sent it, and return its id.

    Nobody keeps more than 20; the oldest go.

    Args:
        owner_id: Who sends it.
        institution_id: Whose exam or bank it is for.
        data: Its bytes.
        file_format: One of exchange.formats.Format.
        name: What it is called, to be shown.
        exam_id: The draft it is for.
        bank_id: The bank it is for; without either it becomes a new exam.
    """
    row = ImportFile.objects.create(
        owner_id=owner_id,
        institution_id=institution_id,
        data=data,
        file_format=file_format,
        name=name[:255],
        exam_id=exam_id,
        bank_id=bank_id,
    )
    mine = ImportFile.objects.filter(owner_id=owner_id).exclude(state=ImportState.QUEUED)
    newest = mine.order_by("-created_at").values_list("pk", flat=True)[:MOST_PER_PERSON]
    mine.exclude(pk__in=list(newest)).delete()
    return row.pk


@transaction.atomic
def choose_import(
    import_id: UUID,
    *,
    owner_id: int,
    mode: ImportMode,
    choice: Mapping[str, str | bool],
    total: int,
    as_job: bool,
) -> None:
    """Note how a file is to be written, and ask for the job that does it if it is a large one.

    Raises:
        ImportUnknown: There is none, or it is somebody else's.
        ImportOver: It is being written already, or it was.
    """
    action = ImportAction.QUEUE if as_job else ImportAction.CHOOSE
    mine = ImportFile.objects.filter(pk=import_id, owner_id=owner_id)
    chosen = {"mode": mode, "choice": dict(choice), "imported": total, "fault": {}}
    if not _move(mine, action, **chosen):
        for state in mine.values_list("state", flat=True):
            raise ImportOver(state=state)
        raise ImportUnknown
    if as_job:
        outbox.enqueue(IMPORT_TASK, {"import_id": str(import_id)}, queue=IMPORT_QUEUE)


def locked_import(import_id: UUID) -> ImportCard:
    """Return a file, its row locked, so that it is written once however many try.

    Raises:
        ImportUnknown: There is none.
    """
    row = ImportFile.objects.select_for_update().filter(pk=import_id).first()
    if row is None:
        raise ImportUnknown
    return card_of(row)


def finish_import(
    import_id: UUID, written: Written, *, reported: int, exam_id: int | None = None
) -> None:
    """Note what was written and let go of the bytes, in the transaction that wrote it.

    Raises:
        ImportOver: It was written before; that transaction is to be rolled back.
    """
    done = _move(
        ImportFile.objects.filter(pk=import_id),
        ImportAction.FINISH,
        data=b"",
        imported=written.added,
        changed=written.changed,
        removed=written.removed,
        reported=reported,
        finished_at=clock.now(),
        **({"exam_id": exam_id} if exam_id else {}),
    )
    if not done:
        raise ImportOver(state=ImportState.DONE)


def fail_import(import_id: UUID, error: DomainError) -> None:
    """Note why a file could not be written; nothing of it was, and it may be tried otherwise."""
    fault = {"code": error.code, **{name: str(value) for name, value in error.data.items()}}
    _move(ImportFile.objects.filter(pk=import_id), ImportAction.REFUSE, fault=fault)


def _move(rows: QuerySet[ImportFile], action: ImportAction, **changes: object) -> bool:
    """Move a file by one conditional UPDATE; False when its state does not allow it."""
    movable = rows.filter(state__in=IMPORT.sources(action))
    return bool(movable.update(state=IMPORT.target(action), **changes))


def purge_imports() -> int:
    """Delete what is older than a day and return how many rows went."""
    old = ImportFile.objects.filter(created_at__lt=clock.now() - KEPT_FOR)
    return old.delete()[0]
