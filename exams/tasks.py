"""What runs without anybody asking: the tick of sittings and attempts, and grading."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from celery import shared_task

from exams.domain.imports import IMPORT_QUEUE, IMPORT_TASK
from exams.domain.jobs import APPLY_TASK, GRADE_QUEUE, GRADE_TASK, PREVIEW_TASK
from exams.errors import RegradeUnknown, ResultUnknown
from exams.exchange import importing
from exams.services import attempts, grading, imports, regrade_apply, regrade_preview, sittings
from kernel.errors import DomainError
from kernel.outbox import PermanentFailure, batched_job, job


@shared_task(name="exams.tick", ignore_result=True)
def tick() -> dict[str, int]:
    """Do what the clock asks of every sitting and attempt; any number of these may run at once.

    Attempts go first, so that a sitting whose last attempt expires is closed in the same tick.
    """
    expired = attempts.expire_due()
    return {"expired": expired, "moved": sittings.move_due_sittings()}


@shared_task(name="exams.purge_imports", ignore_result=True)
def purge_imports() -> int:
    """Forget the files of imports that are older than a day."""
    return imports.purge_imports()


@job(IMPORT_TASK, queue=IMPORT_QUEUE)
def import_file(*, import_id: str) -> None:
    """Write the questions of a large file; killed at any point it begins again from nothing.

    A refusal is an answer: it is noted for the person who waits, and not tried again.
    """
    try:
        importing.run_import(UUID(import_id))
    except DomainError as error:
        imports.fail_import(UUID(import_id), error)


@batched_job(GRADE_TASK, queue=GRADE_QUEUE)
def grade_attempt(entries: Sequence[Mapping[str, Any]]) -> None:
    """Grade the submissions that wait; killed at any point it simply runs again."""
    try:
        grading.grade_attempts([entry["attempt_id"] for entry in entries])
    except ResultUnknown as error:
        raise PermanentFailure(str(error)) from error


@job(PREVIEW_TASK, queue=GRADE_QUEUE)
def preview_regrade(*, run_id: int, edition: int) -> None:
    """Compute what a regrade changes; killed at any point it goes on where it stood."""
    try:
        regrade_preview.compute_preview(run_id, edition)
    except RegradeUnknown as error:
        raise PermanentFailure(str(error)) from error


@job(APPLY_TASK, queue=GRADE_QUEUE)
def apply_regrade(*, run_id: int) -> None:
    """Write an approved regrade to the results, all or nothing."""
    try:
        regrade_apply.apply_regrade(run_id)
    except RegradeUnknown as error:
        raise PermanentFailure(str(error)) from error
