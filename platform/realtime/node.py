"""Everything one `rt` process has: hub, presence, open sockets, and the periodic checks."""

import asyncio
import contextlib
import random
import secrets
import signal
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

import structlog
from channels.layers import channel_layers

from kernel import clock
from realtime import identity, metrics
from realtime.closecodes import CloseCode
from realtime.connection import Connection
from realtime.envelope import Bye, ByeBody, write
from realtime.hub import Hub
from realtime.identity import Identity
from realtime.ratelimit import Buckets
from realtime.roster import Roster
from realtime.tasks import spawn
from realtime.threads import close_pool, in_database
from realtime.tickets import Ticket, TicketBook
from realtime.topics import registry

log = structlog.get_logger(__name__)

CHECK_S: Final = 1.0
SESSIONS_S: Final = 60.0
RETURN_WITHIN_MS: Final = 15_000
SOCKETS_PER_USER: Final = 20
BAN_AFTER: Final = 3
BAN_S: Final = 60.0
REMEMBER_REVOKED_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class OpenSocket:
    """One socket that has said hello.

    Attributes:
        connection: Its server's side.
        owner: Whose it is.
        topics: Tells what it is subscribed to.
        tickets: Its resume tickets.
    """

    connection: Connection
    owner: Identity
    topics: Callable[[], tuple[str, ...]]
    tickets: TicketBook


