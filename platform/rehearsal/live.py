"""One browser's socket: hello, topics, calls, and coming back after a lost connection."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Callable
from typing import Any, Final

import aiohttp
import msgspec

from rehearsal.browser import Browser

SUBPROTOCOL: Final = "invigil.v1"
CALL_TIMEOUT_S: Final = 10.0
BEAT_S: Final = 2.0
CONNECTION: Final = frozenset({"disconnected", "timeout"})  # nobody said no: try again
SUBSCRIPTION: Final = "s:"  # an error frame names no topic, only the request it answers

Hear = Callable[[dict[str, Any]], None]


class CallRefused(Exception):
    """The call was refused; `code` is the server's stable word, or `disconnected`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Live:
    """The one socket of a simulated tab; `run()` keeps it open until cancelled.

    Attributes:
        opened: How often the socket came up: more than once means it was lost.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._ids = itertools.count(1)
        self._topics: dict[str, Hear] = {}
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.is_open = asyncio.Event()
        self.opened = 0
        self._on_open: list[Callable[[], None]] = []

    def follow(self, topic: str, hear: Hear) -> None:
        """Hear snapshots (`t` = "subd"), refusals ("err") and events of a topic.

        The topic is asked for on every connection.
        """
        self._topics[topic] = hear

    def when_open(self, run: Callable[[], None]) -> None:
        """Run something each time the socket has come up."""
        self._on_open.append(run)

    async def call(self, topic: str, name: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 the ack of any call
        """Make one call and return the ack's data.

        Raises:
            CallRefused: Refused, timed out, or the connection was lost meanwhile.
        """
        identity = f"k{next(self._ids)}"
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                await self.is_open.wait()
            self._waiting[identity] = answer
            async with asyncio.timeout(CALL_TIMEOUT_S):
                await self._send({"t": name, "id": identity, "top": topic, "d": data})
                return await answer
        except TimeoutError:
            raise CallRefused("timeout") from None
        except ConnectionError:
            raise CallRefused("disconnected") from None
        finally:
            self._waiting.pop(identity, None)

    async def run(self) -> None:
        """Keep the socket open: connect, listen, come back with jitter."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                await self._one_connection()
            self._lost()
            await asyncio.sleep(0.3 + random.random())  # noqa: S311 jitter, no secret

    async def _one_connection(self) -> None:
        headers = {"Origin": self._browser.base_url}
        async with self._browser.http.ws_connect(
            self._url, protocols=[SUBPROTOCOL], headers=headers, heartbeat=10
        ) as socket:
            self._socket = socket
            beats = asyncio.ensure_future(self._beat())
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        await self._read(message.data)
            finally:
                beats.cancel()

    async def _read(self, text: str) -> None:
        parsed = msgspec.json.decode(text)
        for frame in parsed if isinstance(parsed, list) else [parsed]:
            if frame["t"] == "hello":
                await self._greeted()
            elif frame["t"] in {"ack", "err"}:
                self._settle(frame, str(frame.get("re")))
            elif frame.get("top") in self._topics:
                self._topics[frame["top"]](frame)

    async def _greeted(self) -> None:
        self.opened += 1
        for topic in self._topics:
            await self._send({"t": "sub", "id": f"{SUBSCRIPTION}{topic}", "top": topic})
        self.is_open.set()
        for run in self._on_open:
            run()

    def _settle(self, frame: dict[str, Any], answered: str) -> None:
        topic = answered.removeprefix(SUBSCRIPTION)
        if topic != answered and topic in self._topics:
            self._topics[topic](frame)
            return
        waiting = self._waiting.get(answered)
        if waiting is None or waiting.done():
            return
        if frame["t"] == "ack":
            waiting.set_result(frame.get("d"))
        else:
            waiting.set_exception(CallRefused(str(frame.get("code"))))

    def _lost(self) -> None:
        self.is_open.clear()
        self._socket = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(CallRefused("disconnected"))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(ConnectionError):
                await self._send({"t": "hb", "id": f"h{next(self._ids)}"})

    async def _send(self, frame: dict[str, Any]) -> None:
        """Send one frame.

        Raises:
            ConnectionError: The socket is gone; `run` opens another.
        """
        if self._socket is None or self._socket.closed:
            raise ConnectionResetError("the socket is closed")
        await self._socket.send_str(msgspec.json.encode(frame).decode())
