"""The worker's heartbeat: sent by beat, run by a worker, so it proves that both live."""

from celery import shared_task

from monitoring import heartbeat


@shared_task(name="monitoring.beat_worker", ignore_result=True)
def beat_worker() -> None:
    """Record that a worker took a task that beat sent."""
    heartbeat.beat("worker")
