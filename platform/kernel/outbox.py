"""Background jobs that cannot be lost: a row in the caller's transaction, then a Celery message.

The row is the truth, the message only wakes a worker. If the message is lost (Redis emptied,
worker killed), the sweeper sends it again; so every job must be idempotent.
"""

import functools
import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from celery import current_app, shared_task
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError as BrokerDown

from kernel import clock
from kernel.batches import claim_batch, finish_batch
from kernel.jobstates import JOB, JobAction, JobState
from kernel.models import OutboxEntry
from kernel.prepared import fetch_prepared
from kernel.sender import Sender

log = structlog.get_logger(__name__)

RESEND_AFTER: Final = timedelta(seconds=30)  # a message that nobody picked up
LEASE: Final = timedelta(seconds=45)  # a run whose worker went silent
MAX_ATTEMPTS: Final = 8
BATCH: Final = 200
TOGETHER: Final = 50  # entries of a batched job that one message stands for and one run takes

_ADD: Final = """
INSERT INTO kernel_outboxentry
       (id, task, queue, kwargs, dedupe_key, state, attempts, run_at, last_error, request_id)
VALUES (%(id)s, %(task)s, %(queue)s, %(kwargs)s::text::jsonb, %(dedupe_key)s, 'waiting', 0,
        %(run_at)s, '', %(request_id)s)
    ON CONFLICT (dedupe_key) DO NOTHING
RETURNING id
"""

_queues: dict[str, str] = {}  # job → its queue; each entry carries it to the broker
_batched: set[str] = set()  # jobs of which one run takes many entries


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
    now = clock.now()
    entry: dict[str, object] = {
        "id": uuid4(),
        "task": task,
        "queue": queue or queue_of(task),
        "kwargs": json.dumps(kwargs),
        "dedupe_key": dedupe_key,
        "run_at": run_at or now,
        "request_id": str(structlog.contextvars.get_contextvars().get("request_id", "")),
    }
    added = fetch_prepared(_ADD, entry)
    if added is None:
        return None
    entry_id: UUID = added[0]
    if run_at is None or run_at <= now:
        transaction.on_commit(functools.partial(sender.hand_over, entry_id), robust=True)
    return entry_id


def queue_of(task: str) -> str:
    """Return the queue given to `job(task)`; loads the apps' tasks when this process has not.

    Raises:
        ValueError: No job has this name: a row for it would wait for ever.
    """
    if task not in _queues:
        load_jobs()
    try:
        return _queues[task]
    except KeyError:
        raise ValueError(f"no job is named {task!r}") from None


def load_jobs() -> None:
    """Load the tasks of all apps, so that this process knows every job; the first time costs."""
    current_app.loader.import_default_modules()


def send(entry_ids: list[UUID]) -> int:
    """Hand entries to the broker; those it does not take stay open for the sweeper.

    Fresh entries of a batched job share a message: whoever gets it takes all that wait.

    Returns:
        How many are marked as sent.
    """
    load_jobs()
    wanted = OutboxEntry.objects.filter(pk__in=entry_ids, state__in=JOB.sources(JobAction.SEND))
    entries = list(wanted.order_by("run_at"))
    sent = 0
    for group in _messages(entries):
        try:
            _wake(group[0])
        except (BrokerDown, OSError) as error:
            log.warning("outbox.broker_down", error=str(error))
            break
        sent += _mark_sent(group)
    return sent


def _messages(entries: list[OutboxEntry]) -> list[list[OutboxEntry]]:
    """Return the entries by message. One that was begun before has its own: it may be deadly."""
    fresh: dict[str, list[OutboxEntry]] = {}
    groups = []
    for entry in entries:
        if entry.task in _batched and entry.attempts == 0:
            fresh.setdefault(entry.task, []).append(entry)
        else:
            groups.append([entry])
    for waiting in fresh.values():
        groups += [waiting[at : at + TOGETHER] for at in range(0, len(waiting), TOGETHER)]
    return groups


def _wake(entry: OutboxEntry) -> None:
    current_app.send_task(
        entry.task,
        kwargs={**entry.kwargs, "outbox_id": str(entry.pk)},
        queue=entry.queue,
        task_id=f"{entry.pk}.{entry.attempts}",
        headers={"request_id": entry.request_id},
        retry=False,
    )


def _mark_sent(group: list[OutboxEntry]) -> int:
    """Note that a message is under way.

    Only of those that no worker has begun meanwhile (the number of attempts is still the one read),
    so that a run under way is never called "sent".
    """
    same = OutboxEntry.objects.filter(
        pk__in=[entry.pk for entry in group], state__in={entry.state for entry in group}
    )
    return same.filter(attempts=group[0].attempts).update(state=JobState.SENT, sent_at=clock.now())


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


ManyJobs = Callable[[Sequence[Mapping[str, Any]]], None]


def batched_job(name: str, *, queue: str) -> Callable[[ManyJobs], Callable[..., None]]:
    """Turn an idempotent function over the arguments of many jobs into such a task.

    One run takes every entry that waits, up to TOGETHER. When it fails each of them is run by
    itself, so that one bad entry holds up no other; one that was begun before always runs alone.

    Args:
        name: Task name, as given to `enqueue`.
        queue: Celery queue that runs it.
    """

    def decorate(run: ManyJobs) -> Callable[..., None]:
        _queues[name] = queue
        _batched.add(name)

        def alone(**kwargs: object) -> None:
            run([kwargs])

        @shared_task(name=name, ignore_result=True)
        @functools.wraps(run)
        def task(*, outbox_id: str, **kwargs: object) -> None:
            taken = claim_batch(name, TOGETHER)
            _run_together(run, alone, taken)
            if UUID(outbox_id) not in taken:
                _run_once(alone, UUID(outbox_id), kwargs)

        return task

    return decorate


def _run_together(
    run: ManyJobs, alone: Callable[..., None], taken: Mapping[UUID, dict[str, Any]]
) -> None:
    if not taken:
        return
    try:
        run(list(taken.values()))
    except Exception:  # one of them: each is tried by itself, where its failure is stored
        log.exception("job.batch_failed", entries=len(taken))
        for outbox_id, kwargs in taken.items():
            _work_off(alone, outbox_id, 1, kwargs)
    else:
        finish_batch(list(taken))


def _run_once(work: Callable[..., None], outbox_id: UUID, kwargs: dict[str, object]) -> None:
    run = begin(outbox_id)
    if run:
        _work_off(work, outbox_id, run, kwargs)


def _work_off(
    work: Callable[..., None], outbox_id: UUID, run: int, kwargs: Mapping[str, object]
) -> None:
    """Do the work of a run that was claimed and store how it ended."""
    try:
        work(**kwargs)
    except PermanentFailure as error:
        fail(outbox_id, run, str(error), permanent=True)
    except Exception:  # any failure of a job is stored and retried: the row must not be lost
        log.exception("job.failed", outbox_id=str(outbox_id))
        fail(outbox_id, run, traceback.format_exc(), permanent=False)
    else:
        finish(outbox_id, run)
