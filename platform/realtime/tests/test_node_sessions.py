"""Sessions and tickets in one process: what the periodic check and a revocation do to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kernel import clock
from realtime.connection import Connection
from realtime.identity import Identity
from realtime.node import REMEMBER_REVOKED_S, Node, OpenSocket
from realtime.tests.conftest import Person, session_of, sign_out
from realtime.tests.support import until
from realtime.tickets import MAX_AGE_S, Ticket, TicketBook, read_ticket
from realtime.topics import Caller

pytestmark = pytest.mark.django_db


class Watched:
    """A node without its tasks, and one socket of `person` on it."""

    def __init__(self, person: Person) -> None:
        self.node = Node()
        self.codes: list[int] = []
        caller = Caller(person.id, "c1", person.session_key)
        connection = Connection(caller, self._send, self._close)
        self.long_ago_ms = clock.to_millis(clock.now()) - 200_000
        self.book = TicketBook(person.id, person.session_key, self.long_ago_ms)
        assert self.book.due()
        owner = Identity(person.id, person.session_key)
        self.node.opened(OpenSocket(connection, owner, tuple, self.book))

    async def _send(self, message: dict[str, Any]) -> None:
        raise AssertionError(message)

    async def _close(self, code: int) -> None:
        self.codes.append(int(code))


async def test_the_periodic_check_makes_the_tickets_of_good_sessions_last(ana: Person) -> None:
    watched = Watched(ana)
    assert watched.book.due() is None
    await watched.node.check_sessions()
    ticket = read_ticket(watched.book.due() or "", ana.session_key)
    assert ticket is not None
    assert ticket.checked_ms >= watched.long_ago_ms + 200_000
    assert watched.codes == []


async def test_a_session_found_ended_takes_its_tickets_with_it(ana: Person) -> None:
    doomed = Person(ana.user, session_of(ana.user))
    watched = Watched(doomed)
    ticket = Ticket(ana.id, clock.to_millis(clock.now()))
    assert not watched.node.is_revoked(ticket)
    sign_out(doomed.session_key)
    await watched.node.check_sessions()
    assert watched.node.is_revoked(ticket)
    assert watched.book.due() is None
    await until(lambda: watched.codes == [4401])


async def test_a_revocation_and_the_tickets_go_by_the_same_clock(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2040, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    watched, before = Watched(ana), Ticket(ana.id, clock.to_millis(now))
    watched.node._obey({"user": ana.id, "topic": None, "code": 1012, "spare": None})
    assert watched.node.is_revoked(before)
    assert not watched.node.is_revoked(Ticket(ana.id, before.checked_ms + 1))
    now += timedelta(seconds=MAX_AGE_S)
    watched.node._forget_old()
    assert watched.node.is_revoked(before)
    now += timedelta(seconds=REMEMBER_REVOKED_S)
    watched.node._forget_old()
    assert not watched.node.is_revoked(before)  # it has run out by itself long ago
