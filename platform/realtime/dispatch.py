"""Carries out the requests of one socket: subscriptions, calls, heart beats, limits.

Requests of one topic run one after another, those of different topics beside each other, so that
a slow query of one topic delays neither the heart beat nor the other topics.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog

from kernel import clock, wire
from kernel.errors import DomainError
from realtime import metrics
from realtime.closecodes import CloseCode
from realtime.connection import Connection, Subscription
from realtime.envelope import (
    Ack,
    Gap,
    HeartBeat,
    Pushed,
    Request,
    Subscribed,
    error_frame,
    read_frame,
    write,
)
from realtime.errors import Busy, NotSubscribed, RateLimited, ServerFault, UnknownCall
from realtime.hub import Hub
from realtime.ratelimit import Buckets, Rate, TokenBucket
from realtime.tasks import spawn
from realtime.tickets import TicketBook
from realtime.topics import Call, Delivery, Registry, Snapshot, TopicHandler

log = structlog.get_logger(__name__)

SOCKET_RATE: Final = Rate(per_second=40, burst=120)
STRIKES: Final = Rate(per_second=0.5, burst=20)  # refusals by limit or form before 4429
MAX_TOPICS: Final = 64
MAX_WAITING: Final = 64


class Dispatcher:
    """Requests in, frames out, for one connection.

    Attributes:
        on_flood: Called once when the socket is closed for flooding.
    """

    def __init__(
        self,
        connection: Connection,
        hub: Hub,
        registry: Registry,
        *,
        on_watch: Callable[[str, bool], None],
        on_flood: Callable[[], None],
        tickets: TicketBook,
        buckets: Buckets,
    ) -> None:
        self.on_flood = on_flood
        self._connection = connection
        self._hub = hub
        self._registry = registry
        self._on_watch = on_watch
        self._tickets = tickets
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._bucket = TokenBucket(SOCKET_RATE, now)
        self._strikes = TokenBucket(STRIKES, now)
        self._call_buckets = buckets
        self._subscriptions: dict[str, Subscription] = {}
        self._queues: dict[str, deque[Request]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._waiting = 0

    def topics(self) -> tuple[str, ...]:
        """Return what this socket is subscribed to."""
        return tuple(self._subscriptions)

    def take(self, text: str | None) -> None:
        """Take one frame of the client (None: it was binary); never waits, never raises."""
        try:
            if text is None:
                raise wire.BadMessage(reason="binary")  # noqa: TRY301 one place answers all refusals
            requests = read_frame(text)
        except wire.BadMessage as error:
            self._refuse(None, error, is_strike=True)
            return
        for request in requests:
            if self._connection.is_closed:
                return
            self._take_one(request)

    async def close(self) -> None:
        """Let running requests finish, then leave every topic."""
        for queue in self._queues.values():
            queue.clear()
        if self._workers:
            await asyncio.wait(self._workers)
        for topic in list(self._subscriptions):
            await self._leave(topic)

    def _take_one(self, request: Request) -> None:
        try:
            if not self._bucket.take(self._loop.time()):
                raise RateLimited(limit="socket")  # noqa: TRY301 one place answers all refusals
            if request.t == "hb":
                self._answer_beat(request)
            else:
                self._line_up(request)
        except RateLimited as error:
            self._refuse(request.id, error, is_strike=True)
        except DomainError as error:
            self._refuse(request.id, error, is_strike=isinstance(error, wire.BadMessage))

    def _answer_beat(self, request: Request) -> None:
        now_ms = clock.to_millis(clock.now())
        ticket = self._tickets.due()
        self._connection.push_text(write(HeartBeat(at=now_ms, re=request.id, ticket=ticket)))

    def _line_up(self, request: Request) -> None:
        """Put the request behind those of its topic."""
        if request.top is None:
            raise wire.BadMessage(reason="top")
        if request.id is None and request.t != "unsub":
            raise wire.BadMessage(reason="id")
        if self._waiting >= MAX_WAITING:
            raise Busy
        self._waiting += 1
        queue = self._queues.get(request.top)
        if queue is not None:
            queue.append(request)
            return
        self._queues[request.top] = deque([request])
        worker = spawn(self._work(request.top), name="socket-topic")
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, topic: str) -> None:
        queue = self._queues[topic]
        while queue:
            request = queue.popleft()
            try:
                await self._serve(request, topic)
            finally:
                self._waiting -= 1
        del self._queues[topic]

    async def _serve(self, request: Request, topic: str) -> None:
        kind = request.t if request.t in ("sub", "unsub") else "call"
        try:
            match request.t:
                case "sub":
                    await self._subscribe(request, topic)
                case "unsub":
                    await self._leave(topic)
                case _:
                    await self._call(request, topic)
        except DomainError as error:
            metrics.REQUESTS.labels(kind, "refused").inc()
            self._refuse(request.id, error, is_strike=isinstance(error, RateLimited))
        except Exception:  # a bug in one handler must not end the socket; the cause is in the log
            metrics.REQUESTS.labels(kind, "failed").inc()
            log.exception("socket.request_failed", kind=request.t, topic=topic)
            self._refuse(request.id, ServerFault(), is_strike=False)
        else:
            metrics.REQUESTS.labels(kind, "done").inc()

    # ── Subscriptions ───────────────────────────────────────────────────────────────────────

    async def _subscribe(self, request: Request, topic: str) -> None:
        """Join, then read the snapshot, then let the frames of the meantime through."""
        handler, key = self._registry.find(topic)
        subscription = self._subscriptions.get(topic)
        is_new = subscription is None
        if subscription is None:
            if len(self._subscriptions) >= MAX_TOPICS:
                raise Busy(limit="topics")
            subscription = Subscription(self._connection, topic)
        subscription.hold()
        try:
            if is_new:
                await self._hub.join(topic, subscription)
            snapshot = await handler.subscribe(self._connection.caller, key, request.since)
        except BaseException:
            await self._drop(topic, subscription, handler=None if is_new else handler)
            raise
        self._subscriptions[topic] = subscription
        self._connection.forget(topic)
        self._connection.push_text(_subscribed(request.id or "", topic, handler, snapshot))
        lost_head = subscription.release()
        if lost_head is not None:
            self._connection.push_text(write(Gap(top=topic, head=lost_head)))
        if is_new:
            self._on_watch(topic, True)

    async def _leave(self, topic: str) -> None:
        subscription = self._subscriptions.get(topic)
        if subscription is not None:
            handler, _ = self._registry.find(topic)
            await self._drop(topic, subscription, handler)

    async def _drop(
        self, topic: str, subscription: Subscription, handler: TopicHandler | None
    ) -> None:
        """End a subscription; `handler` hears of it if it had succeeded."""
        self._subscriptions.pop(topic, None)
        await self._hub.leave(topic, subscription)
        self._connection.forget(topic)
        if handler is None:
            return
        if not self._connection.is_closed:
            self._on_watch(topic, False)
        try:
            await handler.left(self._connection.caller, topic.partition(":")[2])
        except Exception:  # leaving cannot be refused; the cause is in the log
            log.exception("socket.left_failed", topic=topic)

    # ── Calls ───────────────────────────────────────────────────────────────────────────────

    async def _call(self, request: Request, topic: str) -> None:
        handler, key = self._registry.find(topic)
        call = handler.calls.get(request.t)
        if call is None:
            raise UnknownCall(call=request.t)
        if topic not in self._subscriptions:
            raise NotSubscribed(topic=topic)
        self._spend(request.t, call)
        message = decode_body(request.d, call.schema)
        answer = await call.run(self._connection.caller, key, message)
        self._connection.push_text(write(Ack(re=request.id or "", d=answer)))

    def _spend(self, name: str, call: Call) -> None:
        """Take a token of this person and call: another socket has no other bucket."""
        if call.rate is None:
            return
        key = self._connection.caller.user_id, name
        if not self._call_buckets.take(key, call.rate, self._loop.time()):
            raise RateLimited(limit=name)

    def _refuse(self, re: str | None, error: DomainError, *, is_strike: bool) -> None:
        self._connection.push_text(error_frame(re, error))
        if (
            is_strike
            and not self._connection.is_closed
            and not self._strikes.take(self._loop.time())
        ):
            self._connection.close(CloseCode.TOO_MANY)
            self.on_flood()


def decode_body(body: msgspec.Raw, schema: type[msgspec.Struct]) -> msgspec.Struct:
    """Return the `d` of a call as its schema.

    Raises:
        BadMessage: It does not fit.
    """
    try:
        return msgspec.json.decode(body, type=schema)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise wire.BadMessage(reason=str(error)[:200]) from None


def _subscribed(re: str, topic: str, handler: TopicHandler, snapshot: Snapshot) -> str:
    events: list[Pushed] = list(snapshot.events)
    if handler.delivery is not Delivery.LOG:  # see publish: only a log numbers its events
        events = [msgspec.structs.replace(event, seq=None) for event in events]
    state: Any = snapshot.state
    return write(Subscribed(re=re, top=topic, head=snapshot.head, d=state, events=events))
