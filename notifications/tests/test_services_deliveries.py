"""Sending once: through the console, and through the real client of Twilio in every mood."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection, connections

from kernel import clock
from kernel.tests.machines import disagreements, moves_of_row
from notifications.domain.delivery import CLAIM_LEASE, MAX_TRIES, DeliveryAction, DeliveryState
from notifications.domain.notice import NoticeState
from notifications.gateways.base import GatewayError, Outgoing, Sent, bind_gateway
from notifications.models import Delivery, OptOut
from notifications.selectors import notice_card, phone_hash
from notifications.services import deliveries, notices, turns
from notifications.tests import fake_twilio as fake
from notifications.tests.cast import EN, FA, School
from notifications.tests.fake_twilio import FakeTwilio, Handler
from notifications.tests.test_domain_delivery import EXPECTED
from notifications.tests.test_services_expansion import expanded

pytestmark = pytest.mark.django_db
S = DeliveryState


def row_of(person: Any) -> Delivery:
    return Delivery.objects.get(recipient=person)


def alone(school: School) -> None:
    """Leave Ana as the only student."""
    for person in (school.ben, school.sara):
        person.memberships.all().delete()


# ── the straight way ───────────────────────────────────────────────────────────────────────


def test_everybody_gets_the_text_in_their_language_and_the_notice_is_done(school: School) -> None:
    starts_at = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 11, 24, 9, 0, tzinfo=UTC), tick=False):
        sitting = school.sitting(starts_at)
        notice_id = expanded(school, audience=school.to_sitting(sitting), text_en=EN, text_fa=FA)
        assert deliveries.send_batch(notice_id) == 3
    assert row_of(school.ana).body == "Ana Moreno, Linear Algebra, final starts on 25 Nov 09:30."
    sara = row_of(school.sara)
    assert sara.body == "سارا، Linear Algebra, final ۴ آذر ساعت ۱۳:۰۰ آغاز می‌شود."
    assert (sara.locale, sara.segments, sara.attempt, sara.gateway) == ("fa", 1, 1, "console")
    card = notice_card(notice_id)
    assert (card.state, card.count_of(S.ACCEPTED)) == (NoticeState.DONE, 3)


def test_sending_is_on_disk_before_the_request_leaves(school: School) -> None:
    alone(school)
    seen: list[tuple[str, int, str]] = []

    class Looks:
        name = "looks"

        def send(self, message: Outgoing) -> str:
            row = row_of(school.ana)
            seen.append((row.state, row.attempt, row.body))
            return "SM1"

    bind_gateway(Looks())  # type: ignore[arg-type] # only `send` is asked
    deliveries.send_batch(expanded(school))
    assert seen == [("sending", 1, "Ana Moreno, bring a pencil.")]


def test_another_school_is_not_touched(school: School) -> None:
    other = School()
    mine, theirs = expanded(school), expanded(other)
    deliveries.send_batch(mine)
    assert set(Delivery.objects.filter(notice_id=theirs).values_list("state", flat=True)) == {
        "pending"
    }


# ── moods of the provider ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        (fake.accepts, (S.ACCEPTED, "", 1)),
        (fake.refuses(400, 21211), (S.REJECTED, "refused", 0)),
        (fake.refuses(400, 21610), (S.REJECTED, "opted_out", 0)),
        (fake.refuses(401, 20003), (S.RETRY, "retry", 0)),
        (fake.refuses(429, 20429), (S.RETRY, "retry", 0)),
        (fake.refuses(500, 20500), (S.UNKNOWN, "no_answer", 0)),
        (fake.fails_after_accepting, (S.UNKNOWN, "no_answer", 1)),
        (fake.hangs_up_after_accepting, (S.UNKNOWN, "no_answer", 1)),
        (fake.answers_late_after_accepting, (S.UNKNOWN, "no_answer", 1)),
        (fake.answers_late_without_accepting, (S.UNKNOWN, "no_answer", 0)),
        (fake.answers_nonsense, (S.UNKNOWN, "no_answer", 1)),
    ],
)
def test_each_answer_leads_to_its_state_and_to_one_request(
    school: School,
    twilio: FakeTwilio,
    mood: Callable[[Handler], None],
    expected: tuple[DeliveryState, str, int],
) -> None:
    alone(school)
    twilio.moods = [mood]
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    row = row_of(school.ana)
    assert (row.state, row.reason, len(twilio.ledger)) == expected
    for _again in range(3):
        deliveries.send_batch(notice_id)
    assert twilio.requests == 1


def test_a_provider_that_is_down_is_tried_again_later_and_given_up_in_the_end(
    school: School,
) -> None:
    alone(school)
    with FakeTwilio() as twilio:
        bind_gateway(twilio.gateway())
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        for tries in range(1, MAX_TRIES + 1):
            assert deliveries.send_batch(notice_id) == 1
            assert deliveries.send_batch(notice_id) == 0
            assert row_of(school.ana).attempt == tries
            now.shift(timedelta(minutes=11))
    row = row_of(school.ana)
    assert (row.state, row.reason, row.error_code) == (S.REJECTED, "gave_up", "network")
    assert notice_card(notice_id).state is NoticeState.DONE


def test_after_a_definite_no_it_is_sent_once_more_and_once_only(
    school: School, twilio: FakeTwilio
) -> None:
    alone(school)
    twilio.moods = [fake.refuses(429, 20429)]
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        deliveries.send_batch(notice_id)
        now.shift(timedelta(seconds=6))
        deliveries.send_batch(notice_id)
        deliveries.send_batch(notice_id)
    assert [row_of(school.ana).state, len(twilio.ledger)] == [S.ACCEPTED, 1]


def test_a_number_that_opted_out_at_the_provider_is_remembered(
    school: School, twilio: FakeTwilio
) -> None:
    alone(school)
    twilio.moods = [fake.refuses(400, 21610)]
    deliveries.send_batch(expanded(school))
    assert OptOut.objects.filter(phone_hash=phone_hash(school.ana.phone)).exists()
    deliveries.send_batch(expanded(school))
    assert twilio.requests == 1


def test_a_bug_in_the_gateway_is_doubt_not_a_second_message(school: School) -> None:
    alone(school)

    class Broken:
        name = "broken"

        def send(self, message: Outgoing) -> str:
            raise RuntimeError("a bug")

    bind_gateway(Broken())  # type: ignore[arg-type] # only `send` is asked
    notice_id = expanded(school)
    with pytest.raises(RuntimeError, match="a bug"):
        deliveries.send_batch(notice_id)
    row = row_of(school.ana)
    assert (row.state, row.reason) == (S.UNKNOWN, "broken")


def test_mixed_faults_account_for_everybody_and_send_nobody_two(
    school: School, twilio: FakeTwilio
) -> None:
    people = [school.student(f"Student {number}") for number in range(12)]
    twilio.moods = [
        fake.accepts,
        fake.refuses(429, 20429),
        fake.fails_after_accepting,
        fake.refuses(400, 21211),
        fake.answers_late_after_accepting,
        fake.hangs_up_after_accepting,
        fake.answers_nonsense,
    ]
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        for _round in range(4):
            deliveries.send_batch(notice_id)
            now.shift(timedelta(seconds=30))
    rows = Delivery.objects.filter(notice_id=notice_id)
    assert rows.count() == len(people) + 3
    assert {row.state for row in rows} <= {S.ACCEPTED, S.UNKNOWN, S.REJECTED}
    per_number = [len(twilio.sent_to(each.phone)) for each in [*people, school.ana, school.ben]]
    assert max(per_number) == 1
    assert rows.filter(state=S.ACCEPTED).count() + 4 == len(twilio.ledger)


# ── cancelled while a request is under way ─────────────────────────────────────────────────


def test_a_definite_no_after_the_cancelling_is_not_tried_again(school: School) -> None:
    """O12: the row said "Tried again soon" for ever."""
    alone(school)

    class CancelledMeanwhile:
        name = "late"

        def send(self, message: Outgoing) -> str:
            notices.cancel(notice_id, actor_id=school.nora.pk)
            raise GatewayError("too many", sent=Sent.NO, code="20429")

    bind_gateway(CancelledMeanwhile())  # type: ignore[arg-type] # only `send` is asked
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    row = row_of(school.ana)
    assert (row.state, row.reason, row.error_code) == (S.SKIPPED, "cancelled", "20429")
    assert row.settled_at is not None


# ── who is left out at the last moment ─────────────────────────────────────────────────────


def test_a_stop_after_the_expansion_is_obeyed(school: School) -> None:
    notice_id = expanded(school)
    OptOut.objects.create(phone_hash=phone_hash(school.ana.phone), source="stop")
    school.ben.phone_verified_at = None
    school.ben.save()
    deliveries.send_batch(notice_id)
    assert (row_of(school.ana).state, row_of(school.ana).reason) == (S.SKIPPED, "opted_out")
    assert (row_of(school.ben).state, row_of(school.ben).reason) == (S.SKIPPED, "unverified")
    assert row_of(school.sara).state == S.ACCEPTED


def test_what_is_out_of_date_is_not_sent(school: School) -> None:
    sitting = school.sitting(clock.now() + timedelta(hours=1))
    notice_id = expanded(school, audience=school.to_sitting(sitting), text_en=EN)
    with time_machine.travel(sitting.starts_at + timedelta(seconds=1)):
        deliveries.send_batch(notice_id)
    assert {row.reason for row in Delivery.objects.all()} == {"too_late"}


def test_a_sitting_that_moved_is_told_with_its_new_time_and_a_cancelled_one_not(
    school: School,
) -> None:
    sitting = school.sitting(datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 11, 24, 9, 0, tzinfo=UTC), tick=False):
        notice_id = expanded(school, audience=school.to_sitting(sitting), text_en=EN)
        sitting.starts_at += timedelta(minutes=45)
        sitting.save()
        deliveries.send_batch(notice_id)
    assert row_of(school.ana).body.endswith("25 Nov 10:15.")
    again = expanded(school, audience=school.to_sitting(sitting), text_en=EN)
    sitting.state = "cancelled"
    sitting.save()
    deliveries.send_batch(again)
    fates = Delivery.objects.filter(notice_id=again).values_list("reason", flat=True)
    assert set(fates) == {"sitting_cancelled"}


def test_a_late_worker_does_not_send_into_the_night(school: School) -> None:
    with time_machine.travel(datetime(2026, 11, 21, 21, 50, tzinfo=UTC), tick=False) as now:
        alone(school)
        notice_id = expanded(school, wakes=False)
        now.shift(timedelta(minutes=30))
        deliveries.send_batch(notice_id)
        row = row_of(school.ana)
        assert (row.state, row.not_before) == (
            S.PENDING,
            datetime(2026, 11, 22, 7, 0, tzinfo=UTC),
        )
        assert deliveries.send_batch(notice_id) == 0
        now.move_to(datetime(2026, 11, 22, 7, 0, 1, tzinfo=UTC))
        deliveries.send_batch(notice_id)
    assert row_of(school.ana).state == S.ACCEPTED


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("NOTICES_PER_NUMBER_A_DAY", "number_limit"),
        ("NOTICES_PER_INSTITUTION_A_DAY", "institution_limit"),
    ],
)
def test_daily_limits_hold(school: School, settings: LazySettings, name: str, reason: str) -> None:
    alone(school)
    setattr(settings, name, 2)
    with time_machine.travel(clock.now(), tick=False) as now:
        for _notice in range(4):
            deliveries.send_batch(expanded(school))
        fates = list(Delivery.objects.order_by("notice_id").values_list("state", "reason"))
        assert fates == [("accepted", "")] * 2 + [("skipped", reason)] * 2
        now.shift(timedelta(hours=25))
        deliveries.send_batch(expanded(school))
    assert Delivery.objects.filter(state="accepted").count() == 3


@pytest.mark.parametrize("name", ["NOTICES_PER_NUMBER_A_DAY", "NOTICES_PER_INSTITUTION_A_DAY"])
def test_a_second_try_is_not_stopped_by_the_first(
    school: School, twilio: FakeTwilio, settings: LazySettings, name: str
) -> None:
    alone(school)
    setattr(settings, name, 1)
    twilio.moods = [fake.refuses(429, 20429)]
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        deliveries.send_batch(notice_id)
        now.shift(timedelta(seconds=6))
        deliveries.send_batch(notice_id)
    assert row_of(school.ana).state == S.ACCEPTED


# ── workers that die ───────────────────────────────────────────────────────────────────────


def test_a_claim_whose_worker_died_is_taken_over(school: School) -> None:
    alone(school)
    notice_id = expanded(school)
    Delivery.objects.update(state=S.CLAIMED, claimed_at=clock.now())
    assert deliveries.send_batch(notice_id) == 0
    with time_machine.travel(clock.now() + CLAIM_LEASE + timedelta(seconds=1)):
        assert deliveries.send_batch(notice_id) == 1


def test_a_request_whose_worker_died_is_doubt(school: School) -> None:
    alone(school)
    notice_id = expanded(school)
    Delivery.objects.update(state=S.SENDING, attempt=1, sending_at=clock.now())
    assert deliveries.lose_silent() == 0
    with time_machine.travel(clock.now() + deliveries.LOST_AFTER + timedelta(seconds=1)):
        assert turns.wake_all() == 1
        assert deliveries.send_batch(notice_id) == 0
    assert (row_of(school.ana).state, row_of(school.ana).reason) == (S.UNKNOWN, "worker_lost")
    assert notice_card(notice_id).state is NoticeState.SENDING


def test_a_worker_of_an_earlier_attempt_can_no_longer_speak(school: School) -> None:
    alone(school)
    expanded(school)
    row = row_of(school.ana)
    row.attempt = 1
    Delivery.objects.update(state=S.SENDING, attempt=2, sending_at=clock.now())
    for action in (DeliveryAction.ACCEPT, DeliveryAction.RETRY, DeliveryAction.REJECT):
        assert not deliveries._settle(row, action, reason="late")
    assert (row_of(school.ana).state, row_of(school.ana).reason) == (S.SENDING, "")


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_send_nothing_twice(twilio: FakeTwilio) -> None:
    school = School()
    people = [school.student(f"Student {number}") for number in range(20)]
    notice_id = expanded(school)
    handled: list[int] = []

    def work() -> None:
        try:
            handled.append(deliveries.send_batch(notice_id))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sum(handled) == len(people) + 3
    assert all(len(twilio.sent_to(each.phone)) == 1 for each in people)
    assert notice_card(notice_id).state is NoticeState.DONE
    connection.close()


def test_a_report_address_needs_a_public_site(school: School, settings: LazySettings) -> None:
    alone(school)
    expanded(school)
    row = row_of(school.ana)
    assert deliveries._report_url(row, 1) == ""
    settings.SITE_URL = "https://exams.example.org/"
    assert deliveries._report_url(row, 2) == (
        f"https://exams.example.org/notices/reports/{row.pk}/2"
    )


def test_the_row_of_a_delivery_moves_as_specified_and_not_otherwise(school: School) -> None:
    alone(school)
    expanded(school)
    rows = Delivery.objects.filter(pk=row_of(school.ana).pk)

    def act(action: DeliveryAction) -> bool:
        return deliveries._settle(rows.get(), action)

    assert disagreements(moves_of_row(rows, act), EXPECTED) == []
