"""Jobs that cannot be lost: rows, real workers, a killed worker, an emptied and a hung broker."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import kombu
import pytest
import redis
import time_machine
from celery import current_app
from django.conf import settings
from django.db import transaction

from kernel import clock, outbox
from kernel.jobstates import JobAction, JobState
from kernel.models import OutboxEntry
from kernel.outbox import LEASE, MAX_ATTEMPTS, RESEND_AFTER, PermanentFailure, enqueue, job
from kernel.tests.engines import PrivateValkey
from kernel.tests.machines import disagreements, moves_of_row
from kernel.tests.test_jobstates import EXPECTED

ROOT = Path(__file__).resolve().parents[3]


def ask(task: str, kwargs: dict[str, Any] | None = None, **options: Any) -> UUID:
    """Enqueue a job that is new."""
    entry_id = enqueue(task, kwargs or {}, **options)
    assert entry_id is not None
    return entry_id


def state_of(entry_id: UUID) -> str:
    return OutboxEntry.objects.get(pk=entry_id).state


def until(fact: Callable[[], object], timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not fact():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


# ── Rules of the row (no worker) ────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_job_is_a_row_of_the_callers_transaction() -> None:
    with transaction.atomic():
        enqueue("tests.x", {"n": 1}, queue="t")
        transaction.set_rollback(True)
    assert OutboxEntry.objects.count() == 0
    entry = OutboxEntry.objects.get(pk=ask("tests.x", {"n": 1}, queue="t"))
    assert (entry.task, entry.kwargs, entry.queue, entry.state) == (
        "tests.x",
        {"n": 1},
        "t",
        "waiting",
    )


@pytest.mark.django_db
def test_a_key_is_taken_once_for_ever() -> None:
    first = enqueue("tests.x", {}, queue="t", dedupe_key="grade:7")
    assert first is not None
    assert enqueue("tests.x", {}, queue="t", dedupe_key="grade:7") is None
    OutboxEntry.objects.update(state=JobState.DONE)
    assert enqueue("tests.x", {}, queue="t", dedupe_key="grade:7") is None
    assert enqueue("tests.x", {}, queue="t", dedupe_key="grade:8") is not None


@pytest.mark.django_db
def test_a_job_that_nobody_serves_is_refused_unless_its_queue_is_named() -> None:
    with pytest.raises(ValueError, match=r"no job is named 'tests\.unknown'"):
        enqueue("tests.unknown", {})
    assert OutboxEntry.objects.count() == 0


@pytest.mark.django_db
def test_the_queue_of_a_job_is_known_without_naming_it() -> None:
    @job("tests.queued", queue="grading")
    def run() -> None: ...

    assert OutboxEntry.objects.get(pk=ask("tests.queued", {})).queue == "grading"


@pytest.mark.django_db
def test_a_job_that_ends_its_worker_every_time_is_parked_and_stays_so() -> None:
    entry_id = ask("tests.x", queue="t")
    with time_machine.travel("2026-05-04T09:00:00Z", tick=False) as time_:
        for _ in range(MAX_ATTEMPTS):
            assert outbox.begin(entry_id)
            time_.shift(LEASE + timedelta(seconds=1))
        assert not outbox.begin(entry_id)  # a message that the broker repeats
        assert outbox.sweep() == 0
        entry = OutboxEntry.objects.get()
        assert (entry.state, entry.finished_at) == ("parked", clock.now())
        assert "without a word" in entry.last_error
        assert not outbox.begin(entry_id)


@pytest.mark.django_db
def test_the_row_of_a_job_moves_as_specified_and_not_otherwise() -> None:
    rows = OutboxEntry.objects.filter(pk=ask("tests.x", queue="t"))
    entry_id = rows.get().pk

    def act(action: JobAction) -> bool:
        long_ago = clock.now() - 2 * LEASE  # a run of which nothing was heard since
        rows.update(started_at=long_ago, last_error="untouched")
        match action:
            case JobAction.BEGIN:
                return bool(outbox.begin(entry_id))
            case JobAction.FINISH:
                outbox.finish(entry_id, rows.get().attempts)
            case _:
                outbox.fail(entry_id, rows.get().attempts, "", permanent=action is JobAction.PARK)
        return rows.get().last_error != "untouched"

    asked = {JobAction.BEGIN, JobAction.FINISH, JobAction.RETRY, JobAction.PARK}
    assert disagreements(moves_of_row(rows, act), EXPECTED, actions=asked) == []


@pytest.mark.django_db
def test_a_done_or_parked_job_never_begins_again() -> None:
    entry_id = ask("tests.x", queue="t")
    for state in (JobState.DONE, JobState.PARKED):
        OutboxEntry.objects.update(state=state)
        assert not outbox.begin(entry_id)
    assert not outbox.begin(uuid4())


@pytest.mark.django_db
def test_a_failure_is_tried_again_after_growing_pauses_and_parked_in_the_end() -> None:
    entry_id = ask("tests.x", queue="t")
    pauses = []
    with time_machine.travel("2026-05-04T09:00:00Z", tick=False) as time_:
        for _ in range(MAX_ATTEMPTS - 1):
            run = outbox.begin(entry_id)
            outbox.fail(entry_id, run, "boom", permanent=False)
            entry = OutboxEntry.objects.get()
            assert (entry.state, entry.last_error) == ("waiting", "boom")
            pauses.append((entry.run_at - clock.now()).total_seconds())
            time_.move_to(entry.run_at)
        outbox.fail(entry_id, outbox.begin(entry_id), "boom", permanent=False)
    assert pauses == [2, 4, 8, 16, 32, 64, 128]
    assert state_of(entry_id) == "parked"
    assert OutboxEntry.objects.get().finished_at is not None


@pytest.mark.django_db
def test_a_job_keeps_its_outcome() -> None:
    ran: list[int] = []

    @job("tests.runs", queue="t")
    def run(*, n: int) -> None:
        ran.append(n)
        if n == 2:
            raise PermanentFailure("no such phone")
        if n == 3:
            raise KeyError("bug")

    ids = [ask("tests.runs", {"n": n}) for n in (1, 2, 3)]
    for entry_id, n in zip(ids, (1, 2, 3), strict=True):
        run(outbox_id=str(entry_id), n=n)
        run(outbox_id=str(entry_id), n=n)
    assert ran[:4] == [1, 2, 3, 3]
    assert [state_of(entry_id) for entry_id in ids] == ["done", "parked", "waiting"]
    errors = {str(entry.pk): entry.last_error for entry in OutboxEntry.objects.all()}
    assert errors[str(ids[1])] == "no such phone"
    assert "KeyError: 'bug'" in errors[str(ids[2])]


@pytest.mark.django_db
def test_the_sweeper_takes_what_is_due_lost_or_silent_and_nothing_else() -> None:
    now = clock.now()
    wanted: dict[str, dict[str, Any]] = {
        "due": {"state": "waiting", "run_at": now - timedelta(seconds=1)},
        "lost": {"state": "sent", "sent_at": now - RESEND_AFTER - timedelta(seconds=1)},
        "silent": {"state": "running", "started_at": now - LEASE - timedelta(seconds=1)},
    }
    unwanted: dict[str, dict[str, Any]] = {
        "later": {"state": "waiting", "run_at": now + timedelta(hours=1)},
        "just sent": {"state": "sent", "sent_at": now},
        "running": {"state": "running", "started_at": now},
        "done": {"state": "done"},
        "parked": {"state": "parked"},
    }
    for name, facts in {**wanted, **unwanted}.items():
        OutboxEntry.objects.create(task=name, queue=f"none-{secrets.token_hex(4)}", **facts)
    assert outbox.sweep() == 3
    sent = OutboxEntry.objects.filter(state="sent", sent_at__gt=now)
    assert {entry.task for entry in sent} == set(wanted)
    assert outbox.sweep() == 0


# ── With a broker ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def broker() -> Iterator[PrivateValkey]:
    """A broker of our own, used by this process and by the workers it starts."""
    server = PrivateValkey().start()
    before = current_app.conf.broker_url
    use_broker(server.url)
    yield server
    use_broker(before)
    server.stop()


def use_broker(url: str) -> None:
    """Point this process's Celery to another broker; its pools know only the old one."""
    app: Any = current_app
    app.conf.update(broker_url=url, broker_write_url=url, broker_read_url=url)
    if app._pool is not None:
        app._pool.force_close_all()
    app._pool = None
    app.amqp._producer_pool = None
    kombu.pools.reset()


