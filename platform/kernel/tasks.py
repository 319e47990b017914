"""The outbox sweeper, run by beat every two seconds."""

from celery import shared_task

from kernel import outbox


@shared_task(name="kernel.sweep_outbox", ignore_result=True)
def sweep_outbox() -> int:
    """Send what is due or went silent; returns how many entries were sent."""
    return outbox.sweep()
