"""Requests of one socket without a server: order, limits, and the end of a socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
import pytest
from django.conf import settings

from kernel import clock
from realtime.connection import Connection
from realtime.dispatch import MAX_WAITING, Dispatcher
from realtime.hub import Hub
from realtime.ratelimit import Buckets
from realtime.tests.support import layer_on, until
from realtime.tickets import TicketBook, read_ticket
from realtime.topics import Call, Caller, Delivery, Registry, Snapshot, Topic


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str


class Talk(Topic):
    noun = "talk"
    delivery = Delivery.LOG

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {
            "talk.say": Call(Word, self.say),
            "talk.hold": Call(Word, self.hold),
        }
        self.said: list[str] = []
        self.gone: list[str] = []
        self.gate = asyncio.Event()
        self.allowed = True

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        if not self.allowed:
            raise PermissionError("a bug, not a refusal")
        return Snapshot(head=3)

    async def left(self, caller: Caller, key: str) -> None:
        self.gone.append(key)
        if key == "bug":
            raise RuntimeError("a bug in left")

    async def say(self, caller: Caller, key: str, message: Word) -> None:
        await asyncio.sleep(0.001 if len(self.said) % 2 else 0)
        self.said.append(message.body)

    async def hold(self, caller: Caller, key: str, message: Word) -> None:
        await self.gate.wait()
        self.said.append(message.body)


class Socket:
    """A dispatcher, what it sent, and what it was told to end with."""

    def __init__(self) -> None:
        self.talk = Talk()
        registry = Registry()
        registry.register(self.talk)
        self.sent: list[Any] = []
        self.codes: list[int] = []
        self.watched: list[tuple[str, bool]] = []
        self.floods = 0
        self.hub = Hub(
            lambda: layer_on(settings.REDIS_URL, f"t{id(self)}"), registry, lambda _: None
        )
        self.connection = Connection(Caller(1, "c1", "s1"), self._send, self._close)
        self.dispatcher = Dispatcher(
            self.connection,
            self.hub,
            registry,
            on_watch=lambda topic, begins: self.watched.append((topic, begins)),
            on_flood=self._flooded,
            tickets=TicketBook(1, "s1", clock.to_millis(clock.now())),
            buckets=Buckets(),
        )

    async def _send(self, message: dict[str, Any]) -> None:
        parsed = json.loads(message["text"])
        self.sent += parsed if isinstance(parsed, list) else [parsed]

    async def _close(self, code: int) -> None:
        self.codes.append(int(code))

    def _flooded(self) -> None:
        self.floods += 1

    def ask(self, kind: str, request_id: str, topic: str = "talk:1", **more: Any) -> None:
        self.dispatcher.take(json.dumps({"t": kind, "id": request_id, "top": topic, **more}))

    def say(self, body: str, kind: str = "talk.say", topic: str = "talk:1") -> None:
        self.ask(kind, body, topic, d={"body": body})

    def answers(self, kind: str) -> list[str]:
        return [frame.get("re") for frame in self.sent if frame["t"] == kind]


@pytest.fixture
async def socket() -> AsyncIterator[Socket]:
    made = Socket()
    await made.hub.start()
    yield made
    made.talk.gate.set()
    await made.dispatcher.close()
    await made.hub.stop()


async def test_calls_of_one_topic_run_in_the_order_in_which_they_came(socket: Socket) -> None:
    socket.ask("sub", "s")
    for number in range(30):
        socket.say(str(number))
    await until(lambda: len(socket.answers("ack")) == 30)
    assert socket.talk.said == [str(number) for number in range(30)]


async def test_a_held_topic_holds_no_other(socket: Socket) -> None:
    socket.ask("sub", "a", "talk:1")
    socket.ask("sub", "b", "talk:2")
    socket.say("held", "talk.hold")
    socket.say("free", topic="talk:2")
    socket.ask("hb", "h")
    await until(lambda: socket.answers("ack") == ["free"])
    assert socket.answers("hb") == ["h"]


async def test_too_much_at_once_is_refused_as_busy(socket: Socket) -> None:
    socket.ask("sub", "s")
    await until(lambda: socket.answers("subd"))
    for number in range(MAX_WAITING + 3):
        socket.say(f"n{number}", "talk.hold")
    busy = [frame["code"] for frame in socket.sent if frame["t"] == "err"]
    assert busy == ["busy"] * 3
    assert socket.codes == []


async def test_the_end_of_a_socket_lets_running_calls_finish_and_leaves_every_topic(
    socket: Socket,
) -> None:
    for topic in ("talk:1", "talk:2", "talk:bug"):
        socket.ask("sub", topic, topic)
    socket.say("running", "talk.hold")
    socket.say("waiting", "talk.hold")
    await until(lambda: len(socket.answers("subd")) == 3)
    await asyncio.sleep(0.05)
    closing = asyncio.ensure_future(socket.dispatcher.close())
    await asyncio.sleep(0.05)
    assert not closing.done()
    socket.talk.gate.set()
    await closing
    assert socket.talk.said == ["running"]
    assert sorted(socket.talk.gone) == ["1", "2", "bug"]
    assert socket.dispatcher.topics() == ()
    assert socket.hub.topics() == ()


async def test_subscribing_again_is_one_subscription_with_a_new_snapshot(socket: Socket) -> None:
    socket.ask("sub", "a")
    socket.ask("sub", "b", since=2)
    socket.ask("unsub", "c")
    socket.ask("unsub", "d")
    await until(lambda: socket.talk.gone)
    assert socket.answers("subd") == ["a", "b"]
    assert socket.watched == [("talk:1", True), ("talk:1", False)]
    await asyncio.sleep(0.05)
    assert socket.talk.gone == ["1"]


async def test_a_subscription_that_is_refused_the_second_time_is_over(socket: Socket) -> None:
    socket.ask("sub", "a")
    await until(lambda: socket.answers("subd"))
    socket.talk.allowed = False
    socket.ask("sub", "b")
    await until(lambda: socket.talk.gone)
    assert [frame["code"] for frame in socket.sent if frame["t"] == "err"] == ["server_error"]
    assert socket.dispatcher.topics() == ()


async def test_strikes_end_the_socket_once(socket: Socket) -> None:
    for _ in range(60):
        socket.dispatcher.take("{}")
    await until(lambda: socket.codes == [4429])
    assert socket.floods == 1
    assert len(socket.answers("err")) == 21


async def test_only_the_first_heart_beat_after_a_look_at_the_session_brings_a_ticket(
    socket: Socket,
) -> None:
    for beat in ("a", "b"):
        socket.ask("hb", beat)
    first, second = socket.sent
    assert read_ticket(first["ticket"], "s1") is not None
    assert "ticket" not in second


async def test_one_frame_after_the_end_is_ignored(socket: Socket) -> None:
    socket.connection.is_closed = True
    socket.dispatcher.take('[{"t":"hb"},{"t":"hb"}]')
    assert socket.sent == []
