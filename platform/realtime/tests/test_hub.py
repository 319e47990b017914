"""The hub over real Valkey: fan-out, order, joins, two processes, and every kind of layer fault."""

import asyncio
import contextlib
import functools
import multiprocessing
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import pytest
import redis
from django.conf import settings

from kernel.tests.engines import PrivateValkey
from realtime.hub import Hub
from realtime.publish import CONTROL, Item, send_items
from realtime.tests.support import Recorder, layer_on, until
from realtime.topics import Caller, Delivery, Registry, Snapshot, Topic


class Room(Topic):
    noun = "chat"
    delivery = Delivery.LOG
    log_end = 0
    is_broken = False
    asked = 0

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        return Snapshot()

    async def heads(self, keys: Sequence[str]) -> dict[str, int]:
        self.asked += 1
        if self.is_broken:
            raise ConnectionError("no database")
        return dict.fromkeys(keys, self.log_end)


class Wall(Room):
    noun = "wall"
    delivery = Delivery.STATE


class Attempt(Room):
    noun = "attempt"
    delivery = Delivery.COMMAND


class World:
    """A hub with its own names on a Valkey, and somebody who publishes."""

    def __init__(self, url: str) -> None:
        prefix = f"t{secrets.token_hex(4)}"
        self.commands: list[Any] = []
        self.registry = Registry()
        self.room = Room()
        for handler in (self.room, Wall(), Attempt()):
            self.registry.register(handler)
        self.publisher = layer_on(url, prefix)
        self.make_layer: Callable[[], Any] = lambda: layer_on(url, prefix)
        self.hub = self.new_hub()

    def new_hub(self) -> Hub:
        return Hub(self.make_layer, self.registry, self.commands.append)

    async def publish(self, topic: str, *items: Item) -> None:
        await send_items(self.publisher, topic, list(items))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(settings.REDIS_URL)
    await made.hub.start()
    yield made
    await made.hub.stop()
    await made.publisher.flush()


@pytest.fixture
def valkey() -> Iterator[PrivateValkey]:
    server = PrivateValkey().start()
    yield server
    server.stop()


def post(number: int, topic: str = "chat:1") -> Item:
    return ["f", f'{{"t":"chat.posted","top":"{topic}","seq":{number}}}', number]


def numbers(member: Recorder) -> list[int]:
    return [event["seq"] for event in member.of("chat.posted")]


async def test_everybody_on_a_topic_gets_everything_in_order(world: World) -> None:
    ana, ben, olga = Recorder(), Recorder(), Recorder()
    await world.hub.join("chat:1", ana)
    await world.hub.join("chat:1", ben)
    await world.hub.join("chat:2", olga)
    for start in range(1, 1000, 50):
        await world.publish("chat:1", *(post(number) for number in range(start, start + 50)))
    await until(lambda: len(numbers(ana)) == 1000 and len(numbers(ben)) == 1000)
    assert numbers(ana) == numbers(ben) == list(range(1, 1001))
    assert olga.frames == []


async def test_a_publish_right_after_a_join_is_never_missed(world: World) -> None:
    """The layer does not wait for Redis to confirm a subscription; the marker does."""
    for round_ in range(50):
        member, topic = Recorder(), f"chat:{round_}"
        await world.hub.join(topic, member)
        await world.publish(topic, post(1, topic))
        await until(functools.partial(len, member.frames), timeout_s=2)


async def test_after_leaving_nothing_arrives_and_the_group_is_given_up(world: World) -> None:
    ana = Recorder()
    await world.hub.join("chat:1", ana)
    await world.hub.leave("chat:1", ana)
    await world.hub.leave("chat:1", ana)
    assert world.hub.topics() == ()
    ben = Recorder()
    await world.hub.join("chat:2", ben)
    await world.publish("chat:1", post(1))
    await world.publish("chat:2", post(1, "chat:2"))
    await until(lambda: ben.frames)  # it overtakes nothing
    assert ana.frames == []


async def test_joins_and_leaves_may_overlap(world: World) -> None:
    members = [Recorder() for _ in range(20)]
    for _ in range(5):
        await asyncio.gather(*(world.hub.join("chat:1", member) for member in members))
        await asyncio.gather(
            *(world.hub.leave("chat:1", member) for member in members[1:]),
            world.hub.join("chat:1", members[0]),
        )
    await world.publish("chat:1", post(1))
    await until(lambda: members[0].frames)
    assert all(member.frames == [] for member in members[1:])


async def test_state_is_coalesced_to_the_latest_value(world: World) -> None:
    ivo = Recorder()
    await world.hub.join("wall:1", ivo)
    for number in range(100):
        await world.publish("wall:1", ["s", "70", str(number), 0])
    await until(lambda: ivo.of("wall.changed") and ivo.of("wall.changed")[-1]["d"] == {"70": 99})
    assert len(ivo.frames) <= 6


async def test_commands_for_all_processes_reach_each_of_them(world: World) -> None:
    other = world.new_hub()
    await other.start()
    await world.publish(CONTROL, ["x", {"user": 1}])
    await until(lambda: world.commands == [{"user": 1}] * 2)
    await other.stop()


async def test_a_malformed_message_is_logged_and_the_rest_goes_on(world: World) -> None:
    ana = Recorder()
    await world.hub.join("chat:1", ana)
    await world.publish("chat:1", ["f", None, "x"], ["s", 1, 2, "x"], ["?"], post(1))
    await until(lambda: numbers(ana) == [1])