@contextmanager
def worker(broker: PrivateValkey, queue: str) -> Iterator[subprocess.Popen[bytes]]:
    database = settings.DATABASES["default"]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        "DATABASE_URL": (
            f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}"
            f":{database['PORT']}/{database['NAME']}"
        ),
        "REDIS_URL": broker.url,
        "PYTEST_XDIST_WORKER": "",  # it uses the broker given here, not the test process's own
        "TEST_QUEUE": queue,
    }
    command = ["celery", "-A", "invigil", "worker", "-I", "kernel.tests.worked", "-Q", queue]
    options = [
        "-c",
        "1",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
        "-l",
        "error",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", *command, *options],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the worker and its pool, as when the machine's memory runs out."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def queue() -> str:
    return f"t{secrets.token_hex(4)}"


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_once_after_the_commit_and_keeps_its_outcome(
    broker: PrivateValkey, queue: str, tmp_path: Path
) -> None:
    good, bad, poor = tmp_path / "good", tmp_path / "bad", tmp_path / "poor"
    with worker(broker, queue):
        with transaction.atomic():
            ids = [
                ask("tests.note", {"path": str(good), "text": "a"}, queue=queue),
                ask("tests.fail", {"path": str(bad), "permanent": True}, queue=queue),
                ask("tests.fail", {"path": str(poor), "permanent": False}, queue=queue),
            ]
            assert outbox.sender.flush(5)
            with redis.from_url(broker.url) as client:
                assert client.llen(queue) == 0
            assert not good.exists()
        until(lambda: [state_of(i) for i in ids] == ["done", "parked", "waiting"], 60)
        assert [line.split()[0] for line in lines(good)] == ["begin", "end"]
        entries = {entry.pk: entry for entry in OutboxEntry.objects.all()}
        assert entries[ids[1]].last_error == "there is no such phone"
        assert "the gateway is away" in entries[ids[2]].last_error
        # The same message again (a duplicate of the broker, a second sweep) does nothing.
        current_app.send_task(
            "tests.note",
            kwargs={"path": str(good), "text": "a", "outbox_id": str(ids[0])},
            queue=queue,
        )
        OutboxEntry.objects.filter(pk=ids[2]).update(run_at=clock.now())
        outbox.sweep()
        until(lambda: len(lines(poor)) == 2)
        assert len(lines(good)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing(
    broker: PrivateValkey, queue: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    with worker(broker, queue) as first:
        entry_id = ask("tests.note", {"path": str(path), "text": "a", "slow_s": 60}, queue=queue)
        until(lambda: len(lines(path)) == 1, 60)
        assert state_of(entry_id) == "running"
        kill_group(first)
    assert outbox.sweep() == 0  # its lease still runs: it may only be slow
    OutboxEntry.objects.update(started_at=clock.now() - LEASE - timedelta(seconds=1))
    with worker(broker, queue):
        assert outbox.sweep() == 1
        until(lambda: state_of(entry_id) == "done", 60)
    assert [line.split()[0] for line in lines(path)] == ["begin", "begin", "end"]
    assert OutboxEntry.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_an_emptied_broker_is_filled_again_by_the_sweeper(
    broker: PrivateValkey, queue: str, tmp_path: Path
) -> None:
    path = tmp_path / "log"
    entry_id = ask("tests.note", {"path": str(path), "text": "a"}, queue=queue)
    assert outbox.sender.flush(5)
    until(lambda: state_of(entry_id) == "sent")
    with redis.from_url(broker.url) as client:
        assert client.dbsize() > 0
        client.flushall()
    assert outbox.sweep() == 0
    OutboxEntry.objects.update(sent_at=clock.now() - RESEND_AFTER - timedelta(seconds=1))
    with worker(broker, queue):
        assert outbox.sweep() == 1
        until(lambda: state_of(entry_id) == "done", 60)
    assert [line.split()[0] for line in lines(path)] == ["begin", "end"]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_commit_stands_and_the_job_waits(
    broker: PrivateValkey, queue: str
) -> None:
    broker.stop()
    entry_id = ask("tests.note", {}, queue=queue)
    assert outbox.sender.flush(10)
    assert state_of(entry_id) == "waiting"
    assert outbox.sweep() == 0
    broker.start()
    until(lambda: outbox.sweep() == 1, 15)
    assert state_of(entry_id) == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_hung_broker_holds_up_no_request(broker: PrivateValkey, queue: str) -> None:
    enqueue("tests.note", {}, queue=queue)
    assert outbox.sender.flush(5)
    broker.freeze()
    try:
        for _ in range(20):
            enqueue("tests.note", {}, queue=queue)
        assert not outbox.sender.flush(0)  # the sender still hangs; we are through
    finally:
        broker.thaw()
    assert outbox.sender.flush(30)
    until(lambda: set(OutboxEntry.objects.values_list("state", flat=True)) == {"sent"}, 30)
