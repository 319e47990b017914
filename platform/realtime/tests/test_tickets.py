"""Resume tickets, origins, cookies: what opens a socket and what does not."""

from typing import Any

import pytest
import time_machine
from hypothesis import given, strategies as st

from realtime import tickets
from realtime.tickets import (
    Ticket,
    TicketBook,
    is_allowed_origin,
    issue_ticket,
    read_ticket,
    ticket_of,
)

NINE_MS = 1777885200000  # 2026-05-04T09:00:00Z
SITE = ["http://127.0.0.1:8000", "https://exam.school.example"]


@time_machine.travel("2026-05-04T09:00:00Z", tick=False)
def test_a_ticket_names_the_person_for_five_minutes_and_only_with_its_session() -> None:
    ticket = issue_ticket(7, "session-a", NINE_MS)
    assert read_ticket(ticket, "session-a") == Ticket(7, NINE_MS)
    assert read_ticket(ticket, "session-b") is None
    with time_machine.travel("2026-05-04T08:59:59Z", tick=False):
        assert read_ticket(ticket, "session-a") is None  # nobody looked at a session tomorrow
    with time_machine.travel("2026-05-04T09:05:00Z", tick=False):
        assert read_ticket(ticket, "session-a") is not None
    with time_machine.travel("2026-05-04T09:05:01Z", tick=False):
        assert read_ticket(ticket, "session-a") is None


def test_a_ticket_got_by_a_ticket_is_no_younger() -> None:
    with time_machine.travel("2026-05-04T09:04:00Z", tick=False):
        first = read_ticket(issue_ticket(7, "session-a", NINE_MS), "session-a")
        assert first is not None
        second = TicketBook(7, "session-a", first.checked_ms).due() or ""
        assert read_ticket(second, "session-a") == first
    with time_machine.travel("2026-05-04T09:05:01Z", tick=False):
        assert read_ticket(second, "session-a") is None


def test_a_ticket_is_a_legal_subprotocol_and_says_nothing_of_the_session() -> None:
    ticket = issue_ticket(7, "session-a", NINE_MS)
    assert set(ticket) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert ticket_of(["invigil.v1", f"ticket.{ticket}"]) == ticket
    assert ticket_of(["invigil.v1"]) is None


@time_machine.travel("2026-05-04T09:02:30Z", tick=False)
def test_a_socket_gets_a_new_ticket_when_a_look_at_the_session_makes_it_last_longer() -> None:
    book = TicketBook(7, "session-a", NINE_MS)
    assert read_ticket(book.due() or "", "session-a") == Ticket(7, NINE_MS)
    assert book.due() is None
    book.checked(NINE_MS + 149_000)
    assert book.due() is None
    book.checked(NINE_MS + 150_000)
    book.checked(NINE_MS + 120_000)  # an older answer that came late
    assert read_ticket(book.due() or "", "session-a") == Ticket(7, NINE_MS + 150_000)
    assert book.due() is None


@time_machine.travel("2026-05-04T09:00:00Z", tick=False)
def test_every_changed_character_makes_it_worthless() -> None:
    ticket = issue_ticket(7, "session-a", NINE_MS)
    assert read_ticket(ticket, "session-a") is not None
    for place in range(len(ticket) - 1):
        forged = ticket[:place] + ("A" if ticket[place] != "A" else "B") + ticket[place + 1 :]
        assert read_ticket(forged, "session-a") is None


@given(st.text(max_size=80))
def test_no_text_is_a_ticket(text: str) -> None:
    assert read_ticket(text, "session-a") is None


@pytest.mark.parametrize(
    "origin",
    ["http://127.0.0.1:8000", "https://exam.school.example", "https://exam.school.example:443", "HTTPS://EXAM.school.example"],
)  # fmt: skip
def test_our_own_pages_are_allowed(origin: str) -> None:
    assert is_allowed_origin(origin, SITE)


@pytest.mark.parametrize(
    "origin",
    [
        None, "", "null", "*", "127.0.0.1:8000", "http://127.0.0.1", "http://127.0.0.1:8001",
        "https://127.0.0.1:8000", "http://exam.school.example", "https://school.example",
        "https://evil.exam.school.example", "https://exam.school.example.evil.example",
        "https://exam.school.example@evil.example", "https://evil.example/https://exam.school.example",
        "http://[::1]:8000", "http://127.0.0.1:port", "file://", "https://",
    ],
)  # fmt: skip
def test_every_other_page_is_foreign(origin: str | None) -> None:
    assert not is_allowed_origin(origin, SITE)


def test_a_malformed_entry_of_the_list_allows_nothing() -> None:
    assert not is_allowed_origin("null", ["null", "*", ""])


def scope(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"headers": list(headers)}


def test_a_header_sent_twice_counts_as_missing() -> None:
    assert tickets.header(scope((b"origin", b"a")), b"origin") == "a"
    assert tickets.header(scope((b"origin", b"a"), (b"origin", b"b")), b"origin") is None
    assert tickets.header(scope(), b"origin") is None


def test_the_session_key_comes_from_the_cookie() -> None:
    assert tickets.session_key_of(scope((b"cookie", b"a=1; sessionid=abc; b=2"))) == "abc"
    assert tickets.session_key_of(scope((b"cookie", b"sessionid="))) is None
    assert tickets.session_key_of(scope()) is None


def test_the_configured_origins_are_those_of_the_settings(settings: Any) -> None:
    settings.REALTIME_ALLOWED_ORIGINS = SITE
    assert tickets.allowed_origins() == SITE
