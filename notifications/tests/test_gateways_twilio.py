"""The real client of Twilio against a server that speaks its HTTP, in every mood."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped] # no types

from kernel import clock
from notifications.gateways.base import BadSignature, GatewayError, Outgoing, Report, Sent
from notifications.gateways.twilio import TwilioAccount, TwilioGateway
from notifications.tests import fake_twilio as fake
from notifications.tests.fake_twilio import FakeTwilio, Handler

TO = "+442079460958"
MESSAGE = Outgoing(TO, "Ana, bring a pencil.", "https://x.test/notices/reports/1/1")
URL = "https://x.test/notices/reports/7/1"


def failure_of(gateway: TwilioGateway) -> GatewayError:
    with pytest.raises(GatewayError) as failure:
        gateway.send(MESSAGE)
    return failure.value


def test_an_accepted_message_has_an_id_and_arrives_as_written(twilio: FakeTwilio) -> None:
    sid = twilio.gateway().send(MESSAGE)
    [taken] = twilio.ledger
    assert (taken.sid, taken.to, taken.body) == (sid, TO, MESSAGE.body)
    assert taken.callback == MESSAGE.report_url


def test_a_site_without_a_public_address_asks_for_no_reports(twilio: FakeTwilio) -> None:
    twilio.gateway().send(Outgoing(TO, "x"))
    assert twilio.ledger[0].callback == ""


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, 21211, True),
        (400, 21610, True),
        (401, 20003, False),
        (403, 20003, False),
        (404, 20404, False),
        (429, 20429, False),
    ],
)
def test_a_refusal_was_surely_not_sent(
    twilio: FakeTwilio,
    status: int,
    code: int,
    permanent: bool,  # noqa: FBT001 parametrised
) -> None:
    twilio.moods = [fake.refuses(status, code)]
    error = failure_of(twilio.gateway())
    assert (error.sent, error.permanent, error.code) == (Sent.NO, permanent, str(code))
    assert error.opted_out is (code == 21610)
    assert twilio.ledger == []


@pytest.mark.parametrize(
    "mood",
    [
        fake.refuses(500, 20500),
        fake.refuses(503, 20503),
        fake.fails_after_accepting,
        fake.hangs_up_after_accepting,
        fake.answers_late_after_accepting,
        fake.answers_late_without_accepting,
        fake.answers_nonsense,
    ],
)
def test_whatever_may_have_left_is_unknown(
    twilio: FakeTwilio, mood: Callable[[Handler], None]
) -> None:
    twilio.moods = [mood]
    error = failure_of(twilio.gateway(timeout=0.3))
    assert (error.sent, error.permanent) == (Sent.UNKNOWN, False)
    assert twilio.requests == 1  # the library itself repeats nothing


def test_a_server_that_is_down_was_surely_not_reached() -> None:
    with FakeTwilio() as twilio:
        gateway = twilio.gateway()
    error = failure_of(gateway)
    assert (error.sent, error.permanent, error.code) == (Sent.NO, False, "network")


def test_a_name_that_does_not_resolve_was_surely_not_reached() -> None:
    client = fake.LoopbackClient(1, timeout=2)
    client.origin = ("http", "no-such-host.invalid")
    gateway = TwilioGateway(TwilioAccount(fake.SID, fake.TOKEN, fake.SENDER), http=client)
    assert failure_of(gateway).sent is Sent.NO


def test_a_messaging_service_takes_the_place_of_a_number(twilio: FakeTwilio) -> None:
    seen: list[dict[str, str]] = []

    def mood(handler: Handler) -> None:
        seen.append(handler.form)
        fake.accepts(handler)

    twilio.moods = [mood, mood]
    service = "MG" + "1" * 32
    for sender in (service, fake.SENDER):
        account = TwilioAccount(fake.SID, fake.TOKEN, sender)
        TwilioGateway(account, http=fake.LoopbackClient(twilio.port, 2)).send(MESSAGE)
    assert (seen[0].get("MessagingServiceSid"), seen[0].get("From")) == (service, None)
    assert (seen[1].get("MessagingServiceSid"), seen[1].get("From")) == (None, fake.SENDER)


def test_its_records_find_the_message_whose_answer_was_lost(twilio: FakeTwilio) -> None:
    gateway = twilio.gateway()
    before = clock.now() - timedelta(seconds=2)
    sid = gateway.send(MESSAGE)
    gateway.send(Outgoing(TO, "Another text."))
    gateway.send(Outgoing("+442079460000", MESSAGE.body))
    assert [found.provider_id for found in gateway.find(TO, MESSAGE.body, since=before)] == [sid]
    later = clock.now() + timedelta(minutes=1)
    assert gateway.find(TO, MESSAGE.body, since=later) == []


def test_records_that_cannot_be_read_are_not_empty_records(twilio: FakeTwilio) -> None:
    twilio.records_are_down = True
    with pytest.raises(GatewayError):
        twilio.gateway().find(TO, "x", since=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "report"),
    [
        ("queued", Report.ACCEPTED),
        ("sent", Report.ACCEPTED),
        ("delivered", Report.DELIVERED),
        ("undelivered", Report.UNDELIVERED),
        ("failed", Report.UNDELIVERED),
        ("a-new-word", Report.ACCEPTED),
    ],
)
def test_a_signed_report_is_read(twilio: FakeTwilio, status: str, report: Report) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30005"}
    signature = RequestValidator(fake.TOKEN).compute_signature(URL, form)
    found = twilio.gateway().read_report(URL, form, signature)
    assert (found.provider_id, found.report, found.error_code) == ("SM1", report, "30005")


def test_a_report_is_believed_only_for_its_own_address_form_and_token(twilio: FakeTwilio) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    good = RequestValidator(fake.TOKEN).compute_signature(URL, form)
    gateway = twilio.gateway()
    forgeries = [
        (URL, {**form, "MessageStatus": "failed"}, good),
        (URL.replace("/7/", "/8/"), form, good),
        (URL.replace("https", "http"), form, good),
        (URL, form, ""),
        (URL, form, RequestValidator("another token").compute_signature(URL, form)),
    ]
    for url, sent, signature in forgeries:
        with pytest.raises(BadSignature):
            gateway.read_report(url, sent, signature)
        with pytest.raises(BadSignature):
            gateway.read_incoming(url, sent, signature)


def test_a_signed_message_of_a_phone_is_read(twilio: FakeTwilio) -> None:
    form = {"From": TO, "Body": "STOP"}
    signature = RequestValidator(fake.TOKEN).compute_signature(URL, form)
    message = twilio.gateway().read_incoming(URL, form, signature)
    assert (message.sender, message.text) == (TO, "STOP")
