"""Beat: push commands again that no browser has acknowledged."""

from celery import shared_task

from proctoring.services.commands import resend_unacknowledged


@shared_task(name="proctoring.resend_commands", ignore_result=True)
def resend_commands() -> int:
    """Push what is due; returns how many commands were pushed."""
    return resend_unacknowledged()
