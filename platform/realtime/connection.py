"""The server's side of one socket: writing without ever making the fan-out wait."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from realtime import eager, metrics
from realtime.closecodes import CloseCode
from realtime.sendqueue import Outcome, Outgoing, SendQueue
from realtime.tasks import spawn
from realtime.topics import Caller

log = structlog.get_logger(__name__)

BLOCKED_S: Final = 10.0  # a socket that takes nothing for so long is closed
HELD_FRAMES: Final = 1000  # frames kept back for a subscriber that waits for its snapshot

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class Connection:
    """One socket that has said hello.

    Attributes:
        caller: Who it belongs to.
        is_closed: Nothing is written any more.
    """

    def __init__(
        self, caller: Caller, send: Send, close: Callable[[CloseCode], Awaitable[None]]
    ) -> None:
        self.caller = caller
        self.is_closed = False
        self._send = send
        self._close = close
        self._queue = SendQueue()
        self._blocked_since: float | None = None

    def push(self, frame: Outgoing) -> None:
        """Write `frame` now if the socket takes it, else queue it by its delivery class."""
        if self.is_closed:
            return
        if self._blocked_since is None:
            self._write(frame.text)
            return
        outcome = self._queue.push(frame)
        if outcome is Outcome.GAP:
            metrics.GAPS.labels("slow").inc()
        elif outcome is Outcome.OVERFULL:
            self.close(CloseCode.TOO_SLOW)

    def push_text(self, text: str) -> None:
        """Write a control frame: never dropped, ahead of what waits."""
        self.push(Outgoing(text))

    def forget(self, topic: str) -> None:
        """Drop what waits for a topic this socket has left."""
        self._queue.forget(topic)

    def check_progress(self, now: float) -> None:
        """Close the socket if it has taken nothing for 10 s (`now`: the loop's time)."""
        blocked_since = self._blocked_since
        if blocked_since is not None and now - blocked_since > BLOCKED_S:
            self.close(CloseCode.TOO_SLOW)

    def close(self, code: CloseCode) -> None:
        """Close the socket with `code`; what waits is dropped."""
        if self.is_closed:
            return
        self.is_closed = True
        metrics.CLOSED.labels(str(int(code))).inc()
        _ = spawn(_ended(self._close(code)), name="socket-close")

    def _write(self, text: str) -> None:
        metrics.DELIVERED.inc()
        try:
            rest = eager.start(self._send({"type": "websocket.send", "text": text}))
        except Exception as error:  # noqa: BLE001 each server raises its own; reading reports the disconnect
            self._lost(error)
            return
        if rest is not None:
            self._blocked_since = asyncio.get_running_loop().time()
            _ = spawn(self._drain(rest), name="socket-drain")

    async def _drain(self, rest: eager.Rest) -> None:
        loop = asyncio.get_running_loop()
        try:
            await rest
            while not self.is_closed and (text := self._queue.pop()) is not None:
                self._blocked_since = loop.time()
                await self._send({"type": "websocket.send", "text": text})
        except Exception as error:  # noqa: BLE001 see _write
            self._lost(error)
        finally:
            self._blocked_since = None

    def _lost(self, error: Exception) -> None:
        self.is_closed = True
        log.debug("socket.lost", connection=self.caller.connection_id, error=repr(error))


async def _ended(closing: Awaitable[None]) -> None:
    await closing


class Subscription:
    """One socket on one topic. Frames are held back until its snapshot has been sent."""

    def __init__(self, connection: Connection, topic: str) -> None:
        self.topic = topic
        self.connection = connection
        self._held: list[Outgoing] | None = []
        self._lost_head: int | None = None

    def hold(self) -> None:
        """Begin to hold frames back, for a new snapshot."""
        if self._held is None:
            self._held = []

    def push(self, frame: Outgoing) -> None:
        """Take a frame from the hub."""
        if self._held is None:
            self.connection.push(frame)
        elif len(self._held) < HELD_FRAMES:
            self._held.append(frame)
        else:
            self._lost_head = max(self._lost_head or 0, frame.head)

    def release(self) -> int | None:
        """Send what was held back, in order.

        Returns:
            None, or the head up to which frames were lost because too many were held.
        """
        held, self._held = self._held or [], None
        lost_head, self._lost_head = self._lost_head, None
        for frame in held:
            self.connection.push(frame)
        return lost_head
