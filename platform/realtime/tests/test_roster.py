"""Telling changes of presence: order, other processes, failing handlers, a missing Redis."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import redis
import redis.asyncio
from django.conf import settings
from django.db import connection

from kernel.events import bus
from realtime import leases, metrics, presence
from realtime.events import PresenceChanged
from realtime.leases import Leases
from realtime.presence import Change, Presence, Seat
from realtime.roster import Roster, emit
from realtime.tests.support import until
from realtime.threads import close_pool

pytestmark = pytest.mark.django_db(transaction=True)
ANA, BEN = 1_000_001, 1_000_002


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[int, tuple[int, ...], str]]]:
    """What the handlers of the system heard; the real ones are put aside."""
    heard: list[tuple[int, tuple[int, ...], str]] = []

    def hear(event: PresenceChanged) -> None:
        assert connection.in_atomic_block
        if event.attempt_ids == (666,):
            raise RuntimeError("a bug in a handler")
        heard.append((event.user_id, event.attempt_ids, event.state))

    monkeypatch.setattr(bus, "_handlers", {PresenceChanged: [hear]})
    yield heard
    close_pool()


@pytest.fixture
async def roster(told: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Roster]:
    prefix = f"t{id(told)}:"
    monkeypatch.setattr(leases, "_PREFIX", prefix)
    for name in ("processes", "states", "sweeper"):
        monkeypatch.setattr(leases, f"_{name.upper()}", f"{prefix}{name}")
    monkeypatch.setattr(presence, "SILENCE_S", 0.6)
    monkeypatch.setattr(presence, "GRACE_S", 0.6)
    made = Roster("one")
    made.start()
    yield made
    await made.stop()


def states(told: list[tuple[int, tuple[int, ...], str]], attempt: int) -> list[str]:
    return [state for _, attempts, state in told if attempts == (attempt,)]


async def test_a_life_is_told_in_order(roster: Roster, told: list[Any]) -> None:
    roster.opened(ANA, "a1")
    roster.watched(ANA, "a1", 70)
    await until(lambda: states(told, 70) == ["online"])
    roster.closed("a1")
    await until(lambda: states(told, 70)[1:] == ["unstable"])
    roster.opened(ANA, "a2")
    roster.watched(ANA, "a2", 70)
    await until(lambda: states(told, 70)[2:] == ["online", "unstable"])
    roster.heard("a2")
    await until(lambda: states(told, 70)[4:] == ["online", "unstable", "lost"])


async def test_while_telling_hangs_only_the_latest_state_of_each_seat_waits(
    roster: Roster, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SILENCE_S", 60)
    monkeypatch.setattr(presence, "GRACE_S", 60)
    hangs, answers = threading.Event(), threading.Event()

    def hang(changes: list[Change]) -> None:
        hangs.set()
        answers.wait(60)
        emit(changes)

    monkeypatch.setattr("realtime.roster.emit", hang)
    roster.opened(ANA, "first")
    roster.watched(ANA, "first", 70)
    await until(hangs.is_set)
    roster.opened(BEN, "ben")
    roster.watched(BEN, "ben", 71)
    roster.closed("first")
    for number in range(500):
        roster.opened(ANA, f"a{number}")
        roster.watched(ANA, f"a{number}", 70)
        roster.closed(f"a{number}")
    answers.set()
    await until(lambda: len(told) >= 3)
    assert told == [(ANA, (70,), "online"), (BEN, (71,), "online"), (ANA, (70,), "unstable")]


async def test_who_left_the_attempt_for_another_page_is_lost_live_and_for_whoever_asks(
    roster: Roster, told: list[Any]
) -> None:
    roster.opened(ANA, "a1")
    roster.watched(ANA, "a1", 70)
    await until(lambda: states(told, 70) == ["online"])
    roster.unwatched(ANA, "a1", 70)

    def is_lost() -> bool:
        roster.heard("a1")
        return states(told, 70) == ["online", "unstable", "lost"]

    await until(is_lost)
    known = leases.states_of([Seat(ANA), Seat(ANA, 70)])
    assert known == {Seat(ANA): Presence.ONLINE, Seat(ANA, 70): Presence.LOST}


async def test_somebody_who_is_elsewhere_is_not_missed(roster: Roster, told: list[Any]) -> None:
    other = Leases("other")
    await other.renew({ANA: [70]})
    roster.opened(ANA, "a1")
    roster.watched(ANA, "a1", 70)
    await until(lambda: states(told, 70) == ["online"])
    roster.closed("a1")
    await until(lambda: roster.ledger.state_of(Seat(ANA, 70)) is None)
    assert states(told, 70) == ["online"]
    await other.hand_back()


async def test_a_process_that_slept_tells_its_people_again(
    roster: Roster, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SILENCE_S", 60)
    monkeypatch.setattr("realtime.roster.RENEW_S", 0.05)
    roster.opened(ANA, "a1")
    roster.watched(ANA, "a1", 70)
    await until(lambda: states(told, 70) == ["online"] and roster.redis_run)
    other = Leases("other")
    async with redis.asyncio.from_url(settings.REDIS_URL, decode_responses=True) as client:
        await other.write_states({Seat(ANA, 70): Presence.UNSTABLE})  # it believes that we died
        await client.delete(leases._lease("one"))
    await until(lambda: states(told, 70) == ["online", "online"])
    await until(lambda: leases.states_of([Seat(ANA, 70)]) == {Seat(ANA, 70): Presence.ONLINE})
    await other.hand_back()


async def test_a_failing_handler_spoils_no_other_change(told: list[Any]) -> None:
    seats = [Seat(ANA, 70), Seat(ANA, 666), Seat(ANA), Seat(ANA, 71)]
    before = untold()
    await asyncio.to_thread(emit_and_close, [Change(seat, Presence.LOST) for seat in seats])
    assert told == [(ANA, (70,), "lost"), (ANA, (71,), "lost")]
    assert untold() == before + 1


async def test_what_cannot_be_told_is_counted_and_the_next_change_is_told(
    roster: Roster, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = untold()
    with monkeypatch.context() as broken:
        broken.setattr("realtime.roster.emit", refuse)
        roster.opened(ANA, "a1")
        await until(lambda: untold() > before)
    roster.watched(ANA, "a1", 70)
    await until(lambda: states(told, 70)[:1] == ["online"])


def refuse(changes: list[Change]) -> None:
    raise RuntimeError("a bug of ours")


def untold() -> float:
    """How many changes could not be told in this process so far."""
    return float(metrics.PRESENCE_UNTOLD._value.get())


def emit_and_close(changes: list[Change]) -> None:
    try:
        emit(changes)
    finally:
        connection.close()


async def test_without_redis_what_this_process_knows_is_told(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    roster = Roster("alone")
    roster.start()
    roster.opened(ANA, "a1")
    roster.watched(ANA, "a1", 70)
    await until(lambda: states(told, 70) == ["online"])
    roster.closed("a1")
    await until(lambda: states(told, 70) == ["online", "unstable"])
    assert roster.redis_run == ""
    await roster.stop()


async def test_states_are_written_again_after_a_restart_of_redis(
    roster: Roster, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SILENCE_S", 60)
    monkeypatch.setattr("realtime.roster.RENEW_S", 0.1)
    roster.opened(ANA, "a1")
    roster.watched(ANA, "a1", 70)
    # Until what was on its way has arrived: the first renewal writes the states too.
    await until(lambda: states(told, 70) == ["online"] and roster.redis_run)
    with redis.from_url(settings.REDIS_URL) as client:
        client.delete(f"{leases._STATES}:{ANA}")
    assert leases.is_online([ANA]) == {ANA: False}
    roster.redis_run = "another"
    await until(lambda: leases.is_online([ANA])[ANA])
    assert states(told, 70) == ["online"]
    await until(lambda: len(roster.redis_run) == 40)  # the answer may still be on its way
