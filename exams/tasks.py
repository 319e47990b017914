"""What runs without anybody asking: the tick of sittings and attempts, and grading."""

from celery import shared_task

from exams.domain.jobs import APPLY_TASK, GRADE_QUEUE, GRADE_TASK, PREVIEW_TASK
from exams.errors import RegradeUnknown, ResultUnknown
from exams.services import attempts, grading, regrade_apply, regrade_preview, sittings
from kernel.outbox import PermanentFailure, job


@shared_task(name="exams.tick", ignore_result=True)
def tick() -> dict[str, int]:
    """Do what the clock asks of every sitting and attempt; any number of these may run at once.

    Attempts go first, so that a sitting whose last attempt expires is closed in the same tick.
    """
    expired = attempts.expire_due()
    return {"expired": expired, "moved": sittings.move_due_sittings()}


@job(GRADE_TASK, queue=GRADE_QUEUE)
def grade_attempt(*, attempt_id: int) -> None:
    """Grade one submission; killed at any point it simply runs again."""
    try:
        grading.grade_attempt(attempt_id)
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
