"""Keeps the presence ledger alive: ticks, leases, and telling the rest of the system.

Changes are told one after another, in the order in which they happened. While telling hangs, only
the latest state of each seat waits: a hanging database costs no memory, and afterwards the board is
told what is true, not what was.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from typing import Final

import redis
import structlog
from django.db import transaction

from kernel import clock
from kernel.events import bus
from realtime import metrics
from realtime.events import PresenceChanged
from realtime.leases import Leases
from realtime.presence import LAG_S, TICK_S, Change, Ledger, Presence, Seat
from realtime.tasks import spawn
from realtime.threads import in_database

log = structlog.get_logger(__name__)

RENEW_S: Final = 2.0


class Roster:
    """The presence of everybody connected to this process.

    Attributes:
        ledger: The rules and what they know.
        redis_run: Run id of Redis at the last renewal; "" while it does not answer.
    """

    def __init__(self, process: str) -> None:
        self.ledger = Ledger()
        self.redis_run = ""
        self._leases = Leases(process)
        self._has_lease = False
        self._untold: dict[Seat, Change] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to tick, renew and tell."""
        self._tasks = [
            spawn(self._tick(), name="presence-tick"),
            spawn(self._renew(), name="presence-lease"),
            spawn(self._tell(), name="presence-tell"),
        ]

    async def stop(self) -> None:
        """Stop, and hand the people over to the other processes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._leases.hand_back()

    def opened(self, user_id: int, connection_id: str) -> None:
        """Note a new socket."""
        self._queue(self.ledger.opened(user_id, connection_id, time.monotonic()))

    def heard(self, connection_id: str) -> None:
        """Note a sign of life."""
        self._queue(self.ledger.heard(connection_id, time.monotonic()))

    def watched(self, user_id: int, connection_id: str, attempt_id: int) -> None:
        """Note that a socket follows an attempt."""
        seat = Seat(user_id, attempt_id)
        self._queue(self.ledger.watched(seat, connection_id, time.monotonic()))

    def unwatched(self, user_id: int, connection_id: str, attempt_id: int) -> None:
        """Note that a socket left an attempt."""
        seat = Seat(user_id, attempt_id)
        self._queue(self.ledger.unwatched(seat, connection_id, time.monotonic()))

    def closed(self, connection_id: str) -> None:
        """Note a closed socket."""
        self._queue(self.ledger.closed(connection_id, time.monotonic()))

    def _queue(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self._untold.pop(change.seat, None)  # the newer one takes its turn at the end
            self._untold[change.seat] = change
            self._news.set()

    async def _tick(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(TICK_S)
            lag_s = time.monotonic() - began - TICK_S
            metrics.LOOP_LAG.set(max(0.0, lag_s))
            if lag_s > LAG_S:
                log.warning("presence.suspended", lag_s=round(lag_s, 2))
            self._queue(self.ledger.tick(time.monotonic()))

    async def _renew(self) -> None:
        while True:
            try:
                await self._renew_once()
                orphans = await self._leases.take_over()
            except (redis.RedisError, OSError) as error:
                self.redis_run = ""
                log.info("presence.no_redis", error=repr(error))
            else:
                now = time.monotonic()
                for seat in orphans:
                    self._queue(self.ledger.adopt(seat, now))
            await asyncio.sleep(RENEW_S)

    async def _renew_once(self) -> None:
        renewal = await self._leases.renew(self.ledger.present())
        if self._has_lease and renewal.had_run_out:
            # We were stalled or cut off: another process may have told that our people are away,
            # and tells nothing more now that it sees us. Our own ledger has seen no change.
            states = self.ledger.states()
            self._queue(Change(seat, state) for seat, state in states.items())
        elif renewal.redis_run != self.redis_run:  # it is new, or was emptied by a restart
            await self._leases.write_states(self.ledger.states())
        self._has_lease = True
        self.redis_run = renewal.redis_run

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            changes, self._untold = list(self._untold.values()), {}
            try:
                await self._tell_batch(changes)
            except Exception:  # presence fails open: what cannot be told is counted and logged
                metrics.PRESENCE_UNTOLD.inc(len(changes))
                log.exception("presence.not_told", changes=len(changes))

    async def _tell_batch(self, changes: list[Change]) -> None:
        away = {change.seat for change in changes if change.state is not Presence.ONLINE}
        elsewhere: set[Seat] = set()
        with contextlib.suppress(redis.RedisError, OSError):  # then what this process knows counts
            elsewhere = await self._leases.elsewhere(away) if away else elsewhere
        for seat in elsewhere:
            self.ledger.release(seat)
        true = [c for c in changes if c.state is Presence.ONLINE or c.seat not in elsewhere]
        with contextlib.suppress(redis.RedisError, OSError):  # read by pages only, and fails open
            await self._leases.write_states({change.seat: change.state for change in true})
        for change in true:
            metrics.PRESENCE.labels(change.state.value).inc()
        await in_database(emit, true)


def emit(changes: list[Change]) -> None:
    """Emit an event per attempt, each in its own transaction: one failure spoils no other."""
    at = clock.now()
    for change in changes:
        seat = change.seat
        if seat.attempt_id is None:
            continue
        event = PresenceChanged(
            user_id=seat.user_id, attempt_ids=(seat.attempt_id,), state=change.state.value, at=at
        )
        try:
            with transaction.atomic():
                bus.emit(event)
        except Exception:  # presence fails open and is logged; the next change may succeed
            metrics.PRESENCE_UNTOLD.inc()
            log.exception("presence.handler_failed", user_id=seat.user_id)
