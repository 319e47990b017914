"""Presence across processes, in Redis: leases of processes, their people, the latest states.

Everything here is a hint that may vanish with Redis: each process writes its own part again every
two seconds. A process that dies loses its lease after 6 s; another takes over its people, so that
they too become unstable and then lost. Reads fail open: an unknown person is simply unknown.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import redis
import redis.asyncio
import structlog
from django.conf import settings

from realtime.presence import Presence, Seat

log = structlog.get_logger(__name__)

LEASE_S: Final = 6
TIMEOUT_S: Final = 1.0
DAY_S: Final = 24 * 3600
_PREFIX: Final = f"{settings.REDIS_PREFIX}:presence:"
_PROCESSES: Final = f"{_PREFIX}processes"
_STATES: Final = f"{_PREFIX}states"
_SWEEPER: Final = f"{_PREFIX}sweeper"


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a process learns when it renews its lease.

    Attributes:
        redis_run: Run id of Redis: another one than before means that it has been restarted.
        had_run_out: There was no lease to renew; others may have taken our people over.
    """

    redis_run: str
    had_run_out: bool


class Leases:
    """This process's part of the shared picture."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._redis: Any = redis.asyncio.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            decode_responses=True,
        )

    async def renew(self, people: Mapping[int, Iterable[int]]) -> Renewal:
        """Renew the lease and write who is here (attempts by user id).

        Raises:
            redis.RedisError: Redis does not answer.
        """
        members = {str(user): ",".join(map(str, attempts)) for user, attempts in people.items()}
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.exists(_lease(self._process))
            pipe.set(_lease(self._process), "1", ex=LEASE_S)
            pipe.sadd(_PROCESSES, self._process)
            pipe.delete(_members(self._process))
            if members:
                pipe.hset(_members(self._process), mapping=members)
                pipe.expire(_members(self._process), DAY_S)
            pipe.info("server")
            answers = await pipe.execute()
        return Renewal(str(answers[-1]["run_id"]), had_run_out=not answers[0])

    async def elsewhere(self, seats: Collection[Seat]) -> set[Seat]:
        """Return those of `seats` that have a socket in another live process.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        found: set[Seat] = set()
        fields = sorted({str(seat.user_id) for seat in seats})
        for process in await self._others():
            if fields and await self._redis.exists(_lease(process)):
                values = await self._redis.hmget(_members(process), fields)
                known = dict(zip(fields, values, strict=True))
                found |= {seat for seat in seats if _holds(known[str(seat.user_id)], seat)}
        return found

    async def write_states(self, states: Mapping[Seat, Presence]) -> None:
        """Store the latest presence of seats, for pages opened later; kept for a day.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        if not states:
            return
        async with self._redis.pipeline(transaction=False) as pipe:
            for seat, state in states.items():
                pipe.set(_state(seat), state.value, ex=DAY_S)
            await pipe.execute()

    async def take_over(self) -> list[Seat]:
        """Return the seats of processes whose lease has run out.

        Only one process at a time looks; each dead process is taken once. One that only slept and
        renews its lease while we look keeps its people.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        if not await self._redis.set(_SWEEPER, self._process, nx=True, ex=2):
            return []
        orphans: list[Seat] = []
        for process in await self._others():
            if await self._redis.exists(_lease(process)):
                continue
            orphans += await self._take(process)
        return orphans

    async def hand_back(self) -> None:
        """Give up the lease at a clean end, so that the people are taken over at once."""
        try:
            await self._redis.delete(_lease(self._process))
        except redis.RedisError as error:
            log.info("presence.lease_kept", error=repr(error))  # it runs out by itself
        await self._redis.aclose()

    async def _take(self, process: str) -> list[Seat]:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.exists(_lease(process))
            pipe.hgetall(_members(process))
            pipe.delete(_members(process))
            pipe.srem(_PROCESSES, process)
            is_back, members, *_ = await pipe.execute()
        if is_back:  # its next renewal writes again what we have just deleted
            return []
        return [seat for user, text in members.items() for seat in _seats(int(user), text)]

    async def _others(self) -> list[str]:
        processes = await self._redis.smembers(_PROCESSES)
        return sorted(process for process in processes if process != self._process)


def states_of(seats: Collection[Seat]) -> dict[Seat, Presence]:
    """Return the latest known presence by seat; seats never seen are missing.

    A person who left an attempt and reads another page is lost on the attempt and online on the
    whole: ask for the seat you mean. One look-up, for synchronous callers. Fails open: without
    Redis nobody is known.
    """
    if not seats:
        return {}
    try:
        with redis.from_url(
            settings.REDIS_URL,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            decode_responses=True,
        ) as client:
            values = client.mget([_state(seat) for seat in seats])
    except redis.RedisError as error:
        log.warning("presence.unreadable", error=repr(error))
        return {}
    return {seat: Presence(v) for seat, v in zip(seats, values, strict=True) if v is not None}


def is_online(user_ids: Collection[int]) -> dict[int, bool]:
    """Return for each of `user_ids` whether the person is connected now, as far as is known."""
    states = states_of([Seat(user_id) for user_id in user_ids])
    return {user_id: states.get(Seat(user_id)) is Presence.ONLINE for user_id in user_ids}


def _lease(process: str) -> str:
    return f"{_PREFIX}lease:{process}"


def _state(seat: Seat) -> str:
    attempt = "" if seat.attempt_id is None else f":{seat.attempt_id}"
    return f"{_STATES}:{seat.user_id}{attempt}"


def _members(process: str) -> str:
    return f"{_PREFIX}members:{process}"


def _seats(user_id: int, attempts: str) -> list[Seat]:
    """Return the seats written as `attempts` under a user."""
    followed = [Seat(user_id, int(part)) for part in attempts.split(",") if part]
    return [Seat(user_id), *followed]


def _holds(attempts: str | None, seat: Seat) -> bool:
    return attempts is not None and seat in _seats(seat.user_id, attempts)
