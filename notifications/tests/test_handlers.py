"""What notices do on others' events."""

from datetime import timedelta

import pytest

from exams.events import SittingClosed
from kernel import clock
from kernel.events import bus
from notifications.domain.notice import NoticeState
from notifications.selectors import notice_card
from notifications.tests.cast import School


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cancelled", "state"), [(True, NoticeState.CANCELLED), (False, NoticeState.SCHEDULED)]
)
def test_the_reminders_of_a_cancelled_sitting_are_cancelled_with_it(
    school: School,
    cancelled: bool,  # noqa: FBT001 parametrised
    state: NoticeState,
) -> None:
    sitting = school.sitting(clock.now() + timedelta(days=3))
    notice_id = school.scheduled(audience=school.to_sitting(sitting), lead=timedelta(days=1))
    bus.emit(
        SittingClosed(
            sitting_id=sitting.pk,
            institution_id=school.institution.pk,
            class_group_id=school.maths.pk,
            cancelled=cancelled,
        )
    )
    assert notice_card(notice_id).state is state
