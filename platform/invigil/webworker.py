"""Gunicorn's thread worker behind a gate: a slow or silent connection costs a socket, not a thread.

The worker of gunicorn gives a connection to a thread when its first byte comes, and the thread then
waits for the rest; a closing connection is waited for by the very loop that accepts all others. A
few dozen sockets that say little stop every save of a school that way. Here the loop collects what
comes without waiting and a thread gets a request when all of it is there.

1. arriving: the loop reads; the whole request must be there within ARRIVAL_SECONDS.
2. at work: a thread of gunicorn's pool handles it, or one of the few of the long lane when the
   body is too long for memory (uploads). What is slow there delays uploads only. The answer goes
   into the kernel's buffer, which holds any page; only a longer file is sent at the reader's pace.
3. leaving: answered and closed on our side; the loop waits LEAVING_SECONDS for the other side.

When the sockets or the memory for arrivals are used up, whoever has waited longest is closed.
"""

import math
import struct
import time
from concurrent import futures
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_RD, SHUT_WR, SO_SNDBUF, SO_SNDTIMEO, SOL_SOCKET, socket

from gunicorn.workers.gthread import TConn, ThreadWorker

from invigil.arrival import Arrival, Progress

ARRIVAL_SECONDS = 30.0  # 1 MiB at the slowest line that we promise, 256 kbit/s
LEAVING_SECONDS = 2.0
STOPPING_SECONDS = 4.0  # what has half arrived when the stop comes has this long to be whole
LONG_SECONDS = 60.0  # and a second for each
LONG_BYTES_A_SECOND = 16 * 1024
LONG_LIMIT_SECONDS = 1800.0
ARRIVALS_LIMIT_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
ANSWER_BYTES = 512 * 1024  # what the kernel keeps for a slow reader: a page, a script
SENDING_LIMIT = struct.pack("@ll", 20, 0)  # seconds and microseconds without any progress
TOO_LONG_HEAD = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Waiting:
    """A connection that the loop waits for."""

    deadline: float  # of time.monotonic
    arrival: Arrival = field(default_factory=Arrival)


class GatedThreadWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A thread worker whose threads meet only requests that are there.

    All methods but `handle_long` run in the main loop.
    """

    def init_process(self) -> None:
        """Add what the gate keeps; gunicorn's loop runs inside this call."""
        self.arriving: dict[TConn, Waiting] = {}
        self.leaving: dict[TConn, Waiting] = {}
        self.long_until: dict[TConn, float] = {}
        self.arrived_bytes = 0
        self.stops_waiting_at = math.inf
        self.long_lane = futures.ThreadPoolExecutor(max(2, self.cfg.threads // 2), "long")
        super().init_process()

    def enqueue_req(self, conn: TConn) -> None:
        """Wait for a request; gunicorn calls this for a new connection and for a kept one."""
        if not conn.initialized:
            conn.init()
            conn.sock.setsockopt(SOL_SOCKET, SO_SNDBUF, ANSWER_BYTES)
            conn.sock.setsockopt(SOL_SOCKET, SO_SNDTIMEO, SENDING_LIMIT)
        conn.sock.setblocking(False)
        read_ahead = conn.parser.unreader.take_buffered()
        self.arriving[conn] = Waiting(time.monotonic() + ARRIVAL_SECONDS, Arrival(read_ahead))
        self.arrived_bytes += len(read_ahead)
        self.on_arriving(conn, conn.sock)
        if conn in self.arriving:
            self.poller.register(conn.sock, EVENT_READ, partial(self.on_arriving, conn))

    def on_arriving(self, conn: TConn, client: socket) -> None:
        """Take in what came; pass the request on when it is there."""
        data = _receive(client)
        arrival = self.arriving[conn].arrival
        progress = arrival.add(data or b"")
        self.arrived_bytes += len(data or b"")
        if progress is Progress.PARTIAL:
            if data == b"":
                self.drop(conn)
            return
        if progress is Progress.ENDLESS:
            with suppress(OSError):
                client.send(TOO_LONG_HEAD)
            self.see_out(conn)
            return
        self.forget(conn)
        conn.parser.unreader.unread(bytes(arrival.data))
        if progress is Progress.WHOLE:
            super().enqueue_req(conn)
        else:
            self.enqueue_long(conn, arrival.body_bytes)

    def enqueue_long(self, conn: TConn, body_bytes: int | None) -> None:
        """Give a request whose body is still to come to the long lane."""
        seconds = LONG_LIMIT_SECONDS
        if body_bytes is not None:
            seconds = min(seconds, LONG_SECONDS + body_bytes / LONG_BYTES_A_SECOND)
        work = self.long_lane.submit(self.handle_long, conn, seconds)
        work.add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def handle_long(self, conn: TConn, seconds: float) -> object:
        """Handle a request in a thread of the long lane; its body has this long to come."""
        self.long_until[conn] = time.monotonic() + seconds
        try:
            return self.handle(conn)
        finally:
            del self.long_until[conn]

    def finish_request(self, conn: TConn, fs: "futures.Future[object]") -> None:
        """Keep an answered connection for the next request, or part without waiting."""
        failed = fs.cancelled() or fs.exception() is not None
        if failed or not fs.result():
            self.see_out(conn)
        else:
            super().finish_request(conn, fs)

    def see_out(self, conn: TConn) -> None:
        """Say that nothing more comes and leave the other side a moment to have read the answer.

        Closing at once would reset the connection and could cut the answer (RFC 9112, 9.6);
        gunicorn waits for this in its loop, for up to two seconds each.
        """
        self.forget(conn)
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self.on_leaving, conn))
        except (OSError, ValueError):
            self.drop(conn)
        else:
            self.leaving[conn] = Waiting(time.monotonic() + LEAVING_SECONDS)

    def on_leaving(self, conn: TConn, client: socket) -> None:
        """Throw away what still comes; close when the other side has closed."""
        if _receive(client) == b"":
            self.drop(conn)

    def murder_pending(self) -> None:
        """Close who did not come in time; gunicorn calls this after each round of the loop."""
        now = time.monotonic()
        if not self.alive:
            self.stops_waiting_at = min(self.stops_waiting_at, now + STOPPING_SECONDS)
        for conn, waiting in [*self.arriving.items(), *self.leaving.items()]:
            silent_at_the_end = not self.alive and not waiting.arrival.data
            is_late = min(waiting.deadline, self.stops_waiting_at) <= now
            if is_late or (silent_at_the_end and conn in self.arriving):
                self.drop(conn)
        for conn, until in list(self.long_until.items()):
            if until <= now:
                with suppress(OSError):
                    conn.sock.shutdown(SHUT_RD)  # its thread reads the end of the stream
        self.make_room()

    def make_room(self) -> None:
        """Close those who have waited longest while there is no place for one more."""
        while self.arrived_bytes > ARRIVALS_LIMIT_BYTES:
            self.drop(next(iter(self.arriving)))
        while self.nr_conns >= self.worker_connections:
            if longest := next(iter([*self.leaving, *self.arriving]), None):
                self.drop(longest)
            elif self.keepalived_conns:
                self.drop(self.keepalived_conns.popleft())
            else:
                return

    def drop(self, conn: TConn) -> None:
        """Close a connection that no thread has."""
        self.forget(conn)
        self.nr_conns -= 1
        conn.close()

    def forget(self, conn: TConn) -> None:
        """Wait for a connection no more."""
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.leaving.pop(conn, None)
        if waiting := self.arriving.pop(conn, None):
            self.arrived_bytes -= len(waiting.arrival.data)


def _receive(client: socket) -> bytes | None:
    """Return what is there; nothing at the end of the stream, None when nothing is there yet."""
    try:
        return client.recv(CHUNK_BYTES)
    except BlockingIOError:
        return None
    except OSError:
        return b""
