"""Publishing from threads, transactions, forks and against a broken layer."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
from channels.layers import channel_layers
from django.db import transaction

from kernel import clock
from kernel.tests.engines import PrivateValkey
from realtime import publish as plane
from realtime.publish import Publisher, close_user_sockets, flush, publish, publish_state
from realtime.tests.support import layer_on, until
from realtime.topics import group_of


class Posted(msgspec.Struct, frozen=True, tag="chat.posted", tag_field="t"):
    body: str


class Progress(msgspec.Struct, frozen=True):
    answered: int


class Nameless(msgspec.Struct, frozen=True):
    body: str


class Listener:
    """What the hubs of other processes would receive."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.layer = channel_layers.make_backend("default")

    async def listen(self, *topics: str) -> None:
        channel = await self.layer.new_channel()
        for topic in topics:
            await self.layer.group_add(group_of(topic), channel)
        await asyncio.sleep(0.2)  # the layer does not tell when Redis has confirmed
        self.task = asyncio.ensure_future(self._pump(channel))

    async def _pump(self, channel: str) -> None:
        while True:
            self.messages.append(await self.layer.receive(channel))

    @property
    def items(self) -> list[Any]:
        return [item for message in self.messages for item in message["i"]]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.layer.flush()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    await made.listen("chat:1", "wall:1", "attempt:1", plane.CONTROL)
    yield made
    await made.close()


def bodies(listener: Listener) -> list[str]:
    return [msgspec.json.decode(item[1])["d"]["body"] for item in listener.items]


async def test_an_event_a_value_and_a_command_reach_the_layer(listener: Listener) -> None:
    publish("chat:1", Posted("hi"), seq=4)
    publish_state("wall:1", "70", Progress(3), version=2)
    close_user_sockets(8, 4409, topic="attempt:1", except_connection="c1")
    await until(lambda: len(listener.items) == 3)
    event, value, command = sorted(listener.items, key=lambda item: "fsx".index(item[0]))
    frame = msgspec.json.decode(event[1])
    assert (event[0], event[2]) == ("f", 4)
    assert (frame["t"], frame["top"], frame["seq"], frame["d"]) == (
        "chat.posted",
        "chat:1",
        4,
        {"body": "hi"},
    )
    assert abs(frame["at"] - clock.to_millis(clock.now())) < 5000
    assert value == ["s", "70", '{"answered":3}', 2]
    assert command == ["x", {"user": 8, "code": 4409, "topic": "attempt:1", "spare": "c1"}]


