"""Presence across processes, in real Valkey."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis
import redis.asyncio
from django.conf import settings

from realtime import leases
from realtime.leases import Leases, is_online, states_of
from realtime.presence import Presence, Seat


@pytest.fixture
async def two(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Leases, Leases]]:
    """Two processes that share a picture of their own."""
    prefix = f"t{secrets.token_hex(4)}:"
    monkeypatch.setattr(leases, "_PREFIX", prefix)
    for name in ("processes", "states", "sweeper"):
        monkeypatch.setattr(leases, f"_{name.upper()}", f"{prefix}{name}")
    made = Leases("one"), Leases("two")
    yield made
    for one in made:
        await one.hand_back()


async def forget(key: str) -> None:
    """Let a key run out at once."""
    async with redis.asyncio.from_url(settings.REDIS_URL) as client:
        await client.delete(key)


async def test_a_person_in_another_live_process_is_elsewhere(two: tuple[Leases, Leases]) -> None:
    one, other = two
    await one.renew({1: [70], 2: []})
    await other.renew({3: [71, 72]})
    asked = {Seat(1), Seat(3), Seat(3, 71), Seat(3, 70), Seat(4)}
    assert await one.elsewhere(asked) == {Seat(3), Seat(3, 71)}
    assert await other.elsewhere(asked) == {Seat(1)}
    assert await one.elsewhere(set()) == set()


async def test_who_left_is_gone_with_the_next_renewal(two: tuple[Leases, Leases]) -> None:
    one, other = two
    await one.renew({1: [70]})
    await one.renew({})
    assert await other.elsewhere({Seat(1)}) == set()


async def test_a_dead_process_counts_for_nothing_and_its_people_are_taken_once(
    two: tuple[Leases, Leases],
) -> None:
    one, other = two
    await one.renew({1: [70, 71], 2: []})
    await other.renew({})
    assert await other.take_over() == []
    await forget(leases._lease("one"))
    assert await other.elsewhere({Seat(1)}) == set()
    assert await other.take_over() == []  # somebody has just looked
    await forget(leases._SWEEPER)
    assert set(await other.take_over()) == {Seat(1), Seat(1, 70), Seat(1, 71), Seat(2)}
    await forget(leases._SWEEPER)
    assert await other.take_over() == []


async def test_a_lease_and_the_right_to_look_run_out_by_themselves(
    two: tuple[Leases, Leases],
) -> None:
    await two[0].renew({1: []})
    await two[0].take_over()
    async with redis.asyncio.from_url(settings.REDIS_URL) as client:
        assert 0 < await client.pttl(leases._lease("one")) <= leases.LEASE_S * 1000
        assert 0 < await client.pttl(leases._SWEEPER) <= 2000


async def test_a_clean_end_is_taken_over_at_once(two: tuple[Leases, Leases]) -> None:
    one, other = two
    await one.renew({1: []})
    await one.hand_back()
    assert await other.take_over() == [Seat(1)]


async def test_the_run_of_redis_is_told_with_each_renewal(two: tuple[Leases, Leases]) -> None:
    run = (await two[0].renew({})).redis_run
    assert len(run) == 40
    assert (await two[1].renew({})).redis_run == run


async def test_a_process_learns_that_its_lease_had_run_out(two: tuple[Leases, Leases]) -> None:
    one, other = two
    assert (await one.renew({1: []})).had_run_out
    assert not (await one.renew({1: []})).had_run_out
    await forget(leases._lease("one"))
    assert await other.take_over() == [Seat(1)]
    assert (await one.renew({1: []})).had_run_out
    assert await other.elsewhere({Seat(1)}) == {Seat(1)}


async def test_a_process_that_renews_while_another_looks_keeps_its_people(
    two: tuple[Leases, Leases],
) -> None:
    one, other = two
    await one.renew({1: []})
    assert await other._take("one") == []
    await one.renew({1: []})
    assert await other.elsewhere({Seat(1)}) == {Seat(1)}


async def test_the_latest_states_are_readable_by_anybody(two: tuple[Leases, Leases]) -> None:
    await two[0].write_states({Seat(1): Presence.ONLINE, Seat(2): Presence.LOST})
    await two[1].write_states({Seat(2): Presence.UNSTABLE})
    await two[1].write_states({})
    asked = [Seat(1), Seat(2), Seat(3)]
    assert states_of(asked) == {Seat(1): Presence.ONLINE, Seat(2): Presence.UNSTABLE}
    assert is_online([1, 2, 3]) == {1: True, 2: False, 3: False}


async def test_a_person_and_each_attempt_have_states_of_their_own(
    two: tuple[Leases, Leases],
) -> None:
    known = {Seat(1): Presence.ONLINE, Seat(1, 70): Presence.LOST, Seat(1, 71): Presence.UNSTABLE}
    await two[0].write_states(known)
    assert states_of([*known, Seat(1, 72), Seat(70)]) == known
    assert is_online([1]) == {1: True}


async def test_without_redis_writing_raises_and_reading_knows_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    lost = Leases("lost")
    with pytest.raises(redis.RedisError):
        await lost.renew({})
    with pytest.raises(redis.RedisError):
        await lost.elsewhere({Seat(1)})
    await lost.hand_back()
    assert states_of([Seat(1)]) == {}


def test_asking_for_nobody_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(redis, "from_url", lambda *args, **kwargs: asked.append(args))
    assert states_of([]) == {}
    assert asked == []
