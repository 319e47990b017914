"""The sweeper as beat finds it."""

import pytest
from celery import current_app

from kernel.models import OutboxEntry
from kernel.tasks import sweep_outbox


@pytest.mark.django_db
def test_the_sweeper_runs_under_its_name_and_counts_what_it_sent() -> None:
    OutboxEntry.objects.create(task="tests.nobody", queue="tests-nobody")
    assert current_app.tasks["kernel.sweep_outbox"] is not None
    assert sweep_outbox() == 1
    assert OutboxEntry.objects.get().state == "sent"
