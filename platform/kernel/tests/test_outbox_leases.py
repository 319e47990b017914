"""The lease of a run: one run at a time, a successor for a silent one, and no word of the loser."""

from datetime import timedelta

import pytest
import time_machine

from kernel import outbox
from kernel.models import OutboxEntry
from kernel.outbox import LEASE
from kernel.tests.test_outbox import ask, state_of


@pytest.mark.django_db
def test_only_one_of_two_workers_begins_and_a_silent_one_is_replaced_after_its_lease() -> None:
    entry_id = ask("tests.x", queue="t")
    with time_machine.travel("2026-05-04T09:00:00Z", tick=False) as time_:
        assert outbox.begin(entry_id)
        assert not outbox.begin(entry_id)
        time_.shift(LEASE)
        assert not outbox.begin(entry_id)
        time_.shift(timedelta(seconds=1))
        assert outbox.begin(entry_id)
    assert OutboxEntry.objects.get().attempts == 2


@pytest.mark.django_db
def test_a_run_that_lost_its_lease_does_not_undo_the_run_that_took_over() -> None:
    entry_id = ask("tests.x", queue="t")
    with time_machine.travel("2026-05-04T09:00:00Z", tick=False) as time_:
        slow = outbox.begin(entry_id)
        time_.shift(LEASE + timedelta(seconds=1))
        successor = outbox.begin(entry_id)
        assert (slow, successor) == (1, 2)
        outbox.fail(entry_id, slow, "too late", permanent=True)
        outbox.finish(entry_id, slow)
        assert state_of(entry_id) == "running"
        assert not outbox.begin(entry_id)
        outbox.finish(entry_id, successor)
    assert (state_of(entry_id), OutboxEntry.objects.get().last_error) == ("done", "")
