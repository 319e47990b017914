"""Jobs that one run takes together: shared messages, one claim, a bad one that harms no other."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import current_app

from kernel import clock, outbox
from kernel.batches import claim_batch, finish_batch
from kernel.models import OutboxEntry
from kernel.outbox import PermanentFailure, batched_job, enqueue

pytestmark = pytest.mark.django_db
TASK = "tests.together"


class Counted:
    """A batched job that notes each run and fails on numbers that it was told."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.runs: list[list[int]] = []
        self.bad: dict[int, Exception] = {}

    def __call__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        numbers = sorted(entry["n"] for entry in entries)
        self.runs.append(numbers)
        for number in numbers:
            if number in self.bad:
                raise self.bad[number]


COUNTED = Counted()


@batched_job(TASK, queue="t")
def task(entries: Sequence[Mapping[str, Any]]) -> None:
    """One task for the whole file: Celery knows it by its name."""
    COUNTED(entries)


@pytest.fixture
def counted() -> Counted:
    COUNTED.forget()
    return COUNTED


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was sent to the broker; nothing is."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda _name, kwargs, **_options: sent.append(kwargs)
    )
    return sent


def ask(*numbers: int) -> list[UUID]:
    ids = [enqueue(TASK, {"n": number}, queue="t") for number in numbers]
    return [one for one in ids if one is not None]


def states() -> dict[int, tuple[str, int]]:
    return {one.kwargs["n"]: (one.state, one.attempts) for one in OutboxEntry.objects.all()}


def test_fresh_entries_share_a_message_and_all_are_marked(messages: list[dict[str, Any]]) -> None:
    ids = ask(*range(outbox.TOGETHER + 2))
    assert outbox.send(ids) == len(ids)
    assert [message["n"] for message in messages] == [0, outbox.TOGETHER]
    assert set(states().values()) == {("sent", 0)}


def test_one_that_was_begun_before_has_a_message_of_its_own(
    messages: list[dict[str, Any]],
) -> None:
    ids = ask(1, 2, 3)
    OutboxEntry.objects.filter(pk=ids[1]).update(attempts=1)
    assert outbox.send(ids) == 3
    assert sorted(message["n"] for message in messages) == [1, 2]


def test_one_message_takes_all_that_wait_and_the_others_find_nothing(
    counted: Counted,
) -> None:
    ids = ask(1, 2, 3)
    for entry_id in ids:
        task(outbox_id=str(entry_id), n=0)
    assert counted.runs == [[1, 2, 3]]
    assert set(states().values()) == {("done", 1)}


def test_a_bad_entry_is_tried_again_by_itself_and_harms_no_other(
    counted: Counted,
) -> None:
    counted.bad = {2: ConnectionError("away"), 3: PermanentFailure("no such thing")}
    ids = ask(1, 2, 3, 4)
    task(outbox_id=str(ids[0]), n=1)
    assert counted.runs[0] == [1, 2, 3, 4]
    assert sorted(counted.runs[1:]) == [[1], [2], [3], [4]]
    assert states() == {1: ("done", 1), 2: ("waiting", 1), 3: ("parked", 1), 4: ("done", 1)}
    assert "away" in OutboxEntry.objects.get(pk=ids[1]).last_error


def test_a_second_run_is_alone(counted: Counted) -> None:
    again, fresh = ask(1, 2)
    OutboxEntry.objects.filter(pk=again).update(attempts=1)
    task(outbox_id=str(again), n=1)
    assert counted.runs == [[2], [1]]
    assert states() == {1: ("done", 2), 2: ("done", 1)}
    assert OutboxEntry.objects.get(pk=fresh).last_error == ""


def test_a_claim_leaves_what_is_not_due_what_runs_and_what_is_somebody_elses() -> None:
    due, running = ask(1, 2)
    enqueue(TASK, {"n": 3}, queue="t", run_at=clock.now() + timedelta(hours=1))
    enqueue("tests.other", {"n": 4}, queue="t")
    OutboxEntry.objects.filter(pk=running).update(state="running")
    assert claim_batch(TASK, 10) == {due: {"n": 1}}
    assert claim_batch(TASK, 10) == {}
    assert states()[3] == ("waiting", 0)


def test_a_claim_takes_the_oldest_first() -> None:
    ask(1, 2, 3)
    taken = [claim_batch(TASK, 1) for _ in range(4)]
    assert [[one["n"] for one in batch.values()] for batch in taken] == [[1], [2], [3], []]


def test_a_run_that_lost_its_lease_finishes_nothing() -> None:
    mine, lost = ask(1, 2)
    claim_batch(TASK, 10)
    OutboxEntry.objects.filter(pk=lost).update(attempts=2)
    finish_batch([mine, lost, uuid4()])
    assert states() == {1: ("done", 1), 2: ("running", 2)}
