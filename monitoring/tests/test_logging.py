import io
import json
import logging

import pytest
import structlog

from monitoring.logging import REDACTED, configure, redact

CANARIES = {
    "password": "hunter2-canary",
    "phone": "+989121234567",
    "email": "ana@example.org",
    "ticket": "canary-ticket",
    "value": {"answer": "canary-answer"},
    "Authorization": "Basic canary",
}


@pytest.mark.parametrize("key", sorted(CANARIES))
def test_a_secret_is_redacted_under_its_key(key: str) -> None:
    line = redact(None, "info", {"event": "x", key: CANARIES[key]})
    assert line[key] == REDACTED


def test_a_secret_is_redacted_inside_other_text_and_nested_values() -> None:
    event = {
        "event": "sent to ana@example.org at +989121234567",
        "data": {"list": ["ben@example.org", {"token": "canary"}]},
    }
    line = json.dumps(redact(None, "info", event))
    assert "example.org" not in line
    assert "989121234567" not in line
    assert "canary" not in line


def test_plain_facts_are_left_alone() -> None:
    event = {"event": "answer.saved", "attempt": 12, "state": "running", "took_ms": 3.5}
    assert redact(None, "info", dict(event)) == event


def test_library_and_own_lines_are_json_with_the_request_id() -> None:
    configure({"level": "INFO", "cache": False})
    stream = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    structlog.contextvars.bind_contextvars(request_id="r-1")
    try:
        structlog.get_logger("ours").info("thing.done", count=2)
        logging.getLogger("library").warning("it said %s", "hello")
    finally:
        structlog.contextvars.clear_contextvars()
    ours, theirs = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (ours["event"], ours["count"], ours["request_id"]) == ("thing.done", 2, "r-1")
    assert (theirs["event"], theirs["request_id"]) == ("it said hello", "r-1")
