"""Background work of notices; each may run twice without harm."""

from celery import shared_task

from kernel.outbox import job
from notifications.services import deliveries, expansion, notices, reports


@job(notices.EXPAND_TASK, queue=notices.QUEUE)
def expand_notice(*, notice_id: int) -> None:
    """Find the recipients of a due notice."""
    expansion.expand(notice_id)


@job(deliveries.SEND_TASK, queue=deliveries.QUEUE)
def send_batch(*, notice_id: int) -> None:
    """Send the next messages of a notice."""
    deliveries.send_batch(notice_id)


@shared_task(name="notifications.send_due", ignore_result=True)
def send_due() -> int:
    """Begin what is due and wake what is being sent; run by beat."""
    return notices.start_due() + deliveries.wake_all()


@shared_task(name="notifications.reconcile_unknown", ignore_result=True)
def reconcile_unknown() -> int:
    """Ask the provider about messages whose answer was lost; run by beat."""
    return reports.reconcile_unknown()
