"""Publish to a topic from any process and thread: after commit, without waiting, never raising.

A frame is encoded once, by the caller, and put on a bounded queue. One daemon thread per process
owns an event loop and its own channel layer and empties the queue. The layer only wakes clients:
what is lost here is found again by sequence number or by the next snapshot.

Latest values wait a moment for newer ones of the same key: a hall that saves answers would wake the
thread for each of them, and the hub shows a topic four times a second at most.
"""

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog
from channels.layers import channel_layers
from django.db import connection, transaction

from realtime import metrics
from realtime.envelope import Pushed, write
from realtime.topics import Delivery, group_of, registry

log = structlog.get_logger(__name__)

QUEUE_LIMIT: Final = 10_000
BATCH: Final = 64
SEND_TIMEOUT_S: Final = 2.0
STATE_LINGER_S: Final = 0.05
CONTROL: Final = "rt:control"  # every rt process listens here
LAYER_TYPE: Final = "hub.items"

Item = list[Any]  # ["f", text, seq] | ["s", key, value, version] | ["m", mark] | ["x", command]


def publish(topic: str, message: msgspec.Struct, *, seq: int | None = None) -> None:
    """Send an event to everybody on `topic`, once the caller's transaction has committed.

    Args:
        topic: `noun:key`.
        message: Struct tagged `noun.verbed`; its fields become `d`.
        seq: Place in the topic's log. Only LOG topics have one: elsewhere it is left out, since
            clients drop what they have seen, and a command must be sent again until acknowledged.
    """
    number = seq if registry.delivery_of(topic) is Delivery.LOG else None
    _safely(topic, lambda: ["f", write(Pushed.of(topic, message, seq=number)), number])


def publish_state(topic: str, key: str, value: msgspec.Struct, *, version: int = 0) -> None:
    """Set the latest value under `key` of a STATE topic; the hub sends <= 4 frames/s.

    Args:
        topic: `noun:key`.
        key: What changed, for example an attempt id.
        value: Its whole new value.
        version: Rising number of this key; a lower one than seen before is ignored. 0 = none.
    """
    _safely(topic, lambda: ["s", key, msgspec.json.encode(value).decode(), version])


def close_user_sockets(
    user_id: int,
    code: int = 4401,
    *,
    topic: str | None = None,
    except_connection: str | None = None,
) -> None:
    """Close the person's sockets in every process, once the caller's transaction has committed.

    To be called when a session, a password, an account or a role has ended. With 4401 each socket's
    session is looked up: where it has ended the client is told so for good, elsewhere (another
    device, a changed role) it is told to come back, and every topic is authorised anew.

    Args:
        user_id: Whose sockets.
        code: 4401 as above, 4403 not allowed any more, 4409 taken over by another tab.
        topic: Only sockets subscribed to this topic; None is all, and ends resume tickets too.
        except_connection: A connection id to spare.
    """
    command = {"user": user_id, "code": code, "topic": topic, "spare": except_connection}
    _safely(CONTROL, lambda: ["x", command])


def _safely(topic: str, make: Callable[[], Item]) -> None:
    try:
        item = make()
        if connection.in_atomic_block:
            transaction.on_commit(lambda: _publisher().put(topic, item), robust=True)
        else:
            _publisher().put(topic, item)
    except Exception:  # a publish is a hint: it must never fail the work it tells about
        metrics.PUBLISH_LOST.labels("refused").inc()
        log.exception("publish.refused", topic=topic)


class Publisher:
    """The queue and thread of one process.

    Attributes:
        dropped: Messages that did not fit, or that the layer did not take.
    """

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self.dropped = 0
        self._limit = limit
        self._queue: deque[tuple[str, Item]] = deque()
        self._states: dict[tuple[str, str], Item] = {}  # (topic, key) → its latest value
        self._idle = threading.Event()
        self._idle.set()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def put(self, topic: str, item: Item) -> None:
        """Queue one item; when the queue is full the item is dropped and counted."""
        with self._lock:
            if len(self._queue) + len(self._states) >= self._limit:
                self.dropped += 1
                metrics.PUBLISH_LOST.labels("full").inc()
                return
            then = self._keep(topic, item)
            self._idle.clear()
            self._start()
        if self._loop is not None and then is not None:
            self._loop.call_soon_threadsafe(then)

    def _keep(self, topic: str, item: Item) -> Callable[[], object] | None:
        """Put the item where it waits; returns what the thread must be told, if anything."""
        if item[0] != "s":
            self._queue.append((topic, item))
            return self._wake.set if self._wake else None
        is_first, place = not self._states, (topic, item[1])
        held = self._states.get(place)
        if held is None or not item[3] or item[3] >= held[3]:
            self._states[place] = item
        return self._linger if is_first else None

    def _linger(self) -> None:
        asyncio.get_running_loop().call_later(STATE_LINGER_S, self._release)

    def _release(self) -> None:
        """Queue the latest values, topic by topic."""
        with self._lock:
            ready = sorted(self._states.items(), key=lambda one: one[0][0])
            self._queue.extend((topic, item) for (topic, _), item in ready)
            self._states.clear()
        if self._wake is not None:
            self._wake.set()

    def flush(self, timeout_s: float) -> bool:
        """Wait until the queue is empty; False when it is not after `timeout_s`."""
        return self._idle.wait(timeout_s)

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="rt-publisher", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(RuntimeError):  # the interpreter is going down
            asyncio.run(self._drain_forever())

    async def _drain_forever(self) -> None:
        layer = channel_layers.make_backend("default")
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._release()
        while True:
            topic, items = self._take()
            if items:
                await self._send(layer, topic, items)
            else:
                await self._wake.wait()
                self._wake.clear()

    def _take(self) -> tuple[str, list[Item]]:
        """Return the oldest topic and its next items, in order, without reordering topics."""
        with self._lock:
            if not self._queue:
                if not self._states:
                    self._idle.set()
                return "", []
            topic, first = self._queue.popleft()
            items = [first]
            while self._queue and self._queue[0][0] == topic and len(items) < BATCH:
                items.append(self._queue.popleft()[1])
            return topic, items

    async def _send(self, layer: Any, topic: str, items: list[Item]) -> None:  # noqa: ANN401 channels has no types
        for attempt in (1, 2):  # the first publish after a restart of Redis always fails
            try:
                await send_items(layer, topic, items)
            except Exception as error:  # noqa: BLE001 whatever the layer's driver raises: a publish is a hint
                log.warning("publish.failed", topic=topic, attempt=attempt, error=repr(error))
            else:
                metrics.PUBLISHED.inc(len(items))
                return
        self.dropped += len(items)
        metrics.PUBLISH_LOST.labels("layer").inc(len(items))


async def send_items(layer: Any, topic: str, items: list[Item]) -> None:  # noqa: ANN401 channels has no types
    """Hand `items` of one topic to the channel layer.

    Raises:
        Exception: Whatever the layer's driver raises; TimeoutError after 2 s.
    """
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await layer.group_send(group_of(topic), {"type": LAYER_TYPE, "k": topic, "i": items})


_lock = threading.Lock()
_current: Publisher | None = None


def _publisher() -> Publisher:
    global _current  # noqa: PLW0603 one publisher per process, made on first use
    with _lock:
        if _current is None:
            _current = Publisher()
        return _current


def flush(timeout_s: float = 2.0) -> bool:
    """Wait until everything published so far was handed over; for scripts about to end."""
    publisher = _current
    return publisher is None or publisher.flush(timeout_s)


def _forget_after_fork() -> None:
    global _current, _lock
    _current, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_after_fork)
