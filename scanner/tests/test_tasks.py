"""The names under which beat and the outbox find the scanner's work."""

import pytest
from celery import current_app

from accounts.models import User
from scanner import services, tasks
from scanner.tests.cast import Scripted, send


def test_the_schedule_names_tasks_that_exist() -> None:
    schedule = current_app.conf.beat_schedule.values()
    names = {entry["task"] for entry in schedule if entry["task"].startswith("scanner.")}
    assert names == {tasks.requeue_waiting.name, tasks.purge_old.name}


@pytest.mark.django_db
def test_beat_asks_and_purges(ana: User) -> None:
    from scanner.engines.base import bind_engine  # noqa: PLC0415

    bind_engine(Scripted(is_up=False))
    card = send(ana)
    services.scan_upload(card.id)
    assert tasks.requeue_waiting() == 0
    assert tasks.purge_old() == 0