async def test_a_slow_member_does_not_hold_up_the_others(world: World) -> None:
    class Broken(Recorder):
        def push(self, frame: Any) -> None:
            raise RuntimeError("bug")

    await world.hub.join("chat:1", Broken())
    ana = Recorder()
    await world.hub.join("chat:2", ana)
    await world.publish("chat:1", post(1))
    await world.publish("chat:2", post(1))
    await until(lambda: ana.frames)


async def test_idle_logs_hear_where_their_log_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.HEADS_S", 0.05)
    other = world.new_hub()
    await other.start()
    ana = Recorder()
    await other.join("chat:1", ana)
    world.room.log_end = 7  # committed, but its publish was lost
    await until(lambda: ana.of("pos"))
    assert ana.of("pos")[-1] == {"t": "pos", "d": {"chat:1": 7}}
    told = len(ana.of("pos"))
    await rounds(world.room, 4)
    assert len(ana.of("pos")) == told  # no news, no frame
    world.room.is_broken = True
    await rounds(world.room, 2)
    world.room.is_broken, world.room.log_end = False, 8
    await until(lambda: ana.of("pos")[-1]["d"] == {"chat:1": 8})
    await other.stop()


async def rounds(room: Room, count: int) -> None:
    """Wait until the hub has asked so many times again where the logs end."""
    enough = room.asked + count
    await until(lambda: room.asked >= enough)


# ── Faults of the layer ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pause_s", [0.1, 2.5])
async def test_a_restarted_redis_loses_nobody_and_everybody_hears_it(
    valkey: PrivateValkey, pause_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.WATCH_S", 0.3)
    world = World(valkey.url)
    await world.hub.start()
    room, wall, attempt = Recorder(), Recorder(), Recorder()
    await world.hub.join("chat:1", room)
    await world.hub.join("wall:1", wall)
    await world.hub.join("attempt:1", attempt)
    await world.publish("chat:1", post(1))
    await until(lambda: numbers(room) == [1])

    valkey.stop()
    world.room.log_end = 2
    await asyncio.sleep(pause_s)
    await asyncio.to_thread(valkey.start)
    if pause_s < 1:
        await world.hub.heal()  # the node calls this when Redis has a new run id

    await until(lambda: room.of("pos") and wall.of("gap") and attempt.of("gap"), timeout_s=20)
    assert room.of("pos")[-1]["d"] == {"chat:1": 2}
    await until(lambda: not world.hub.is_faulty)

    async with asyncio.timeout(10):
        while 3 not in numbers(room):
            with contextlib.suppress(redis.RedisError):  # the publisher's connection broke too
                await world.publish("chat:1", post(3))
            await asyncio.sleep(0.1)
    await world.hub.stop()
    await world.publisher.flush()


async def test_joining_while_redis_is_down_is_quick_and_mended_later(
    valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.WATCH_S", 0.3)
    world = World(valkey.url)
    valkey.stop()
    await world.hub.start()
    ana = Recorder()
    async with asyncio.timeout(5):
        await world.hub.join("attempt:1", ana)
        await world.hub.join("attempt:2", ana)
    await asyncio.to_thread(valkey.start)
    await until(lambda: len(ana.of("gap")) >= 2, timeout_s=20)
    await world.publish("attempt:1", ["f", '{"t":"attempt.changed","top":"attempt:1"}', None])
    await until(lambda: ana.of("attempt.changed"))
    await world.hub.stop()
    await world.publisher.flush()


class FlakyLayer:
    """A real layer whose receive fails now and then, as a broken connection would make it."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.failures = 2

    def __getattr__(self, name: str) -> Any:
        return getattr(self.layer, name)

    async def receive(self, channel: str) -> Any:
        message = await self.layer.receive(channel)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("connection lost")
        return message


async def test_the_pump_starts_again_after_any_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.hub.WATCH_S", 0.2)
    world = World(settings.REDIS_URL)
    layer = FlakyLayer(world.make_layer())
    hub = Hub(lambda: layer, world.registry, world.commands.append)
    await hub.start()
    ana = Recorder()
    await hub.join("chat:1", ana)
    await until(lambda: layer.failures == 0 and not hub.is_faulty)
    await world.publish("chat:1", post(1))
    await until(lambda: numbers(ana) == [1])
    await hub.stop()
    await world.publisher.flush()


# ── Two processes ───────────────────────────────────────────────────────────────────────────


def publish_many(url: str, prefix: str, count: int) -> None:
    async def run() -> None:
        layer: Any = layer_on(url, prefix)
        for number in range(1, count + 1):
            await send_items(layer, "chat:1", [post(number)])
        await layer.flush()

    asyncio.run(run())


async def test_a_burst_from_another_process_arrives_complete_and_in_order(world: World) -> None:
    members = [Recorder() for _ in range(50)]
    for member in members:
        await world.hub.join("chat:1", member)
    prefix = world.publisher._kwargs["prefix"]
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=publish_many, args=(settings.REDIS_URL, prefix, 500))
    process.start()
    await until(lambda: all(len(numbers(member)) == 500 for member in members), timeout_s=20)
    assert all(numbers(member) == list(range(1, 501)) for member in members)
    await asyncio.to_thread(process.join, 10)
    assert process.exitcode == 0
