"""A worker's side of the control channel: takes calls, sends heartbeats and facts.

Redis being away never stops the media: every loop here waits and tries again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import Final, cast

import msgspec
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from kernel.errors import DomainError
from proctoring.media.ports import MediaEvent, WorkerLost
from proctoring.media.sfu import protocol
from proctoring.media.sfu.engine import Sfu
from proctoring.media.sfu.loops import repeat
from proctoring.media.sfu.roundtrip import in_one_trip

log = logging.getLogger(__name__)

CALL_BATCH: Final = 8
MAX_UNSENT_EVENTS: Final = 1000
MAX_REQUEST_BYTES: Final = 256 * 1024


class Control:
    """Serves one Sfu to the rt processes.

    Attributes:
        worker: Stable name of this worker; `epoch` tells its lives apart.
    """

    def __init__(
        self, redis: aioredis.Redis, *, worker: str, epoch: str, port: int, ips: str
    ) -> None:
        self.worker = worker
        self.epoch = epoch
        self._redis = redis
        self._port = port
        self._ips = ips
        self._beat = 0
        self._sent = (0, time.monotonic())
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue(MAX_UNSENT_EVENTS)

    def emit(self, event: MediaEvent) -> None:
        """Queue a fact; the oldest is dropped when Redis is away for long."""
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)

    async def beat(self, sfu: Sfu) -> None:
        """Write the heartbeat every second, for ever."""

        async def once() -> None:
            await self._write_heartbeat(sfu)
            await asyncio.sleep(protocol.HEARTBEAT_SECONDS)

        await repeat(once, _away)

    async def serve(self, sfu: Sfu) -> None:
        """Answer calls, for ever."""

        async def once() -> None:
            for raw in await self._take():
                await self._reply(sfu, raw)

        await repeat(once, _away)

    async def tell(self) -> None:
        """Publish facts, for ever."""

        async def once() -> None:
            event = await self._events.get()
            await self._redis.publish(protocol.EVENTS, protocol.encode(event))

        await repeat(once, _away)

    async def leave(self) -> None:
        """Sign off, so that everybody looks for another worker at once."""
        gone = protocol.encode(WorkerLost(self.worker, self.epoch))
        try:
            await in_one_trip(
                self._redis,
                ("DEL", protocol.worker_key(self.worker)),
                ("PUBLISH", protocol.EVENTS, gone),
            )
        except (RedisError, OSError):
            log.warning("could not sign off")

    async def _write_heartbeat(self, sfu: Sfu) -> None:
        self._beat += 1
        heartbeat = protocol.Heartbeat(
            epoch=self.epoch,
            beat=self._beat,
            port=self._port,
            ips=self._ips,
            load=self._packets_per_second(sfu),
            peers=len(sfu.peers),
            rooms=",".join(sorted(sfu.feeds.rooms())),
        )
        key = protocol.worker_key(self.worker)
        fields = {**msgspec.structs.asdict(heartbeat), **_totals(sfu)}
        await in_one_trip(
            self._redis,
            ("HSET", key, *(part for pair in fields.items() for part in pair)),
            ("EXPIRE", key, protocol.HEARTBEAT_TTL_SECONDS),
            ("SADD", protocol.WORKERS, self.worker),
        )

    def _packets_per_second(self, sfu: Sfu) -> int:
        total, now = sfu.counters.packets_out, time.monotonic()
        before, at = self._sent
        self._sent = (total, now)
        return round((total - before) / max(now - at, 0.001))

    async def _take(self) -> list[bytes]:
        """Wait up to a second for calls; return at most eight, so that media gets its turn."""
        key = protocol.calls_key(self.worker, self.epoch)
        first = await cast("Awaitable[list[bytes] | None]", self._redis.blpop([key], timeout=1))
        if first is None:
            return []
        more = await cast("Awaitable[list[bytes] | None]", self._redis.lpop(key, CALL_BATCH - 1))
        return [first[1], *(more or [])]

    async def _reply(self, sfu: Sfu, raw: bytes) -> None:
        if len(raw) > MAX_REQUEST_BYTES:
            log.warning("refused a call of %d bytes", len(raw))
            return
        try:
            request = protocol.decode_request(raw)
        except msgspec.DecodeError as error:
            log.warning("refused a malformed call: %s", error)
            return
        if request.expires_ms < time.time() * 1000:  # noqa: TID251 the media plane's own clock
            return
        reply = protocol.encode(perform(sfu, request))
        await in_one_trip(
            self._redis,
            ("RPUSH", request.reply_to, reply),
            ("EXPIRE", request.reply_to, protocol.LIST_TTL_SECONDS),
        )


def perform(sfu: Sfu, request: protocol.Request) -> protocol.Reply:
    """Do what the request asks; refusals become a Fault."""
    try:
        return _dispatch(sfu, request.id, request.call)
    except DomainError as refusal:
        return protocol.Reply(request.id, fault=protocol.Fault(refusal.code, refusal.data))
    except Exception:  # one bad offer must not end the media of everybody; logged in full
        log.exception("call %s failed", type(request.call).__name__)
        return protocol.Reply(request.id, fault=protocol.Fault("media_unavailable", {}))


def _dispatch(sfu: Sfu, request_id: str, call: protocol.Call) -> protocol.Reply:
    match call:
        case protocol.Publish(room, who, offer, layers):
            return protocol.Reply(request_id, answer=sfu.publish(room, who, offer, layers))
        case protocol.Subscribe(room, who, offer, slots):
            return protocol.Reply(request_id, answer=sfu.subscribe(room, who, offer, slots))
        case protocol.Switch(peer, changes):
            sfu.switch(peer, changes)
        case protocol.Restart(peer):
            return protocol.Reply(request_id, credentials=sfu.restart_ice(peer))
        case protocol.Close(peer):
            sfu.close(peer)
        case protocol.Sources(room):
            return protocol.Reply(request_id, sources=tuple(sfu.feeds.live(room)))
    return protocol.Reply(request_id)


def _away(error: Exception, is_first: bool) -> None:  # noqa: FBT001 shape of loops.repeat
    if is_first:
        log.warning("Redis is away: %s", error)


def _totals(sfu: Sfu) -> dict[str, int]:
    counters = sfu.counters
    return {
        "packets_in": counters.packets_in,
        "packets_out": counters.packets_out,
        "bytes_in": counters.bytes_in,
        "bytes_out": counters.bytes_out,
        "dropped": counters.dropped,
        "refused": counters.refused,
        "nacks_in": counters.nacks_in,
        "nacks_out": counters.nacks_out,
        "repairs_out": counters.repairs_out,
        "key_requests": counters.key_requests,
    }
