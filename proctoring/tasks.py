"""Beat: push commands again that no browser has acknowledged; end views nobody vouches for."""

from celery import shared_task

from proctoring.services.commands import resend_unacknowledged
from proctoring.services.watch import end_silent_views


@shared_task(name="proctoring.resend_commands", ignore_result=True)
def resend_commands() -> int:
    """Push what is due; returns how many commands were pushed."""
    return resend_unacknowledged()


@shared_task(name="proctoring.end_silent_views", ignore_result=True)
def end_views() -> int:
    """End the views of processes that have died; returns how many."""
    return end_silent_views()
