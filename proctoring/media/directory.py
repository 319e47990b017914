"""Which media workers live, and which of them serves a room; read from Redis by every rt process."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from redis import asyncio as aioredis

from proctoring.media.errors import MediaUnavailable
from proctoring.media.ports import WorkerLost
from proctoring.media.sfu import protocol
from proctoring.media.sfu.roundtrip import in_one_trip

LOST_SECONDS: Final = 2.0
ROOM_TTL_SECONDS: Final = 24 * 3600

# a room moves only if it still points where we saw it point: two processes agree on one worker
_CLAIM: Final = """
local now = redis.call('GET', KEYS[1])
if now and now ~= ARGV[1] then return now end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return ARGV[2]
"""


@dataclass(slots=True)
class Worker:
    """A worker as last seen.

    Attributes:
        seen: When its heartbeat last moved, seconds of the monotonic clock.
    """

    name: str
    epoch: str
    beat: str
    load: int
    rooms: frozenset[str]
    seen: float

    @property
    def address(self) -> str:
        """Return `<worker>/<epoch>`, which names one life of a worker."""
        return f"{self.name}/{self.epoch}"


class Directory:
    """The live workers, refreshed by polling."""

    def __init__(self, redis: aioredis.Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._workers: dict[str, Worker] = {}
        self._dead: dict[str, tuple[str, str]] = {}  # last heartbeat of those we gave up

    async def refresh(self) -> list[WorkerLost]:
        """Read all heartbeats; return the workers that died or restarted since the last time.

        A worker is lost when its heartbeat stood still for two seconds or its epoch changed.

        Raises:
            RedisError: Redis is away; nothing is concluded from that.
        """
        names = await in_one_trip(self._redis, ("SMEMBERS", protocol.WORKERS))
        listed = sorted(name.decode() for name in names[0])
        keys = [("HGETALL", protocol.worker_key(name)) for name in listed]
        rows = await in_one_trip(self._redis, *keys) if keys else []
        now = self._clock()
        lost = []
        for name, row in zip(listed, rows, strict=True):
            lost += self._note(name, _text(row), now)
        lost += self._expire(now)
        await self._strike([name for name, row in zip(listed, rows, strict=True) if not row])
        return lost

    def postpone(self) -> None:
        """Give every worker two fresh seconds, after Redis itself was away."""
        now = self._clock()
        for worker in self._workers.values():
            worker.seen = now

    def forget(self, lost: WorkerLost) -> bool:
        """Take out a worker that signed off; False when it was not known any more."""
        worker = self._workers.get(lost.worker)
        if worker is None or worker.epoch != lost.epoch:
            return False
        self._bury(worker)
        return True

    def alive(self, address: str) -> bool:
        """Return whether this life of a worker goes on."""
        return any(worker.address == address for worker in self._workers.values())

    async def place(self, room: str) -> str:
        """Return the address of the worker that serves `room`, choosing one if need be.

        Everybody in a room must be on one worker: the one that serves it already, else the least
        loaded.

        Raises:
            MediaUnavailable: No worker lives.
            RedisError: Redis is away.
        """
        key = protocol.room_key(room)
        found = await in_one_trip(self._redis, ("GET", key))
        current = found[0].decode() if found[0] else ""
        if self.alive(current):
            return str(current)
        if not self._workers:
            raise MediaUnavailable
        best = min(self._workers.values(), key=lambda w: (room not in w.rooms, w.load, w.name))
        claim = ("EVAL", _CLAIM, 1, key, current, best.address, ROOM_TTL_SECONDS)
        settled = await in_one_trip(self._redis, claim)
        return str(settled[0].decode())

    async def _strike(self, silent: list[str]) -> None:
        """Take names without a heartbeat off the list; a worker that lives signs on again."""
        for name in set(silent) - set(self._workers):
            await in_one_trip(self._redis, ("SREM", protocol.WORKERS, name))
            self._dead.pop(name, None)

    def _note(self, name: str, row: Mapping[str, str], now: float) -> list[WorkerLost]:
        epoch, beat = row.get("epoch", ""), row.get("beat", "")
        known = self._workers.get(name)
        before = (known.epoch, known.beat) if known is not None else self._dead.get(name)
        if not epoch or before == (epoch, beat):
            return []
        rooms = frozenset(filter(None, row.get("rooms", "").split(",")))
        load = int(row.get("load", "0"))
        self._workers[name] = Worker(name, epoch, beat, load, rooms, now)
        restarted = known is not None and known.epoch != epoch
        return [WorkerLost(name, known.epoch)] if known is not None and restarted else []

    def _expire(self, now: float) -> list[WorkerLost]:
        dead = [w for w in self._workers.values() if now - w.seen >= LOST_SECONDS]
        for worker in dead:
            self._bury(worker)
        return [WorkerLost(worker.name, worker.epoch) for worker in dead]

    def _bury(self, worker: Worker) -> None:
        del self._workers[worker.name]
        self._dead[worker.name] = (worker.epoch, worker.beat)


def _text(row: Mapping[bytes, bytes] | list[bytes]) -> dict[str, str]:
    pairs = row.items() if isinstance(row, Mapping) else zip(row[::2], row[1::2], strict=True)
    return {key.decode(): value.decode() for key, value in pairs}