async def test_many_threads_publish_without_loss_and_each_in_its_order(listener: Listener) -> None:
    def speak(name: str) -> None:
        for number in range(100):
            publish("chat:1", Posted(f"{name}{number}"))

    threads = [threading.Thread(target=speak, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    await until(lambda: len(listener.items) == 800)
    for name in "abcdefgh":
        mine = [body for body in bodies(listener) if body.startswith(name)]
        assert mine == [f"{name}{number}" for number in range(100)]


async def test_publishing_does_not_wait_for_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, publisher = threading.Event(), Publisher()

    async def hang(*_: Any) -> None:
        await asyncio.to_thread(gate.wait, 60)

    monkeypatch.setattr(plane, "send_items", hang)
    for _ in range(200):
        publisher.put("chat:2", ["f", "{}", None])
    assert not publisher.flush(0.05)  # all are handed over while the first still hangs
    gate.set()
    assert await asyncio.to_thread(publisher.flush, 30)


async def test_only_the_latest_value_of_a_key_is_sent_in_a_rush(listener: Listener) -> None:
    for answered in range(1, 6):
        publish_state("wall:1", "70", Progress(answered), version=answered)
        publish_state("wall:1", "71", Progress(-answered), version=10 - answered)
    await until(lambda: len(listener.items) == 2)
    assert sorted(listener.items) == [
        ["s", "70", '{"answered":5}', 5],
        ["s", "71", '{"answered":-1}', 9],
    ]
    publish_state("wall:1", "70", Progress(6), version=6)
    await until(lambda: ["s", "70", '{"answered":6}', 6] in listener.items)


async def test_an_event_does_not_wait_for_values_that_linger(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plane, "STATE_LINGER_S", 60)
    publisher = Publisher()
    publisher.put("chat:1", ["f", '"before"', None])
    await until(lambda: len(listener.items) == 1)  # the thread runs
    publisher.put("wall:1", ["s", "70", "{}", 1])
    publisher.put("chat:1", ["f", '"now"', None])
    await until(lambda: len(listener.items) == 2)
    assert not await asyncio.to_thread(publisher.flush, 0.05)


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_it_waits_for_the_commit_and_a_rollback_publishes_nothing() -> None:
    sent: list[str] = []
    publisher = Publisher()
    publisher.put = lambda topic, item: sent.append(topic)  # type: ignore[method-assign] # observes the queue
    plane._current, before = publisher, plane._current
    try:
        with transaction.atomic():
            publish("chat:1", Posted("kept"))
            assert sent == []
        assert sent == ["chat:1"]
        with transaction.atomic():
            publish("chat:2", Posted("lost"))
            transaction.set_rollback(True)
        assert sent == ["chat:1"]
    finally:
        plane._current = before


async def test_from_an_event_loop_no_database_is_touched(listener: Listener) -> None:
    publish("chat:1", Posted("hi"))
    await until(lambda: bodies(listener) == ["hi"])


def test_a_message_without_a_name_is_logged_and_never_raises() -> None:
    publish("chat:1", Nameless("hi"))


async def test_a_full_queue_drops_and_counts() -> None:
    publisher = Publisher(limit=10)
    publisher._start = lambda: None  # type: ignore[method-assign] # nobody empties it
    for _ in range(25):
        publisher.put("chat:1", ["f", "{}", None])
    assert publisher.dropped == 15
    assert not publisher.flush(0.01)


@pytest.fixture
def broken_layer(settings: Any) -> Iterator[PrivateValkey]:
    """A layer on a Valkey that can be stopped and started."""
    server = PrivateValkey().start()
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {
                "hosts": [{"address": server.url, "socket_connect_timeout": 1}],
                "prefix": "t",
            },
        }
    }
    yield server
    server.stop()


async def test_with_redis_down_messages_are_counted_as_lost_and_later_ones_arrive(
    broken_layer: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plane, "SEND_TIMEOUT_S", 0.3)
    publisher = Publisher()
    publisher.put("chat:1", ["f", "{}", None])
    assert await asyncio.to_thread(publisher.flush, 5.0)
    assert publisher.dropped == 0
    broken_layer.stop()
    publisher.put("chat:1", ["f", "{}", None])
    await until(lambda: publisher.dropped == 1)
    await asyncio.to_thread(broken_layer.start)
    heard = layer_on(broken_layer.url, "t")
    channel = await heard.new_channel()
    await heard.group_add("chat.1", channel)
    received: asyncio.Future[Any] = asyncio.ensure_future(heard.receive(channel))

    def arrived() -> bool:
        publisher.put("chat:1", ["f", "{}", 9])
        return received.done()

    await until(arrived)
    assert received.result()["i"][-1] == ["f", "{}", 9]
    await heard.flush()


def test_a_forked_child_publishes_with_a_thread_of_its_own() -> None:
    publish("chat:9", Posted("parent"))
    assert flush(5.0)
    parent_publisher = plane._current
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the child
        publish("chat:9", Posted("child"))
        is_new = plane._current is not parent_publisher
        os.write(write, b"1" if is_new and flush(5.0) and plane._current.dropped == 0 else b"0")  # type: ignore[union-attr] # just published
        os._exit(0)
    os.close(write)
    assert os.waitpid(child, 0)[1] == 0
    assert os.read(read, 1) == b"1"
    os.close(read)
