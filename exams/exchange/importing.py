"""From a kept file to rows: what it holds, what it would change, and the writing of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from exams.domain.imports import IMPORT, ImportAction
from exams.domain.outline import DEFAULT_VERSION, ExamHeader, ExamOutline
from exams.domain.outline_diff import ImportMode, OutlineDiff, Place, compare
from exams.exchange.formats import Format, parse
from exams.exchange.items import Preview
from exams.exchange.writing import outline_of
from exams.selectors.imports import ImportCard, import_bytes
from exams.selectors.outlines import bank_outline, exam_outline
from exams.services.authoring import create_exam
from exams.services.imports import finish_import, locked_import
from exams.services.outlines import (
    Written,
    in_one_section,
    write_bank_outline,
    write_exam_outline,
    write_header,
)

_PROGRESS_S = 3600


@dataclass(frozen=True, slots=True)
class Look:
    """What a file would do where it is meant for.

    Attributes:
        seen: What the file holds.
        outline: The same as a whole exam.
        diff: What writing it would change.
        lines: Of each question of the outline, by its place.
        existing: How many questions are there already.
    """

    seen: Preview
    outline: ExamOutline
    diff: OutlineDiff
    lines: dict[Place, int]
    existing: int


def look_at(card: ImportCard) -> Look:
    """Return what a kept file would change; nothing is written.

    Raises:
        ImportUnknown, ExamUnknown: The file, or what it is for, is gone.
    """
    seen = parse(Format(card.file_format), import_bytes(card.id))
    outline, lines = outline_of(seen)
    old = _existing(card)
    if card.bank_id is not None:
        lines = _in_one(lines)
        outline = in_one_section(outline, old.pools[0].name)
    existing = sum(len(pool.questions) for pool in old.pools)
    return Look(seen, outline, compare(old, outline), lines, existing)


def _in_one(lines: dict[Place, int]) -> dict[Place, int]:
    """Return the same lines as if all sections were one."""
    return {(0, index): lines[place] for index, place in enumerate(sorted(lines))}


def _existing(card: ImportCard) -> ExamOutline:
    if card.bank_id is not None:
        return bank_outline(card.bank_id).outline
    if card.exam_id is not None:
        return exam_outline(card.exam_id).outline
    return ExamOutline()


@transaction.atomic
def run_import(import_id: UUID) -> None:
    """Write a file as it was chosen, all of it or nothing; once, however often this runs.

    Raises:
        ImportUnknown: It is gone.
        DomainError: It cannot be written as it is; nothing was.
    """
    card = locked_import(import_id)
    if card.state not in IMPORT.sources(ImportAction.FINISH):
        return
    seen = parse(Format(card.file_format), import_bytes(import_id))
    outline, _lines = outline_of(seen)
    written, exam_id = _write(card, outline, _teller(import_id))
    finish_import(import_id, written, reported=seen.reported, exam_id=exam_id)


def _write(
    card: ImportCard, outline: ExamOutline, progress: Callable[[int, int], None]
) -> tuple[Written, int | None]:
    if card.bank_id is not None:
        written = write_bank_outline(
            card.bank_id, outline, mode=card.mode, actor_id=card.owner_id, progress=progress
        )
        return written, None
    exam_id, mode = card.exam_id, card.mode
    if exam_id is None:
        exam_id, mode = _new_exam(card, outline.header), ImportMode.REPLACE
    written = write_exam_outline(
        exam_id,
        outline,
        mode=mode,
        actor_id=card.owner_id,
        with_header=card.exam_id is not None and bool(card.choice.get("with_header")),
        progress=progress,
    )
    return written, exam_id


def _new_exam(card: ImportCard, header: ExamHeader | None) -> int:
    """Create the exam that a file becomes, under the name that was chosen for it."""
    name = str(card.choice.get("name") or "")
    version = str(card.choice.get("version_label") or DEFAULT_VERSION)
    exam_id = create_exam(
        institution_id=card.institution_id,
        name=name,
        version_label=version,
        actor_id=card.owner_id,
    )
    if header is not None:
        write_header(exam_id, replace(header, name=name, version_label=version))
    return exam_id


@transaction.atomic
def create_exam_of(seen: Preview, *, institution_id: int, actor_id: int) -> int:
    """Write what a document of a whole exam holds as a new draft, all of it or nothing.

    Args:
        seen: Of a document that is an exam, with a header of its own.
        institution_id: Whose exam it becomes.
        actor_id: Its author; somebody else has to approve it.

    Raises:
        NameTaken: This exam and version exist already.
        DomainError: It cannot be written as it is.
    """
    assert seen.exam
    assert seen.exam.header
    header = seen.exam.header
    exam_id = create_exam(
        institution_id=institution_id,
        name=header.name,
        version_label=header.version_label,
        actor_id=actor_id,
    )
    write_header(exam_id, header)
    write_exam_outline(exam_id, seen.exam, mode=ImportMode.REPLACE, actor_id=actor_id)
    return exam_id


def _teller(import_id: UUID) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        cache.set(_key(import_id), (done, total), _PROGRESS_S)

    return tell


def progress_of(import_id: UUID) -> tuple[int, int]:
    """Return how many questions are written, and of how many; (0, 0) before the first.

    From the cache: rows that are being written can be seen by nobody yet.
    """
    found: tuple[int, int] | None = cache.get(_key(import_id))
    return (found[0], found[1]) if found else (0, 0)


def _key(import_id: UUID) -> str:
    return f"import:{import_id}"
