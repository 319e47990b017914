"""Background work of the scanner; each job may run twice without harm."""

from uuid import UUID

from celery import shared_task

from kernel.outbox import job
from scanner import services


@job(services.SCAN_TASK, queue=services.QUEUE)
def scan_upload(*, upload_id: str) -> None:
    """Check one upload. An engine that does not answer is no failure: the file goes back."""
    services.scan_upload(UUID(upload_id))


@shared_task(name="scanner.requeue_waiting", ignore_result=True)
def requeue_waiting() -> int:
    """Ask for the checks that wait, once an engine answers; run by beat."""
    return services.requeue_waiting()


@shared_task(name="scanner.purge_old", ignore_result=True)
def purge_old() -> int:
    """Delete the bytes of old rejected uploads and files without a row; run by beat."""
    return services.purge_old()
