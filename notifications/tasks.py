"""Background work of notices; each may run twice without harm."""

from celery import shared_task

from kernel.outbox import job
from notifications.services import expansion, notices, reports, turns


@job(notices.EXPAND_TASK, queue=notices.QUEUE)
def expand_notice(*, notice_id: int) -> None:
    """Find the recipients of a due notice."""
    expansion.expand(notice_id)


@job(turns.SEND_TASK, queue=turns.QUEUE)
def send_batch(*, notice_id: int, turn: int) -> None:
    """Send the next messages of a notice, if it is still this batch's turn."""
    turns.take_turn(notice_id, turn=turn)


@shared_task(name="notifications.send_due", ignore_result=True)
def send_due() -> int:
    """Begin what is due and wake what is being sent; run by beat."""
    return notices.start_due() + turns.wake_all()


@shared_task(name="notifications.reconcile_unknown", ignore_result=True)
def reconcile_unknown() -> int:
    """Ask the provider about messages whose answer was lost; run by beat."""
    return reports.reconcile_unknown()
