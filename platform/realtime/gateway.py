"""The one Channels consumer: handshake, hello, reading, close codes. One socket per tab.

Channels' own per-message `aclose_old_connections` and per-socket channels are left out: they cost
3.3 times the CPU and let one slow query block every socket of the process (measured).
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from kernel import clock
from realtime import tickets
from realtime.closecodes import CloseCode
from realtime.connection import Connection, Send
from realtime.dispatch import Dispatcher
from realtime.envelope import SUBPROTOCOL, Hello, HelloBody, write
from realtime.identity import Identity, identify
from realtime.node import Node, OpenSocket, current_node
from realtime.tasks import spawn
from realtime.threads import in_database
from realtime.topics import Caller, registry

log = structlog.get_logger(__name__)

CLOSE_S: Final = 5.0  # how long a close frame may wait for a client that does not read
PRESENCE_NOUN: Final = "attempt"

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Gateway(AsyncWebsocketConsumer):  # type: ignore[misc] # channels ships no types
    """One socket from handshake to disconnect."""

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Read until the client leaves or we gave the socket up."""
        self.scope = scope
        self.base_send = send
        self.channel_layer = None
        self.connection: Connection | None = None
        self.dispatcher: Dispatcher | None = None
        self.given_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        reader = spawn(self._read(receive), name="socket-read")
        try:
            await asyncio.wait({reader, self.given_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await self._leave()

    async def _read(self, receive: Receive) -> None:
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Route one ASGI event."""
        match message["type"]:
            case "websocket.connect":
                await self.connect()
            case "websocket.receive":
                self.receive(message.get("text"))
            case "websocket.disconnect":
                raise StopConsumer
            case other:
                log.warning("socket.unknown_event", type=other)

    # ── Handshake ───────────────────────────────────────────────────────────────────────────

    async def connect(self) -> None:
        """Check origin and subprotocol (else refuse the handshake), then who it is."""
        origin = tickets.header(self.scope, b"origin")
        if not tickets.is_allowed_origin(origin, tickets.allowed_origins()):
            log.warning("socket.foreign_origin", origin=(origin or "")[:200])
            await self._refuse_handshake()
            return
        if SUBPROTOCOL not in self.scope.get("subprotocols", ()):
            await self._refuse_handshake()
            return
        node = await current_node()
        known = await self._who(node)
        await self.accept(subprotocol=SUBPROTOCOL)
        if known is None:
            await self._end(CloseCode.SIGNED_OUT)
        elif node.is_leaving:
            await self._end(CloseCode.COME_BACK)
        elif not node.has_room_for(known[0]):
            await self._end(CloseCode.TOO_MANY)
        else:
            self._welcome(node, *known)

    async def _who(self, node: Node) -> tuple[Identity, int] | None:
        """Return the owner, and when the session was last found good (ms since the epoch).

        By resume ticket if there is a good one, else by a look at the session.
        """
        session_key = tickets.session_key_of(self.scope)
        if session_key is None:
            return None
        offered = tickets.ticket_of(self.scope["subprotocols"])
        ticket = tickets.read_ticket(offered, session_key) if offered else None
        if ticket is not None and not node.is_revoked(ticket):
            return Identity(ticket.user_id, session_key), ticket.checked_ms
        now_ms = clock.to_millis(clock.now())  # before the look: what ends meanwhile is later
        owner = await in_database(identify, session_key)
        return None if owner is None else (owner, now_ms)

    def _welcome(self, node: Node, owner: Identity, checked_ms: int) -> None:
        caller = Caller(owner.user_id, secrets.token_urlsafe(9), owner.session_key)
        connection = self.connection = Connection(caller, self.base_send, self._end)
        book = tickets.TicketBook(owner.user_id, owner.session_key, checked_ms)
        dispatcher = self.dispatcher = Dispatcher(
            connection,
            node.hub,
            registry,
            on_watch=self._watch,
            on_flood=lambda: node.flooded(owner),
            tickets=book,
            buckets=node.buckets,
        )
        self.node = node
        node.opened(OpenSocket(connection, owner, dispatcher.topics, book))
        hello = HelloBody(
            user=owner.user_id,
            server_time=clock.to_millis(clock.now()),
            ticket=book.due() or "",
            conn=caller.connection_id,
        )
        connection.push_text(write(Hello(d=hello)))

    def _watch(self, topic: str, begins: bool) -> None:  # noqa: FBT001 the two ends of one fact
        """Tell presence which attempts this socket follows."""
        noun, _, key = topic.partition(":")
        if noun != PRESENCE_NOUN or not key.isdigit() or self.connection is None:
            return
        caller = self.connection.caller
        note = self.node.roster.watched if begins else self.node.roster.unwatched
        note(caller.user_id, caller.connection_id, int(key))

    # ── Frames and the end ──────────────────────────────────────────────────────────────────

    def receive(self, text: str | None) -> None:
        """Take one frame of the client."""
        if self.connection is None or self.dispatcher is None or self.connection.is_closed:
            return
        self.node.roster.heard(self.connection.caller.connection_id)
        self.dispatcher.take(text)

    async def _refuse_handshake(self) -> None:
        """Close before accepting: the server answers 403, a page of another site learns nothing."""
        await self.close()

    async def _end(self, code: int) -> None:
        """Send a close frame, or give the socket up when it takes none within 5 s."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.close(code=int(code))
        except Exception as error:  # noqa: BLE001 each server raises its own; the socket is gone either way
            log.info("socket.close_failed", code=int(code), error=repr(error))
            if not self.given_up.done():
                self.given_up.set_result(None)

    async def _leave(self) -> None:
        connection, dispatcher = self.connection, self.dispatcher
        if connection is None or dispatcher is None:
            return
        connection.is_closed = True
        self.node.closed(connection)
        await dispatcher.close()