class Node:
    """The state of this process, made on the first socket (or at lifespan start).

    Attributes:
        loop: The loop it belongs to.
        hub: Fan-out.
        roster: Presence.
        buckets: How often each person may still make each call.
        is_leaving: A shutdown has begun: no new sockets.
    """

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.process = secrets.token_hex(8)
        self.hub = Hub(lambda: channel_layers.make_backend("default"), registry, self._obey)
        self.roster = Roster(self.process)
        self.buckets = Buckets()
        self.is_leaving = False
        self._sockets: dict[str, OpenSocket] = {}
        self._per_user: Counter[int] = Counter()
        self._revoked: dict[int, int] = {}  # user id → ms since the epoch
        self._floods: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=BAN_AFTER))
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start hub, presence and checks."""
        await self.hub.start()
        self.roster.start()
        self._tasks = [
            spawn(self._check_progress(), name="node-progress"),
            spawn(self._check_sessions(), name="node-sessions"),
            spawn(self._check_redis(), name="node-redis"),
        ]

    async def stop(self) -> None:
        """Stop everything and close the connections to the engines."""
        self.say_bye()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.roster.stop()
        await self.hub.stop()
        await asyncio.to_thread(close_pool)

    # ── Sockets ─────────────────────────────────────────────────────────────────────────────

    def opened(self, socket: OpenSocket) -> None:
        """Take a socket in."""
        connection_id, user_id = socket.connection.caller.connection_id, socket.owner.user_id
        self._sockets[connection_id] = socket
        self._per_user[user_id] += 1
        metrics.SOCKETS.set(len(self._sockets))
        self.roster.opened(user_id, connection_id)

    def closed(self, connection: Connection) -> None:
        """Let a socket go."""
        caller = connection.caller
        if self._sockets.pop(caller.connection_id, None) is not None:
            self._per_user -= Counter({caller.user_id: 1})
            metrics.SOCKETS.set(len(self._sockets))
            self.roster.closed(caller.connection_id)

    def has_room_for(self, owner: Identity) -> bool:
        """Whether this person may open another socket now."""
        flood = self._floods.get(owner.session_key)
        if flood is not None and len(flood) == BAN_AFTER and time.monotonic() - flood[0] < BAN_S:
            return False
        return self._per_user[owner.user_id] < SOCKETS_PER_USER

    def flooded(self, owner: Identity) -> None:
        """Note that a socket was closed for flooding; three within a minute bar the session."""
        self._floods[owner.session_key].append(time.monotonic())

    def is_revoked(self, ticket: Ticket) -> bool:
        """Whether a session of that person has ended since the ticket's was found good."""
        revoked_ms = self._revoked.get(ticket.user_id)
        return revoked_ms is not None and ticket.checked_ms <= revoked_ms

    def say_bye(self) -> None:
        """Tell every socket to come back at its own random moment within 15 s."""
        if self.is_leaving:
            return
        self.is_leaving = True
        for socket in list(self._sockets.values()):
            pause_ms = random.randrange(RETURN_WITHIN_MS)  # noqa: S311 spreads load, no secret
            socket.connection.push_text(write(Bye(d=ByeBody(retry_after=pause_ms))))

    def _obey(self, command: Mapping[str, Any]) -> None:
        """Carry out close_user_sockets of any process."""
        user_id, topic, code = command["user"], command["topic"], CloseCode(command["code"])
        if topic is None:
            self._revoke(user_id)
        meant = [
            socket
            for socket in self._sockets.values()
            if socket.owner.user_id == user_id
            and (topic is None or topic in socket.topics())
            and socket.connection.caller.connection_id != command["spare"]
        ]
        if code is CloseCode.SIGNED_OUT:
            _ = spawn(self._check_anew(meant), name="node-check-anew")
            return
        for socket in meant:
            socket.connection.close(code)

    def _revoke(self, user_id: int) -> None:
        """Let no ticket of the past open a socket of this person without a look at the session."""
        self._revoked[user_id] = clock.to_millis(clock.now())

    async def _check_anew(self, sockets: Collection[OpenSocket]) -> None:
        """Close sockets: for good where the session has ended, else to be authorised anew."""
        try:
            gone = await in_database(identity.ended, {socket.owner for socket in sockets})
        except Exception:  # without the database nobody can be told to stay away for good
            log.exception("sessions.unchecked")
            gone = set()
        for socket in sockets:
            is_gone = socket.owner in gone
            socket.connection.close(CloseCode.SIGNED_OUT if is_gone else CloseCode.COME_BACK)

    # ── Checks ──────────────────────────────────────────────────────────────────────────────

    async def _check_progress(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            now = self.loop.time()
            for socket in list(self._sockets.values()):
                socket.connection.check_progress(now)

    async def _check_sessions(self) -> None:
        while True:
            await asyncio.sleep(SESSIONS_S)
            self._forget_old()
            try:
                await self.check_sessions()
            except Exception:  # the database may be down; the sockets stay until it answers
                log.exception("sessions.unchecked")

    async def check_sessions(self) -> None:
        """Close the sockets of sessions that have ended, renew the tickets of the others.

        One batch for the whole process.
        """
        sockets = list(self._sockets.values())
        if not sockets:
            return
        began_ms = clock.to_millis(clock.now())  # what ends while we look is later
        gone = await in_database(identity.ended, {socket.owner for socket in sockets})
        for socket in sockets:
            if socket.owner in gone:
                self._revoke(socket.owner.user_id)
                socket.connection.close(CloseCode.SIGNED_OUT)
            else:
                socket.tickets.checked(began_ms)

    async def _check_redis(self) -> None:
        """Mend the hub when Redis has been restarted between two of its own markers."""
        known = ""
        while True:
            await asyncio.sleep(CHECK_S)
            current = self.roster.redis_run
            if known and current and current != known:
                await self.hub.heal()
            known = current or known

    def _forget_old(self) -> None:
        self.buckets.forget_full(self.loop.time())
        oldest_ms = clock.to_millis(clock.now()) - REMEMBER_REVOKED_S * 1000
        self._revoked = {user: at for user, at in self._revoked.items() if at > oldest_ms}
        oldest = time.monotonic() - BAN_S
        for session_key, flood in list(self._floods.items()):
            if flood[-1] < oldest:
                del self._floods[session_key]


_node: Node | None = None


async def current_node() -> Node:
    """Return this process's node, started on first use."""
    global _node  # noqa: PLW0603 one node per process
    loop = asyncio.get_running_loop()
    if _node is None or _node.loop is not loop:
        node = _node = Node()
        hear_signals(node)
        await node.start()
    return _node


async def stop_node() -> None:
    """Stop this process's node, if it has one on this loop."""
    global _node
    node, _node = _node, None
    if node is not None and node.loop is asyncio.get_running_loop():
        await node.stop()


def hear_signals(node: Node) -> None:
    """Say bye as soon as the server software is told to stop, then let it do its work.

    uvicorn and daphne close the sockets before any shutdown hook of ours runs.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def leave(got: int, frame: FrameType | None, before: Any = before) -> None:  # noqa: ANN401 handler, constant or None
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                node.loop.call_soon_threadsafe(node.say_bye)
            if callable(before):
                before(got, frame)

        if callable(before):
            signal.signal(number, leave)
