"""The demo's notices go the ordinary way."""

from datetime import timedelta

import pytest
import time_machine

from kernel import clock
from notifications import sample
from notifications.domain.notice import NoticeState
from notifications.models import Delivery, Notice
from notifications.services import notices
from notifications.tests.cast import School
from notifications.tests.test_tasks import run_jobs

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("starts_in", [timedelta(minutes=2), timedelta(seconds=40)])
def test_three_notices_are_scheduled_and_the_first_ones_are_sent(
    school: School, starts_in: timedelta
) -> None:
    now = clock.now()
    sitting = school.sitting(now + starts_in)
    sample.write_notices(
        actor_id=school.nora.pk,
        institution_id=school.institution.pk,
        class_id=school.maths.pk,
        past_class_id=school.maths.pk,
        sitting_id=sitting.pk,
    )
    states = Notice.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [NoticeState.SCHEDULED] * 3 + [NoticeState.DRAFT]
    with time_machine.travel(now + timedelta(seconds=62)):
        notices.start_due()
        run_jobs()
    assert list(states.all())[:3] == [NoticeState.DONE, NoticeState.DONE, NoticeState.SCHEDULED]
    assert Delivery.objects.filter(notice__title__startswith="Mid-term").count() == 3
