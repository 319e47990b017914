"""Reads of files that are to be imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from exams.domain.imports import ImportState
from exams.domain.outline_diff import ImportMode
from exams.errors import ImportUnknown
from exams.models import ImportFile


@dataclass(frozen=True, slots=True)
class ImportCard:
    """One file without its bytes.

    Attributes:
        exam_id: The draft it is for; also the new exam once it is written.
        bank_id: The bank it is for; without either it becomes a new exam.
        choice: Name and version of a new exam, or whether the header is taken over.
        imported: How many questions were added; while it is written, how many the file holds.
        fault: Code and data of the refusal, when it could not be written.
    """

    id: UUID
    owner_id: int
    institution_id: int
    exam_id: int | None
    bank_id: int | None
    name: str
    file_format: str
    state: ImportState
    mode: ImportMode
    choice: Mapping[str, str | bool]
    imported: int
    changed: int
    removed: int
    reported: int
    fault: Mapping[str, object]


def import_card(import_id: UUID, *, owner_id: int) -> ImportCard:
    """Return a file of this person. One query.

    Raises:
        ImportUnknown: There is none, or it is somebody else's.
    """
    row = ImportFile.objects.defer("data").filter(pk=import_id, owner_id=owner_id).first()
    if row is None:
        raise ImportUnknown
    return card_of(row)


def import_bytes(import_id: UUID) -> bytes:
    """Return the content of a file; empty once it was imported.

    Raises:
        ImportUnknown: There is none.
    """
    found = ImportFile.objects.filter(pk=import_id).values_list("data", flat=True).first()
    if found is None:
        raise ImportUnknown
    return bytes(found)


def card_of(row: ImportFile) -> ImportCard:
    """Return the card of a row."""
    return ImportCard(
        id=row.pk,
        owner_id=row.owner_id,
        institution_id=row.institution_id,
        exam_id=row.exam_id,
        bank_id=row.bank_id,
        name=row.name,
        file_format=row.file_format,
        state=ImportState(row.state),
        mode=ImportMode(row.mode),
        choice=row.choice,
        imported=row.imported,
        changed=row.changed,
        removed=row.removed,
        reported=row.reported,
        fault=row.fault,
    )
