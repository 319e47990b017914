"""What runs without anybody asking: the tick of sittings and attempts, and grading."""

from celery import shared_task

from exams.domain.jobs import GRADE_QUEUE, GRADE_TASK
from exams.errors import ResultUnknown
from exams.services import attempts, grading, sittings
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
