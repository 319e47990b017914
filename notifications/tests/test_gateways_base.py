"""The port, and the gateway that writes to the log."""

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from notifications.gateways.base import (
    BadSignature,
    ConsoleGateway,
    Outgoing,
    bind_gateway,
    bound_gateway,
)

MESSAGE = Outgoing(to="+442079460958", body="Ana, bring a pencil.")


def test_the_console_writes_the_text_and_hides_the_number() -> None:
    with capture_logs() as lines:
        first, second = ConsoleGateway().send(MESSAGE), ConsoleGateway().send(MESSAGE)
    assert first != second
    assert [(line["number"], line["sms"]) for line in lines] == [
        ("+44••••••••58", "Ana, bring a pencil.")
    ] * 2


def test_the_console_has_no_records_and_believes_nobody() -> None:
    gateway = ConsoleGateway()
    assert gateway.find(MESSAGE.to, MESSAGE.body, since=datetime(2026, 1, 1, tzinfo=UTC)) == []
    with pytest.raises(BadSignature):
        gateway.read_report("https://x.test/", {"MessageStatus": "delivered"}, "")
    with pytest.raises(BadSignature):
        gateway.read_incoming("https://x.test/", {"Body": "STOP"}, "")


def test_the_gateway_is_bound_once_for_the_process() -> None:
    gateway = ConsoleGateway()
    bind_gateway(gateway)
    assert bound_gateway() is gateway
