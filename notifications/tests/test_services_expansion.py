"""Freezing the audience: one row for everybody, each with its reason when nothing is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings

from kernel import clock
from notifications.domain.delivery import DeliveryState
from notifications.domain.notice import NoticeState
from notifications.models import Delivery, Notice, OptOut
from notifications.selectors import notice_card, phone_hash
from notifications.services import expansion, notices
from notifications.tests.cast import School

pytestmark = pytest.mark.django_db


def expanded(school: School, **changes: object) -> int:
    notice_id = school.saved(**changes)
    notices.schedule(notice_id, actor_id=school.nora.pk, even_for_nobody=True)
    Notice.objects.filter(pk=notice_id).update(send_at=clock.now())
    notices.start_due()
    expansion.expand(notice_id)
    return notice_id


def fate_of(person: Any) -> tuple[str, str]:
    row = Delivery.objects.get(recipient=person)
    return row.state, row.reason


def test_everybody_of_the_audience_has_exactly_one_row(school: School) -> None:
    notice_id = expanded(school)
    assert notice_card(notice_id).state is NoticeState.SENDING
    recipients = Delivery.objects.values_list("recipient_id", flat=True)
    assert sorted(recipients) == sorted(each.pk for each in (school.ana, school.ben, school.sara))
    assert expansion.expand(notice_id) == 0
    assert Delivery.objects.count() == 3


def test_a_worker_killed_in_between_leaves_the_whole_to_do_again(school: School) -> None:
    notice_id = school.scheduled()
    Notice.objects.filter(pk=notice_id).update(send_at=clock.now())
    notices.start_due()
    Delivery.objects.create(notice_id=notice_id, recipient=school.ana)
    expansion.expand(notice_id)
    assert Delivery.objects.count() == 3


def test_whoever_cannot_be_written_to_is_left_out_with_the_reason(
    school: School, settings: LazySettings
) -> None:
    settings.NOTICES_COUNTRIES = ["GB"]
    no_number = school.student("No Number", phone="")
    unverified = school.student("Unverified", phone_verified_at=None)
    abroad = school.student("Abroad", phone="+12025550123")
    OptOut.objects.create(phone_hash=phone_hash(school.ben.phone), source="stop")
    expanded(school)
    assert fate_of(no_number) == ("skipped", "no_number")
    assert fate_of(unverified) == ("skipped", "unverified")
    assert fate_of(abroad) == ("skipped", "country")
    assert fate_of(school.ben) == ("skipped", "opted_out")
    assert fate_of(school.ana) == ("pending", "")


def test_an_inactive_candidate_is_left_out(school: School) -> None:
    sitting = school.sitting(clock.now() + timedelta(days=2))
    school.ana.is_active = False
    school.ana.save()
    expanded(school, audience=school.to_sitting(sitting))
    assert fate_of(school.ana) == ("skipped", "inactive")


def test_a_message_waits_for_the_morning_of_its_recipient(school: School) -> None:
    # 20:30 in London is midnight in Tehran
    with time_machine.travel(datetime(2026, 11, 21, 20, 30, tzinfo=UTC), tick=False):
        expanded(school, wakes=False)
    ana, sara = (Delivery.objects.get(recipient=each) for each in (school.ana, school.sara))
    assert ana.not_before is None
    assert sara.not_before == datetime(2026, 11, 22, 3, 30, tzinfo=UTC)  # 07:00 there


def test_a_reminder_that_would_wake_nobody_in_time_is_not_sent_stale(school: School) -> None:
    with time_machine.travel(datetime(2026, 11, 21, 20, 30, tzinfo=UTC), tick=False):
        sitting = school.sitting(datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
        expanded(school, wakes=False, audience=school.to_sitting(sitting))
    assert fate_of(school.sara) == ("skipped", "night")
    assert fate_of(school.ana) == ("pending", "")


def test_a_sitting_cancelled_at_the_last_moment_sends_nothing(school: School) -> None:
    sitting = school.sitting(clock.now() + timedelta(days=2))
    notice_id = school.scheduled(audience=school.to_sitting(sitting))
    Notice.objects.filter(pk=notice_id).update(send_at=clock.now())
    notices.start_due()
    sitting.state = "cancelled"
    sitting.save()
    assert expansion.expand(notice_id) == 0
    assert notice_card(notice_id).state is NoticeState.CANCELLED


def test_a_number_is_kept_masked_and_hashed_only(school: School) -> None:
    expanded(school)
    row = Delivery.objects.get(recipient=school.ana)
    assert row.phone_masked == f"+44••••••••{school.ana.phone[-2:]}"
    assert school.ana.phone not in (row.phone_hash, row.phone_masked)
    assert row.phone_hash == phone_hash(school.ana.phone)


def test_a_notice_that_reaches_nobody_is_done_at_once(school: School) -> None:
    for person in (school.ana, school.ben, school.sara):
        person.phone = ""
        person.save()
    notice_id = expanded(school)
    card = notice_card(notice_id)
    assert card.state is NoticeState.DONE
    assert card.count_of(DeliveryState.SKIPPED) == 3
