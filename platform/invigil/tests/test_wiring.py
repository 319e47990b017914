"""The page binds what it says: events, topics, ports; and every message keeps the house rules."""

from typing import Any

import msgspec
import pytest

from invigil import wiring
from kernel.events import Bus, Event, bus
from notifications.gateways.base import ConsoleGateway
from notifications.gateways.twilio import TwilioGateway
from realtime.envelope import tag_of
from realtime.topics import registry
from scanner.engines.base import NoEngine
from scanner.engines.clamav import ClamavEngine

HANDLERS = registry.handlers()


def test_every_line_of_the_page_is_bound_in_its_order() -> None:
    for event_type in {event_type for event_type, _ in wiring.EVENTS}:
        wanted = [handler for bound, handler in wiring.EVENTS if bound is event_type]
        assert list(bus.handlers_of(event_type)) == wanted


def test_a_line_binds_a_function_of_a_handlers_file_to_an_event() -> None:
    assert len(set(wiring.EVENTS)) == len(wiring.EVENTS)
    for event_type, handler in wiring.EVENTS:
        assert issubclass(event_type, Event)
        assert handler.__module__.endswith(".handlers"), handler


def test_binding_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {event_type: bus.handlers_of(event_type) for event_type, _ in wiring.EVENTS}
    for event_type, handler in wiring.EVENTS:
        bus.bind(event_type, handler)
    assert before == {event_type: bus.handlers_of(event_type) for event_type, _ in wiring.EVENTS}
    assert Bus().handlers_of(Event) == ()


def test_each_topic_of_the_page_serves_a_noun_of_its_own() -> None:
    nouns = [make().noun for make in wiring.TOPICS]
    assert sorted(nouns) == [handler.noun for handler in HANDLERS]


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.noun)
def test_the_messages_of_a_topic_keep_the_house_rules(handler: Any) -> None:
    """Frozen, strict where a browser writes them, and named after their noun."""
    for call in handler.calls.values():
        config = call.schema.__struct_config__
        assert config.frozen, call.schema
        assert config.forbid_unknown_fields, call.schema
    for event in handler.events:
        noun, _, verb = tag_of(event).partition(".")
        assert noun, event
        assert verb, event
        assert event.__struct_config__.frozen, event
    for shape in (handler.state, handler.value):
        assert shape is None or issubclass(shape, msgspec.Struct)


def test_the_scanner_is_clamav_where_one_is_named(settings: Any) -> None:
    settings.CLAMD_SOCKET, settings.CLAMD_HOST = "", ""
    assert isinstance(wiring.scan_engine(), NoEngine)
    settings.CLAMD_HOST = "127.0.0.1"
    assert isinstance(wiring.scan_engine(), ClamavEngine)


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "sender"])
def test_the_gateway_is_twilio_only_when_its_account_is_complete(
    settings: Any, missing: str
) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC0", "secret"
    settings.TWILIO_MESSAGING_SERVICE_SID, settings.TWILIO_FROM = "", "+15005550006"
    assert isinstance(wiring.sms_gateway(), TwilioGateway)
    setattr(settings, "TWILIO_FROM" if missing == "sender" else missing, "")
    assert isinstance(wiring.sms_gateway(), ConsoleGateway)
