"""Reports, lost answers and STOP, with real signatures and the fake's ledger as the judge."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection, connections, transaction
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # no types

from kernel import clock
from notifications.domain.delivery import DeliveryAction, DeliveryState
from notifications.domain.notice import NoticeState
from notifications.errors import CallbackRefused
from notifications.models import Delivery, OptOut
from notifications.selectors import notice_card, phone_hash
from notifications.services import deliveries, notices, reports
from notifications.tests import fake_twilio as fake
from notifications.tests.cast import School
from notifications.tests.fake_twilio import FakeTwilio, Handler
from notifications.tests.test_services_deliveries import alone, row_of
from notifications.tests.test_services_expansion import expanded

pytestmark = pytest.mark.django_db
S = DeliveryState
SITE = "https://exams.example.org"


@pytest.fixture(autouse=True)
def public_site(settings: LazySettings) -> None:
    settings.SITE_URL = SITE


def report(row: Delivery, status: str, *, sid: str = "", attempt: int = 1, code: str = "") -> bool:
    """Send a signed report, as the provider would to the address it was given."""
    path = f"/notices/reports/{row.pk}/{attempt}"
    form = {"MessageSid": sid or row.provider_id, "MessageStatus": status, "ErrorCode": code}
    signature = RequestValidator(fake.TOKEN).compute_signature(SITE + path, form)
    return reports.record_report(row.pk, attempt, path=path, form=form, signature=signature)


def sent(school: School) -> int:
    alone(school)
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    return notice_id


# ── reports ────────────────────────────────────────────────────────────────────────────────


def test_the_provider_is_told_where_to_report(school: School, twilio: FakeTwilio) -> None:
    sent(school)
    assert twilio.ledger[0].callback == f"{SITE}/notices/reports/{row_of(school.ana).pk}/1"


def test_reports_move_the_message_forward_and_never_back(
    school: School, twilio: FakeTwilio
) -> None:
    sent(school)
    row = row_of(school.ana)
    assert not report(row, "sent")
    assert report(row, "delivered")
    for late in ("queued", "sent", "undelivered", "failed", "delivered"):
        assert not report(row, late)
    row.refresh_from_db()
    assert (row.state, row.error_code) == (S.DELIVERED, "")
    assert row.settled_at is not None


def test_a_failure_keeps_its_code(school: School, twilio: FakeTwilio) -> None:
    sent(school)
    assert report(row_of(school.ana), "undelivered", code="30005")
    assert not report(row_of(school.ana), "delivered")
    row = row_of(school.ana)
    assert (row.state, row.reason, row.error_code) == (S.UNDELIVERED, "undelivered", "30005")


def test_a_report_may_overtake_the_answer(school: School, twilio: FakeTwilio) -> None:
    alone(school)
    notice_id = expanded(school)
    Delivery.objects.filter(recipient=school.ana).update(
        state=S.SENDING, attempt=1, sending_at=clock.now()
    )
    row = row_of(school.ana)
    assert report(row, "delivered", sid="SM" + "a" * 32)
    row.refresh_from_db()
    assert (row.state, row.provider_id) == (S.DELIVERED, "SM" + "a" * 32)
    assert not deliveries._settle(row, DeliveryAction.ACCEPT, provider_id="SMlate")
    row.refresh_from_db()
    assert row.state == S.DELIVERED
    assert notice_card(notice_id).state is NoticeState.DONE


def test_a_report_resolves_a_lost_answer(school: School, twilio: FakeTwilio) -> None:
    alone(school)
    twilio.moods = [fake.fails_after_accepting]
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    assert notice_card(notice_id).state is NoticeState.SENDING
    assert report(row_of(school.ana), "sent", sid=twilio.ledger[0].sid)
    row = row_of(school.ana)
    assert (row.state, row.provider_id) == (S.ACCEPTED, twilio.ledger[0].sid)
    assert notice_card(notice_id).state is NoticeState.DONE


@pytest.mark.parametrize("waits_as", [S.RETRY, S.CLAIMED, S.PENDING])
@pytest.mark.parametrize(("status", "becomes"), [("sent", S.ACCEPTED), ("delivered", S.DELIVERED)])
def test_a_report_that_comes_before_the_next_try_stops_it(
    school: School, twilio: FakeTwilio, waits_as: DeliveryState, status: str, becomes: DeliveryState
) -> None:
    """O8: a signed report was ignored in these states and the person got a second SMS."""
    alone(school)
    twilio.moods = [fake.fails_after_accepting]
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    Delivery.objects.update(state=waits_as, claimed_at=clock.now() - timedelta(hours=1))
    assert report(row_of(school.ana), status, sid=twilio.ledger[0].sid)
    deliveries.send_batch(notice_id)
    assert (row_of(school.ana).state, len(twilio.ledger)) == (becomes, 1)
    assert notice_card(notice_id).state is NoticeState.DONE


def test_a_worker_that_holds_the_row_does_not_send_what_a_report_has_proved(
    school: School, twilio: FakeTwilio
) -> None:
    alone(school)
    notice_id = expanded(school)
    Delivery.objects.update(state=S.RETRY, attempt=1, sending_at=clock.now())
    held = deliveries._claim(notice_id)
    assert held is not None
    assert report(held, "sent", sid="SM" + "a" * 32)
    assert not deliveries._settle(held, DeliveryAction.SEND, attempt=2)
    assert row_of(school.ana).state == S.ACCEPTED


def test_a_report_of_another_attempt_or_message_changes_nothing(
    school: School, twilio: FakeTwilio
) -> None:
    sent(school)
    row = row_of(school.ana)
    assert not report(row, "delivered", attempt=2)
    assert not report(row, "delivered", sid="SM" + "f" * 32)
    row.refresh_from_db()
    assert row.state == S.ACCEPTED


def test_one_message_is_not_claimed_by_two_rows(school: School, twilio: FakeTwilio) -> None:
    sent(school)
    first = row_of(school.ana)
    second = expanded(school)
    other = Delivery.objects.get(notice_id=second)
    Delivery.objects.filter(pk=other.pk).update(state=S.UNKNOWN, attempt=1, sending_at=clock.now())
    assert not report(other, "delivered", sid=first.provider_id)
    other.refresh_from_db()
    assert other.state == S.UNKNOWN


def test_a_forged_report_is_refused(school: School, twilio: FakeTwilio) -> None:
    sent(school)
    row = row_of(school.ana)
    form = {"MessageSid": row.provider_id, "MessageStatus": "delivered"}
    with pytest.raises(CallbackRefused):
        reports.record_report(
            row.pk, 1, path=f"/notices/reports/{row.pk}/1", form=form, signature="forged"
        )
    row.refresh_from_db()
    assert row.state == S.ACCEPTED


def test_a_report_about_nobody_is_ignored(school: School, twilio: FakeTwilio) -> None:
    stranger = Delivery()
    assert not report(stranger, "delivered", sid="SM1")


# ── lost answers ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "mood",
    [
        fake.fails_after_accepting,
        fake.hangs_up_after_accepting,
        fake.answers_late_after_accepting,
        fake.answers_nonsense,
    ],
)
def test_a_message_that_had_left_is_found_in_the_records_and_not_sent_again(
    school: School, twilio: FakeTwilio, mood: Callable[[Handler], None]
) -> None:
    alone(school)
    twilio.moods = [mood]
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    assert reports.reconcile_unknown() == 0  # too early to ask
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert reports.reconcile_unknown() == 1
        deliveries.send_batch(notice_id)
    row = row_of(school.ana)
    assert (row.state, row.provider_id, len(twilio.ledger)) == (
        S.ACCEPTED,
        twilio.ledger[0].sid,
        1,
    )
    assert notice_card(notice_id).state is NoticeState.DONE


@pytest.mark.parametrize("fast", [timedelta(seconds=-50), timedelta(minutes=20)])
def test_a_clock_of_ours_that_is_wrong_does_not_hide_the_record(
    school: School, twilio: FakeTwilio, fast: timedelta
) -> None:
    """O8: five seconds fast were enough to find no record and to send it again."""
    alone(school)
    twilio.moods = [fake.fails_after_accepting]
    with time_machine.travel(clock.now() + fast) as now:
        notice_id = expanded(school)
        deliveries.send_batch(notice_id)
        twilio.ledger[0].at -= fast
        now.shift(timedelta(minutes=4))
        assert reports.reconcile_unknown() == 1
        deliveries.send_batch(notice_id)
    assert (row_of(school.ana).state, len(twilio.ledger)) == (S.ACCEPTED, 1)


@pytest.mark.parametrize("phone", ["", "+442079460000"])
def test_the_records_of_another_number_prove_nothing(
    school: School, twilio: FakeTwilio, phone: str
) -> None:
    """O8: the present number was asked for, or none, and the answer called "no record"."""
    alone(school)
    twilio.moods = [fake.fails_after_accepting]
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    school.ana.phone = phone
    school.ana.save()
    with time_machine.travel(clock.now() + timedelta(minutes=50)):
        assert reports.reconcile_unknown() == 0
        assert row_of(school.ana).state == S.UNKNOWN
    with time_machine.travel(clock.now() + reports.GIVE_UP_AFTER + timedelta(seconds=1)):
        assert reports.reconcile_unknown() == 1
        deliveries.send_batch(notice_id)
    row = row_of(school.ana)
    assert (row.state, row.reason, len(twilio.ledger)) == (S.UNDELIVERED, "number_changed", 1)
    assert notice_card(notice_id).state is NoticeState.DONE


@pytest.mark.parametrize("mood", [fake.refuses(500), fake.answers_late_without_accepting])
def test_a_message_without_any_record_is_sent_again_once_it_is_sure(
    school: School, twilio: FakeTwilio, mood: Callable[[Handler], None]
) -> None:
    alone(school)
    twilio.moods = [mood]
    with time_machine.travel(clock.now(), tick=False) as now:
        notice_id = expanded(school)
        deliveries.send_batch(notice_id)
        now.shift(timedelta(seconds=90))
        assert reports.reconcile_unknown() == 0
        assert row_of(school.ana).state == S.UNKNOWN
        now.shift(timedelta(seconds=91))
        assert reports.reconcile_unknown() == 1
        assert (row_of(school.ana).state, row_of(school.ana).reason) == (S.RETRY, "no_record")
        deliveries.send_batch(notice_id)
    assert (row_of(school.ana).state, row_of(school.ana).attempt) == (S.ACCEPTED, 2)
    assert len(twilio.ledger) == 1


def test_while_the_records_cannot_be_read_nothing_is_decided(
    school: School, twilio: FakeTwilio
) -> None:
    alone(school)
    twilio.moods = [fake.fails_after_accepting]
    twilio.records_are_down = True
    deliveries.send_batch(expanded(school))
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        assert reports.reconcile_unknown() == 0
        assert row_of(school.ana).state == S.UNKNOWN
        twilio.records_are_down = False
        assert reports.reconcile_unknown() == 1
    assert row_of(school.ana).state == S.ACCEPTED


def test_the_same_text_to_the_same_number_is_not_taken_for_another(
    school: School, twilio: FakeTwilio
) -> None:
    sent(school)
    twilio.moods = [fake.answers_late_without_accepting]
    deliveries.send_batch(expanded(school))
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert reports.reconcile_unknown() == 0  # the only record is the first notice's
    states = Delivery.objects.order_by("notice_id").values_list("state", flat=True)
    assert list(states) == [S.ACCEPTED, S.UNKNOWN]
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        assert reports.reconcile_unknown() == 1  # nothing but the first: this one never left
    assert list(states.all()) == [S.ACCEPTED, S.RETRY]


def test_a_cancelled_notice_is_not_sent_after_all(school: School, twilio: FakeTwilio) -> None:
    alone(school)
    twilio.moods = [fake.refuses(500)]
    notice_id = expanded(school)
    deliveries.send_batch(notice_id)
    notices.cancel(notice_id, actor_id=school.nora.pk)
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        assert reports.reconcile_unknown() == 1
        deliveries.send_batch(notice_id)
    assert (row_of(school.ana).state, row_of(school.ana).reason) == (S.SKIPPED, "cancelled")
    assert twilio.ledger == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("state", "action"), [(S.SENDING, DeliveryAction.RETRY), (S.UNKNOWN, DeliveryAction.RELEASE)]
)
def test_what_never_left_waits_for_the_end_of_the_cancelling(
    state: DeliveryState, action: DeliveryAction
) -> None:
    school = School()
    alone(school)
    notice_id = expanded(school)
    Delivery.objects.update(state=state, attempt=1, sending_at=clock.now())
    worker = threading.Thread(target=never_left, args=(row_of(school.ana), action))
    with transaction.atomic():
        notices.cancel(notice_id, actor_id=school.nora.pk)
        worker.start()
        while worker.is_alive() and not somebody_waits_for_a_lock():
            pass
    worker.join(10)
    assert (row_of(school.ana).state, row_of(school.ana).reason) == (S.SKIPPED, "cancelled")
    connection.close()


def never_left(row: Delivery, action: DeliveryAction) -> None:
    try:
        deliveries.let_try_again(row, action, reason="retry")
    finally:
        connections.close_all()


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


# ── STOP ───────────────────────────────────────────────────────────────────────────────────


def say(words: str, sender: str) -> None:
    form = {"From": sender, "Body": words}
    signature = RequestValidator(fake.TOKEN).compute_signature(f"{SITE}/notices/incoming", form)
    reports.record_incoming(path="/notices/incoming", form=form, signature=signature)


def test_stop_is_obeyed_until_start(school: School, twilio: FakeTwilio) -> None:
    phone = school.ana.phone
    say("what is this?", phone)
    assert not OptOut.objects.exists()
    say(" Stop ", phone)
    say("STOP", phone)
    assert OptOut.objects.get().phone_hash == phone_hash(phone)
    deliveries.send_batch(expanded(school))
    assert twilio.sent_to(phone) == []
    say("start", phone)
    assert not OptOut.objects.exists()


def test_a_forged_stop_silences_nobody(school: School, twilio: FakeTwilio) -> None:
    form = {"From": school.ana.phone, "Body": "STOP"}
    with pytest.raises(CallbackRefused):
        reports.record_incoming(path="/notices/incoming", form=form, signature="forged")
    assert not OptOut.objects.exists()
