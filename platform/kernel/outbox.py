"""Background jobs that cannot be lost: a row in the caller's transaction, then a Celery message.

The row is the truth, the message only wakes a worker. If the message is lost (Redis emptied,
worker killed), the sweeper sends it again; so every job must be idempotent.
"""

import functools
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from celery import current_app, shared_task
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError as BrokerDown

from kernel import clock
from kernel.jobstates import JOB, JobAction, JobState
from kernel.models import OutboxEntry
from kernel.sender import Sender

log = structlog.get_logger(__name__)

RESEND_AFTER: Final = timedelta(seconds=30)  # a message that nobody picked up
LEASE: Final = timedelta(seconds=45)  # a run whose worker went silent
MAX_ATTEMPTS: Final = 8
BATCH: Final = 200

_queues: dict[str, str] = {}  # job → its queue; each entry carries it to the broker


def enqueue(
    task: str,
    kwargs: dict[str, Any],
    *,
    queue: str | None = None,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
) -> UUID | None:
    """Ask for one run of a job, in the caller's transaction; sent after commit.

    Args:
        task: Name given to `job()`.
        kwargs: JSON-safe arguments.
        queue: Celery queue; default the one given to `job()`.
        dedupe_key: At most one job ever for this key; a second ask is ignored.
        run_at: Not before this instant (aware UTC); default now.

    Returns:
        The entry's id, or None when a job with this key exists already.

    Raises:
        ValueError: No queue is given and no job has this name.
    """
    entry = OutboxEntry(
        task=task,
        kwargs=kwargs,
        queue=queue or queue_of(task),
        dedupe_key=dedupe_key,
        run_at=run_at or clock.now(),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    created = OutboxEntry.objects.bulk_create([entry], ignore_conflicts=dedupe_key is not None)
    if dedupe_key is not None and not OutboxEntry.objects.filter(pk=entry.pk).exists():
        return None
    if entry.run_at <= clock.now():
        transaction.on_commit(functools.partial(sender.hand_over, entry.pk), robust=True)
    return created[0].pk


def queue_of(task: str) -> str:
    """Return the queue given to `job(task)`; loads the apps' tasks when this process has not.

    Raises:
        ValueError: No job has this name: a row for it would wait for ever.
    """
    if task not in _queues:
        current_app.loader.import_default_modules()
    try:
        return _queues[task]
    except KeyError:
        raise ValueError(f"no job is named {task!r}") from None


def send(entry_ids: list[UUID]) -> int:
    """Hand entries to the broker; those it does not take stay open for the sweeper.

    An entry is marked only if no worker has begun it meanwhile (its number of attempts is still
    the one read), so that a run under way is never called "sent".
    """
    sent = 0
    for entry in OutboxEntry.objects.filter(
        pk__in=entry_ids, state__in=JOB.sources(JobAction.SEND)
    ).order_by("run_at"):
        try:
            current_app.send_task(
                entry.task,
                kwargs={**entry.kwargs, "outbox_id": str(entry.pk)},
                queue=entry.queue,
                task_id=f"{entry.pk}.{entry.attempts}",
                headers={"request_id": entry.request_id},
                retry=False,
            )
        except (BrokerDown, OSError) as error:
            log.warning("outbox.broker_down", error=str(error))
            break
        sent += OutboxEntry.objects.filter(
            pk=entry.pk, state=entry.state, attempts=entry.attempts
        ).update(state=JobState.SENT, sent_at=clock.now())
    return sent


sender: Final = Sender(send)


def sweep() -> int:
    """Send every entry that is due, was never picked up, or whose worker went silent."""
    now = clock.now()
    _park_deadly(now)
    due = OutboxEntry.objects.filter(
        Q(state=JobState.WAITING, run_at__lte=now)
        | Q(state=JobState.SENT, sent_at__lt=now - RESEND_AFTER)
        | Q(state=JobState.RUNNING, started_at__lt=now - LEASE)
    )
    return send(list(due.order_by("run_at").values_list("pk", flat=True)[:BATCH]))


def _park_deadly(now: datetime) -> None:
    """Park the jobs whose worker died in the middle of every run: they would kill on for ever."""
    parked = OutboxEntry.objects.filter(
        state=JobState.RUNNING, started_at__lt=now - LEASE, attempts__gte=MAX_ATTEMPTS
    ).update(
        state=JobState.PARKED,
        finished_at=now,
        last_error=f"The worker ended without a word in the last of {MAX_ATTEMPTS} runs.",
    )
    if parked:
        log.error("outbox.parked_deadly", jobs=parked)


def begin(outbox_id: UUID) -> int:
    """Claim one run and return its number, from 1 on.

    0 when the job is done, parked, or running under a live lease.
    """
    now = clock.now()
    claimable = OutboxEntry.objects.filter(
        Q(state__in=[JobState.WAITING, JobState.SENT])
        | Q(state=JobState.RUNNING, started_at__lt=now - LEASE, attempts__lt=MAX_ATTEMPTS),
        pk=outbox_id,
    )
    before = claimable.values_list("attempts", flat=True).first()
    if before is None:
        return 0
    run = before + 1
    claimed = claimable.filter(attempts=before).update(
        state=JobState.RUNNING, started_at=now, attempts=run
    )
    return run if claimed else 0


def finish(outbox_id: UUID, run: int) -> None:
    """Record the success of a run."""
    _end(outbox_id, run, state=JobState.DONE, finished_at=clock.now(), last_error="")


def fail(outbox_id: UUID, run: int, error: str, *, permanent: bool) -> None:
    """Record a failed run: again later with a growing pause, or parked for a person."""
    parked = permanent or run >= MAX_ATTEMPTS
    pause = timedelta(seconds=min(2**run, 300))
    _end(
        outbox_id,
        run,
        state=JobState.PARKED if parked else JobState.WAITING,
        run_at=clock.now() + pause,
        finished_at=clock.now() if parked else None,
        last_error=error[-4000:],
    )


def _end(outbox_id: UUID, run: int, **changes: object) -> None:
    """Move the row out of this run; a run that lost its lease to another one changes nothing."""
    mine = OutboxEntry.objects.filter(pk=outbox_id, state=JobState.RUNNING, attempts=run)
    if not mine.update(**changes):
        log.warning("outbox.run_overtaken", outbox_id=str(outbox_id), run=run)


class PermanentFailure(Exception):
    """Raised by a job that must not be tried again; the entry is parked with the reason."""


def job(name: str, *, queue: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn an idempotent function into a Celery task that keeps its state in the outbox.

    Args:
        name: Task name, as given to `enqueue`.
        queue: Celery queue that runs it.
    """

    def decorate(run: Callable[..., None]) -> Callable[..., None]:
        _queues[name] = queue

        @shared_task(name=name, ignore_result=True)
        @functools.wraps(run)
        def task(*, outbox_id: str, **kwargs: object) -> None:
            _run_once(run, UUID(outbox_id), kwargs)

        return task

    return decorate


def _run_once(work: Callable[..., None], outbox_id: UUID, kwargs: dict[str, object]) -> None:
    run = begin(outbox_id)
    if not run:
        return
    try:
        work(**kwargs)
    except PermanentFailure as error:
        fail(outbox_id, run, str(error), permanent=True)
    except Exception:  # any failure of a job is stored and retried: the row must not be lost
        log.exception("job.failed", outbox_id=str(outbox_id))
        fail(outbox_id, run, traceback.format_exc(), permanent=False)
    else:
        finish(outbox_id, run)
