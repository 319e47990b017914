"""The names under which beat and the outbox find the work of notices."""

from datetime import timedelta

import pytest
import time_machine
from celery import current_app

from kernel import clock
from kernel.models import OutboxEntry
from notifications import tasks
from notifications.domain.notice import NoticeState
from notifications.models import Delivery
from notifications.selectors import notice_card
from notifications.services import notices, turns
from notifications.tests.cast import School

pytestmark = pytest.mark.django_db


def test_the_schedule_names_tasks_that_exist() -> None:
    schedule = current_app.conf.beat_schedule.values()
    names = {each["task"] for each in schedule if each["task"].startswith("notifications.")}
    assert names == {tasks.send_due.name, tasks.reconcile_unknown.name}


def run_jobs() -> None:
    """Play the worker: run every waiting job of notices."""
    by_name = {notices.EXPAND_TASK: tasks.expand_notice, turns.SEND_TASK: tasks.send_batch}
    while entry := OutboxEntry.objects.filter(state="waiting", task__in=by_name).first():
        by_name[entry.task](outbox_id=str(entry.pk), **entry.kwargs)


def test_a_notice_goes_from_the_schedule_to_everybody(school: School) -> None:
    notice_id = school.scheduled(send_at=clock.now() + timedelta(hours=1))
    assert tasks.send_due() == 0
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        assert tasks.send_due() == 1
        run_jobs()
        assert tasks.send_due() == 0
    assert tasks.reconcile_unknown() == 0
    assert notice_card(notice_id).state is NoticeState.DONE
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
    jobs = OutboxEntry.objects.filter(task__startswith="notifications.")
    assert {(job.queue, job.state) for job in jobs} == {("notices", "done")}
