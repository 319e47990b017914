"""A sitting is moved: no notice goes out at, or about, its old time unless a person says so."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from exams.events import SittingMoved
from kernel import clock
from kernel.models import AuditEntry
from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import AudienceKind, NoticeState
from notifications.handlers import follow_moved_sitting
from notifications.models import Delivery, Notice
from notifications.presets import PRESETS
from notifications.selectors import notice_card
from notifications.services import deliveries, expansion, notices
from notifications.tests.cast import EN, School

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def move(school: School, sitting: Any, by: timedelta) -> None:
    before = sitting.starts_at
    for name in ("lobby_opens_at", "starts_at", "closes_at"):
        setattr(sitting, name, getattr(sitting, name) + by)
    sitting.save()
    follow_moved_sitting(
        SittingMoved(
            sitting_id=sitting.pk,
            institution_id=school.institution.pk,
            class_group_id=school.maths.pk,
            actor_id=school.nora.pk,
            was_to_start_at=before,
            starts_at=sitting.starts_at,
            closes_at=sitting.closes_at,
        )
    )


def told(school: School, sitting: Any) -> int:
    """A notice about the sitting that has gone out."""
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        notices.start_due()
        expansion.expand(notice_id)
        deliveries.send_batch(notice_id)
    return notice_id


def corrections(sitting: Any) -> list[Notice]:
    text = PRESETS["moved"].text_en
    return list(Notice.objects.filter(sitting_id=sitting.pk, text_en=text))


def test_a_reminder_moves_with_the_start_at_once(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    move(school, sitting, 2 * HOUR)
    card = notice_card(notice_id)
    assert (card.state, card.send_at) == (NoticeState.SCHEDULED, sitting.starts_at - DAY)
    assert card.expires_at == sitting.starts_at
    assert corrections(sitting) == []


def test_a_notice_with_a_time_of_its_own_waits_for_a_second_look(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    audience = school.to_sitting(sitting)
    fixed = school.scheduled(
        audience=audience, text_en="Tomorrow at nine.", send_at=clock.now() + 2 * DAY
    )
    other = school.scheduled(send_at=clock.now() + 2 * DAY)
    move(school, sitting, DAY)
    assert notice_card(fixed).state is NoticeState.DRAFT
    assert notice_card(other).state is NoticeState.SCHEDULED, "not about the sitting"
    entry = AuditEntry.objects.get(action="notice.returned")
    assert (entry.actor_id, entry.reason) == (None, "sitting_moved")


def test_who_was_told_gets_a_correction_that_a_person_sends(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    told(school, sitting)
    move(school, sitting, DAY)
    (draft,) = corrections(sitting)
    assert (draft.state, draft.audience_kind) == (NoticeState.DRAFT, AudienceKind.SITTING)
    assert draft.created_by_id == school.nora.pk
    assert draft.text_fa == PRESETS["moved"].text_fa
    move(school, sitting, DAY)
    assert len(corrections(sitting)) == 1, "the one that waits names whatever start is true then"


def test_a_correction_that_was_sent_is_corrected_again(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    told(school, sitting)
    move(school, sitting, DAY)
    (draft,) = corrections(sitting)
    notices.schedule(draft.pk, actor_id=school.nora.pk)
    move(school, sitting, DAY)
    assert notice_card(draft.pk).state is NoticeState.DRAFT, "not sent yet: looked at once more"
    assert len(corrections(sitting)) == 1


def test_what_is_being_sent_names_the_new_start_and_ends_with_it(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    with time_machine.travel(clock.now() + 2 * DAY + timedelta(minutes=1)):
        notices.start_due()
        expansion.expand(notice_id)
        move(school, sitting, -2 * HOUR)
        assert notice_card(notice_id).expires_at == sitting.starts_at
        deliveries.send_batch(notice_id)
    local = sitting.starts_at.strftime("%H:%M")
    assert Delivery.objects.get(recipient=school.ana).body.endswith(f"{local}.")


def test_a_move_in_the_middle_of_a_batch_reaches_the_messages_that_follow(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY, school.ana, school.ben)
    old = sitting.starts_at.strftime("%H:%M")
    notice_id = school.scheduled(audience=school.to_sitting(sitting), text_en=EN, lead=DAY)
    real = deliveries._handle
    sent: list[str] = []

    def handle(notice: Any, facts: Any, delivery: Any, day: Any) -> None:
        real(notice, facts, delivery, day)
        sent.append(Delivery.objects.get(pk=delivery.pk).body)
        if len(sent) == 1:
            move(school, sitting, 2 * HOUR)

    monkeypatch.setattr(deliveries, "_handle", handle)
    with time_machine.travel(clock.now() + 2 * DAY + timedelta(minutes=1)):
        notices.start_due()
        expansion.expand(notice_id)
        deliveries.send_batch(notice_id)
    assert {row.state for row in Delivery.objects.all()} == {DeliveryState.ACCEPTED}
    new = sitting.starts_at.strftime("%H:%M")
    assert sent[0].endswith(f"{old}.")
    assert sent[1].endswith(f"{new}.")
    assert len(corrections(sitting)) == 1, "the first one was told the old time"


def test_a_longer_sitting_with_the_same_start_leaves_notices_alone(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    told(school, sitting)
    fixed = school.scheduled(audience=school.to_sitting(sitting), send_at=clock.now() + DAY)
    move(school, sitting, timedelta())
    assert notice_card(fixed).state is NoticeState.SCHEDULED
    assert corrections(sitting) == []


def test_a_test_to_oneself_is_nobody_told(school: School) -> None:
    sitting = school.sitting(clock.now() + 3 * DAY)
    notice_id = school.saved(audience=school.to_sitting(sitting), text_en=EN)
    school.nora.phone, school.nora.phone_verified_at = "+442079460099", clock.now()
    school.nora.save()
    expansion.expand(notices.send_test(notice_id, actor_id=school.nora.pk))
    move(school, sitting, DAY)
    assert corrections(sitting) == []
