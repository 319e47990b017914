"""Hands outbox entries to the broker from a thread of its own.

A request must not wait for the broker: a Redis that hangs would hold it for as long as the driver's
time-out. What this thread cannot send stays open in the outbox and is found by the sweeper.
"""

import os
import queue
import threading
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

import structlog
from django.db import connections

log = structlog.get_logger(__name__)

LIMIT: Final = 10_000
BATCH: Final = 200
IDLE_S: Final = 5.0  # a connection is kept that long: opening one costs more than sending
LINGER_S: Final = 0.25  # so that what comes in a rush is sent together


class Sender:
    """A bounded queue and a daemon thread, started on first use.

    Args:
        send: Sends the entries with these ids.
        limit: Ids that may wait; more are left to the sweeper.
        linger_s: How long the first one waits for others to go with it.
    """

    _lock: threading.Lock
    _waiting: queue.Queue[UUID]
    _is_idle: threading.Event
    _thread: threading.Thread | None

    def __init__(
        self,
        send: Callable[[list[UUID]], int],
        limit: int = LIMIT,
        linger_s: float = LINGER_S,
    ) -> None:
        self._send = send
        self._limit = limit
        self._linger_s = linger_s
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def hand_over(self, entry_id: UUID) -> None:
        """Have the entry sent soon; never waits and never raises."""
        with self._lock:
            self._is_idle.clear()
            try:
                self._waiting.put_nowait(entry_id)
            except queue.Full:
                log.warning("outbox.left_to_sweeper", entry=str(entry_id))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                self._thread.start()

    def flush(self, timeout_s: float) -> bool:
        """Wait until nothing waits; False when something still does after `timeout_s`."""
        return self._is_idle.wait(timeout_s)

    def _forget(self) -> None:
        """Begin anew: a forked child has its parent's queue but not its thread."""
        self._lock = threading.Lock()
        self._waiting = queue.Queue(self._limit)
        self._is_idle = threading.Event()
        self._is_idle.set()
        self._thread = None

    def _run(self) -> None:
        while True:
            ids = [self._next()]
            time.sleep(self._linger_s)
            while len(ids) < BATCH and not self._waiting.empty():
                ids.append(self._waiting.get_nowait())
            try:
                self._send(ids)
            except Exception:  # a thread that ended would stop all jobs; the sweeper sends these
                log.exception("outbox.not_sent", entries=len(ids))
                connections.close_all()  # it may be the connection
            with self._lock:
                if self._waiting.empty():
                    self._is_idle.set()

    def _next(self) -> UUID:
        """Wait for an entry; a thread that is idle for long holds no connection."""
        try:
            return self._waiting.get(timeout=IDLE_S)
        except queue.Empty:
            connections.close_all()
            return self._waiting.get()
