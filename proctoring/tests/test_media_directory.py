"""Which workers live and which serves a room, on a real Valkey with hand-written heartbeats."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from kernel.tests.ports import free_port
from proctoring.media.directory import LOST_SECONDS, Directory
from proctoring.media.errors import MediaUnavailable
from proctoring.media.ports import WorkerLost
from proctoring.media.sfu import protocol
from proctoring.tests.media_stage import ask, private_valkey


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    with private_valkey() as url:
        yield url


@pytest.fixture
async def redis(valkey: str) -> AsyncIterator[aioredis.Redis]:
    client = aioredis.Redis.from_url(valkey)
    await client.flushall()
    yield client
    await client.aclose()


async def beat(
    redis: aioredis.Redis, name: str, beat: int, *, epoch: str = "1", load: int = 0, rooms: str = ""
) -> None:
    fields: dict[str, str | int] = {"epoch": epoch, "beat": beat, "load": load, "rooms": rooms}
    parts = [part for pair in fields.items() for part in pair]
    await ask(redis, "HSET", protocol.worker_key(name), *parts)
    await ask(redis, "SADD", protocol.WORKERS, name)


async def test_a_heartbeat_that_stands_still_for_two_seconds_means_death(
    redis: aioredis.Redis,
) -> None:
    clock = [100.0]
    directory = Directory(redis, lambda: clock[0])
    await beat(redis, "a", 1)
    assert await directory.refresh() == []
    clock[0] += LOST_SECONDS - 0.1
    await beat(redis, "a", 2)
    assert await directory.refresh() == []
    clock[0] += LOST_SECONDS - 0.1
    assert await directory.refresh() == []
    clock[0] += 0.2
    assert await directory.refresh() == [WorkerLost("a", "1")]
    assert await directory.refresh() == []
    assert not directory.alive("a/1")
    await beat(redis, "a", 3)
    assert await directory.refresh() == []
    assert directory.alive("a/1")


async def test_another_epoch_is_a_death_and_a_birth(redis: aioredis.Redis) -> None:
    directory = Directory(redis)
    await beat(redis, "a", 1)
    await directory.refresh()
    await beat(redis, "a", 1, epoch="2")
    assert await directory.refresh() == [WorkerLost("a", "1")]
    assert directory.alive("a/2")


async def test_an_emptied_redis_is_no_death_until_two_seconds_have_passed(
    redis: aioredis.Redis,
) -> None:
    directory = Directory(redis)
    await beat(redis, "a", 1)
    await directory.refresh()
    await redis.flushall()
    assert await directory.refresh() == []
    assert directory.alive("a/1")


async def test_a_redis_that_is_away_tells_nothing_about_workers(
    redis: aioredis.Redis,
) -> None:
    clock = [100.0]
    directory = Directory(redis, lambda: clock[0])
    await beat(redis, "a", 1)
    await directory.refresh()
    clock[0] += 60
    directory.postpone()
    assert await directory.refresh() == []
    assert directory.alive("a/1")


async def test_a_room_goes_to_the_least_loaded_worker_and_stays(redis: aioredis.Redis) -> None:
    directory = Directory(redis)
    await beat(redis, "a", 1, load=500)
    await beat(redis, "b", 1, load=10)
    await directory.refresh()
    assert await directory.place("r") == "b/1"
    await beat(redis, "b", 2, load=900)
    await directory.refresh()
    assert await directory.place("r") == "b/1"
    assert await directory.place("s") == "a/1"


async def test_a_room_goes_back_to_the_worker_that_has_its_cameras(redis: aioredis.Redis) -> None:
    directory = Directory(redis)
    await beat(redis, "a", 1, load=0)
    await beat(redis, "b", 1, load=900, rooms="q,r")
    await directory.refresh()
    assert await directory.place("r") == "b/1"


async def test_the_room_of_a_dead_worker_moves_and_everybody_agrees_where(
    redis: aioredis.Redis,
) -> None:
    one, two = Directory(redis), Directory(redis)
    await redis.set(protocol.room_key("r"), "dead/1")
    await beat(redis, "a", 1, load=5)
    await beat(redis, "b", 1, load=5)
    await one.refresh()
    await two.refresh()
    await beat(redis, "a", 2, load=50)
    await two.refresh()
    assert await one.place("r") == "a/1"
    assert await two.place("r") == "a/1"


async def test_without_workers_there_is_no_place(redis: aioredis.Redis) -> None:
    with pytest.raises(MediaUnavailable):
        await Directory(redis).place("r")


async def test_a_worker_that_signed_off_is_forgotten_once(redis: aioredis.Redis) -> None:
    directory = Directory(redis)
    await beat(redis, "a", 1)
    await directory.refresh()
    assert not directory.forget(WorkerLost("a", "0"))
    assert directory.forget(WorkerLost("a", "1"))
    assert not directory.forget(WorkerLost("a", "1"))


async def test_names_without_a_heartbeat_are_struck_off_the_list(redis: aioredis.Redis) -> None:
    directory = Directory(redis)
    await beat(redis, "a", 1)
    await ask(redis, "SADD", protocol.WORKERS, "b")
    await directory.refresh()
    assert await ask(redis, "SMEMBERS", protocol.WORKERS) in ([b"a"], {b"a"})


async def test_a_missing_redis_is_an_error_not_an_empty_list() -> None:
    client = aioredis.Redis.from_url(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(RedisError):
        await Directory(client).refresh()
    await client.aclose()
