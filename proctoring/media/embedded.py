"""MediaEngine on our own SFU workers, reached over Redis. One instance per rt process."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Final, TypeVar, cast

import msgspec
import structlog
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from kernel.errors import DomainError
from proctoring.media import errors
from proctoring.media.directory import Directory
from proctoring.media.ports import (
    LAYERS,
    Answer,
    IceCredentials,
    MediaEvent,
    SourceRef,
    WorkerLost,
)
from proctoring.media.sfu import protocol
from proctoring.media.sfu.loops import end, repeat
from proctoring.media.sfu.roundtrip import in_one_trip
from realtime.tasks import spawn

log = structlog.get_logger(__name__)
T = TypeVar("T")

POLL_SECONDS: Final = 0.5
MAX_PENDING: Final = 500
MAX_EVENTS: Final = 1000

_REFUSALS: Final[dict[str, type[DomainError]]] = {
    kind.code: kind
    for kind in (
        errors.MediaUnavailable,
        errors.MediaBusy,
        errors.OfferRefused,
        errors.PeerUnknown,
        errors.MediaForbidden,
    )
}


class EmbeddedEngine:
    """The adapter; call `start` once on the running loop before anything else.

    Replies of all calls arrive on one list read by one task, so that two hundred candidates who
    join at once need one connection to Redis, not two hundred.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis = aioredis.Redis.from_url(redis_url)
        self._directory = Directory(self._redis)
        self._client = secrets.token_hex(12)
        self._pending: dict[str, asyncio.Future[protocol.Reply]] = {}
        self._listeners: set[asyncio.Queue[MediaEvent]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read the directory once and start the reading tasks."""
        try:
            await self._directory.refresh()
        except (RedisError, OSError):
            log.warning("media.redis_away")
        self._tasks = [
            spawn(repeat(self._read_replies, self._away), name="media-replies"),
            spawn(repeat(self._read_events, self._away), name="media-events"),
            spawn(repeat(self._watch_workers, self._away), name="media-workers"),
        ]

    async def stop(self) -> None:
        """End the tasks and the connections; calls under way fail as unavailable."""
        await end(self._tasks)
        for future in self._pending.values():
            future.cancel()
        await self._redis.aclose()

    async def publish(
        self, room: str, who: str, offer_sdp: str, *, layers: Sequence[str] = LAYERS
    ) -> Answer:
        """See MediaEngine.publish."""
        call = protocol.Publish(room, who, offer_sdp, tuple(layers))
        return _required((await self._call(await self._place(room), call)).answer)

    async def subscribe(
        self, room: str, who: str, offer_sdp: str, slots: Sequence[SourceRef | None]
    ) -> Answer:
        """See MediaEngine.subscribe."""
        call = protocol.Subscribe(room, who, offer_sdp, tuple(slots))
        return _required((await self._call(await self._place(room), call)).answer)

    async def switch(self, peer_id: str, changes: Mapping[int, SourceRef | None]) -> None:
        """See MediaEngine.switch."""
        await self._call_peer(peer_id, protocol.Switch(peer_id, dict(changes)))

    async def restart_ice(self, peer_id: str) -> IceCredentials:
        """See MediaEngine.restart_ice."""
        return _required((await self._call_peer(peer_id, protocol.Restart(peer_id))).credentials)

    async def close(self, peer_id: str) -> None:
        """See MediaEngine.close; a dead worker has forgotten the peer already."""
        try:
            await self._call_peer(peer_id, protocol.Close(peer_id))
        except (errors.PeerUnknown, errors.MediaUnavailable):
            log.info("media.close_missed", peer=peer_id)

    async def sources(self, room: str) -> Sequence[str]:
        """See MediaEngine.sources."""
        return (await self._call(await self._place(room), protocol.Sources(room))).sources

    async def events(self) -> AsyncIterator[MediaEvent]:
        """See MediaEngine.events; a listener more than 1000 behind loses the oldest."""
        queue: asyncio.Queue[MediaEvent] = asyncio.Queue(MAX_EVENTS)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    async def _place(self, room: str) -> str:
        try:
            return await self._directory.place(room)
        except (RedisError, OSError):
            raise errors.MediaUnavailable from None

    async def _call_peer(self, peer_id: str, call: protocol.Call) -> protocol.Reply:
        _, _, address = peer_id.partition("@")
        if not self._directory.alive(address):
            raise errors.PeerUnknown
        return await self._call(address, call)

    async def _call(self, address: str, call: protocol.Call) -> protocol.Reply:
        """Send a call and wait for its reply, two seconds at most.

        Raises:
            DomainError: What the worker refused with, or MediaUnavailable.
        """
        if len(self._pending) >= MAX_PENDING:
            raise errors.MediaBusy(limit=MAX_PENDING)
        request_id = secrets.token_hex(8)
        future = asyncio.get_running_loop().create_future()
        self._pending[request_id] = future
        try:
            async with asyncio.timeout(protocol.CALL_SECONDS):
                await self._send(address, request_id, call)
                reply: protocol.Reply = await future
        except (TimeoutError, RedisError, OSError):
            raise errors.MediaUnavailable from None
        finally:
            del self._pending[request_id]
        if reply.fault is not None:
            raise _REFUSALS.get(reply.fault.code, errors.MediaUnavailable)(**reply.fault.data)
        return reply

    async def _send(self, address: str, request_id: str, call: protocol.Call) -> None:
        worker, _, epoch = address.partition("/")
        expires_ms = int((time.time() + protocol.CALL_SECONDS) * 1000)  # noqa: TID251 the media plane's own clock
        reply_to = protocol.replies_key(self._client)
        request = protocol.Request(request_id, reply_to, expires_ms, call)
        key = protocol.calls_key(worker, epoch)
        waiting, _ = await in_one_trip(
            self._redis,
            ("RPUSH", key, protocol.encode(request)),
            ("EXPIRE", key, protocol.LIST_TTL_SECONDS),
        )
        if waiting > protocol.MAX_WAITING_CALLS:
            raise errors.MediaBusy(limit=protocol.MAX_WAITING_CALLS)

    def _away(self, error: Exception, is_first: bool) -> None:  # noqa: FBT001 shape of loops.repeat
        if is_first:
            log.warning("media.redis_away", error=str(error))
        self._directory.postpone()

    async def _read_replies(self) -> None:
        key = protocol.replies_key(self._client)
        taken = await cast("Awaitable[list[bytes] | None]", self._redis.blpop([key], timeout=1))
        if taken is None or len(taken[1]) > protocol.MAX_REPLY_BYTES:
            return
        try:
            reply = protocol.decode_reply(taken[1])
        except msgspec.DecodeError:
            log.warning("media.malformed_reply")
            return
        future = self._pending.get(reply.id)
        if future is not None and not future.done():
            future.set_result(reply)

    async def _read_events(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(protocol.EVENTS)
            async for message in pubsub.listen():
                if message["type"] == "message":
                    self._spread_raw(message["data"])

    async def _watch_workers(self) -> None:
        for lost in await self._directory.refresh():
            self._spread(lost)
        await asyncio.sleep(POLL_SECONDS)

    def _spread_raw(self, raw: bytes) -> None:
        try:
            event = protocol.decode_event(raw)
        except msgspec.DecodeError:
            log.warning("media.malformed_event")
            return
        if isinstance(event, WorkerLost) and not self._directory.forget(event):
            return
        self._spread(event)

    def _spread(self, event: MediaEvent) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)


def _required(value: T | None) -> T:
    if value is None:
        raise errors.MediaUnavailable
    return value
