"""Writing to sockets that are fast, slow, dead or gone; holding frames back for a snapshot."""

import asyncio
import json
import time
from typing import Any

from realtime.closecodes import CloseCode
from realtime.connection import BLOCKED_S, HELD_FRAMES, Connection, Subscription
from realtime.sendqueue import LOG_FRAMES, Outgoing
from realtime.tests.support import until
from realtime.topics import Caller, Delivery


class Wire:
    """A server's send: `gate` closed means that the peer does not read."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.texts: list[str] = []
        self.error: Exception | None = None
        self.closed: list[int] = []

    async def send(self, message: dict[str, Any]) -> None:
        await self.gate.wait()
        if self.error:
            raise self.error
        self.texts.append(message["text"])

    async def close(self, code: CloseCode) -> None:
        self.closed.append(int(code))

    @property
    def events(self) -> list[Any]:
        parsed = [json.loads(text) for text in self.texts]
        return [e for item in parsed for e in (item if isinstance(item, list) else [item])]


def connected() -> tuple[Connection, Wire]:
    wire = Wire()
    return Connection(Caller(1, "c1", "s1"), wire.send, wire.close), wire


def log(number: int, size: int = 0) -> Outgoing:
    text = json.dumps({"t": "chat.posted", "top": "chat:1", "seq": number, "d": "." * size})
    return Outgoing(text, "chat:1", Delivery.LOG, head=number)


async def test_a_socket_that_reads_gets_each_frame_at_once_without_a_task() -> None:
    connection, wire = connected()
    for number in range(3):
        connection.push(log(number))
    assert [e["seq"] for e in wire.events] == [0, 1, 2]


async def test_a_slow_socket_gets_everything_in_order_once_it_reads_again() -> None:
    connection, wire = connected()
    wire.gate.clear()
    for number in range(100):
        connection.push(log(number))
    connection.push_text('{"t":"ack"}')
    assert wire.texts == []
    wire.gate.set()
    await until(lambda: len(wire.events) == 101)
    assert [e["seq"] for e in wire.events if "seq" in e] == list(range(100))
    connection.push(log(100))
    assert wire.events[-1]["seq"] == 100


async def test_pushing_to_a_dead_reader_never_waits_and_stays_bounded() -> None:
    connection, wire = connected()
    wire.gate.clear()
    began = time.monotonic()
    for number in range(20_000):
        connection.push(log(number, size=600))
    assert time.monotonic() - began < 5
    assert len(connection._queue) <= LOG_FRAMES
    wire.gate.set()
    await until(lambda: len(wire.events) >= 2)
    assert wire.events[1]["t"] == "gap"


async def test_a_socket_that_takes_nothing_for_ten_seconds_is_closed_4408() -> None:
    connection, wire = connected()
    wire.gate.clear()
    connection.push(log(1))
    now = asyncio.get_running_loop().time()
    connection.check_progress(now + BLOCKED_S - 1)
    assert not connection.is_closed
    connection.check_progress(now + BLOCKED_S + 1)
    await until(lambda: wire.closed == [4408])


async def test_more_than_a_mebibyte_waiting_closes_4408() -> None:
    connection, wire = connected()
    wire.gate.clear()
    connection.push(log(1))
    for _ in range(20):
        connection.push_text("x" * 65_536)
    await until(lambda: wire.closed == [4408])


async def test_a_closed_connection_is_silent_and_closes_only_once() -> None:
    connection, wire = connected()
    connection.close(CloseCode.REPLACED)
    connection.close(CloseCode.SIGNED_OUT)
    connection.push(log(1))
    await until(lambda: wire.closed == [4409])
    assert wire.texts == []


async def test_a_peer_that_vanished_ends_writing_without_an_error() -> None:
    connection, wire = connected()
    wire.error = ConnectionError("gone")
    connection.push(log(1))
    assert connection.is_closed
    connection, wire = connected()
    wire.gate.clear()
    connection.push(log(1))
    wire.error = ConnectionError("gone")
    wire.gate.set()
    await until(lambda: connection.is_closed)


async def test_frames_wait_for_the_snapshot_and_then_follow_it() -> None:
    connection, wire = connected()
    subscription = Subscription(connection, "chat:1")
    subscription.push(log(5))
    connection.push_text('{"t":"subd"}')
    assert subscription.release() is None
    subscription.push(log(6))
    assert [(e["t"], e.get("seq")) for e in wire.events] == [
        ("subd", None),
        ("chat.posted", 5),
        ("chat.posted", 6),
    ]


async def test_too_many_frames_during_a_snapshot_are_told_as_a_gap() -> None:
    connection, wire = connected()
    subscription = Subscription(connection, "chat:1")
    for number in range(HELD_FRAMES + 10):
        subscription.push(log(number))
    assert subscription.release() == HELD_FRAMES + 9
    assert len(wire.events) == HELD_FRAMES
    subscription.hold()
    subscription.push(log(1))
    assert len(wire.events) == HELD_FRAMES
    assert subscription.release() is None
