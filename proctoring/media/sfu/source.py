"""One published layer: history, gaps, key frame requests, reception figures. Sans-I/O.

Hot path: `receive` runs once per packet; its budget is 2 µs besides the sinks.
"""

import time
from collections.abc import Callable
from typing import Final, Protocol

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.gaps import MAX_MISSING, GapTracker
from proctoring.media.sfu.offer import Codec
from proctoring.media.sfu.rtp import HEADER, payload_bounds, starts_key_frame

HISTORY: Final = 256
KEY_MIN_SECONDS: Final = 0.3
KEY_RETRY_SECONDS: Final = 0.4
ALIVE_SECONDS: Final = 1.0

Stored = tuple[int, int, int, bytes]


class PacketSink(Protocol):
    """What a source feeds."""

    def admit(self, source: "Source", seq: int, timestamp: int, now: float) -> None:
        """Begin with this packet, the first of a key frame."""

    def forward(self, marker: int, seq: int, timestamp: int, payload: bytes, stamp: int) -> None:
        """Take one packet; `marker` is the marker bit in place, `stamp` the 24-bit send time."""


class Source:
    """A stream of one SSRC, shared by all who watch it.

    Attributes:
        sinks: Viewers that get every packet.
        waiting: Viewers that begin at the next key frame.
        ssrc: Known once the first packet arrived.
        last_packet: Time of the newest packet, -inf before the first.
        sender_clock: (RTP time, our arrival time) of the publisher's last sender report.
    """

    __slots__ = (
        "_cycles",
        "_feedback",
        "_feedback_ssrc",
        "_first_seq",
        "_frame",
        "_gaps",
        "_history",
        "_jitter",
        "_key_asked",
        "_next_seq",
        "_prior",
        "_repair",
        "_sender_ntp",
        "_wants_key",
        "clock_rate",
        "codec",
        "counters",
        "last_packet",
        "layer",
        "mid",
        "payload_type",
        "received",
        "sender_clock",
        "sinks",
        "ssrc",
        "waiting",
    )

    def __init__(
        self,
        codec: Codec,
        *,
        mid: str,
        layer: str,
        feedback: Callable[[bytes], None],
        feedback_ssrc: int,
        counters: Counters,
    ) -> None:
        self.codec = codec.name
        self.payload_type = codec.payload_type
        self.clock_rate = codec.clock_rate
        self.mid = mid
        self.layer = layer
        self.counters = counters
        self.ssrc: int | None = None
        self.sinks: list[PacketSink] = []
        self.waiting: list[PacketSink] = []
        self.received = 0
        self.last_packet = float("-inf")
        self.sender_clock: tuple[int, float] | None = None
        self._feedback = feedback
        self._feedback_ssrc = feedback_ssrc
        self._repair = codec.name != "OPUS"
        self._gaps = GapTracker()
        self._history: list[Stored | None] = [None] * HISTORY
        self._first_seq = self._next_seq = self._cycles = 0
        self._wants_key = False
        self._key_asked = float("-inf")
        self._sender_ntp = (0, 0.0)
        self._prior = (0, 0)
        self._jitter = 0.0
        self._frame = (0, 0.0)

    def receive(self, packet: bytes, now: float) -> None:
        """Take one decrypted RTP packet and forward it."""
        _, marker, seq, timestamp, ssrc = HEADER.unpack_from(packet)
        start, end = payload_bounds(packet)
        payload = packet[start:end]
        if self.ssrc is None:
            self._begin(ssrc, seq)
        if seq == self._next_seq:
            self._advance(seq)
        else:
            self._out_of_order(seq, now)
        if timestamp != self._frame[0]:
            self._measure_jitter(timestamp, now)
        self.received += 1
        self.last_packet = now
        marker &= 0x80
        self._history[seq % HISTORY] = (seq, marker, timestamp, payload)
        if self._wants_key and payload and starts_key_frame(self.codec, payload):
            self._begin_key_frame(seq, timestamp, now)
        if self.sinks:
            stamp = int(time.time() * 262144) & 0xFFFFFF  # noqa: TID251 per packet
            for sink in self.sinks:
                sink.forward(marker, seq, timestamp, payload, stamp)

    def find(self, seq: int) -> Stored | None:
        """Return a recent packet by its sequence number."""
        stored = self._history[seq % HISTORY]
        return stored if stored is not None and stored[0] == seq else None

    def alive(self, now: float) -> bool:
        """Return whether packets arrive at the moment."""
        return now - self.last_packet < ALIVE_SECONDS

    def admit_at_key(self, sink: PacketSink, now: float) -> None:
        """Let a viewer begin at the next key frame, and ask for one."""
        self.waiting.append(sink)
        self.request_key(now)

    def request_key(self, now: float) -> None:
        """Ask for a key frame; asked again every 400 ms until one arrives."""
        self._wants_key = True
        if now - self._key_asked >= KEY_MIN_SECONDS:
            self._ask_key(now)

    def tick(self, now: float) -> None:
        """Repeat unanswered requests; call every 40 ms."""
        if self._gaps:
            self._ask_packets(self._gaps.due(now))
        if self._wants_key and now - self._key_asked >= KEY_RETRY_SECONDS:
            self._ask_key(now)

    def note_sender_report(self, ntp: int, rtp_time: int, now: float) -> None:
        """Remember the publisher's clock for our reports and for lip sync."""
        self._sender_ntp = ((ntp >> 16) & 0xFFFFFFFF, now)
        self.sender_clock = (rtp_time, now)

    def reception(self, now: float) -> rtcp.ReceptionBlock | None:
        """Return the block for the next receiver report (RFC 3550 appendix A.3)."""
        if self.ssrc is None:
            return None
        expected = self._cycles + self._next_seq - self._first_seq
        new_expected = expected - self._prior[0]
        new_lost = new_expected - (self.received - self._prior[1])
        self._prior = (expected, self.received)
        last_report, at = self._sender_ntp
        delay = int((now - at) * 65536) if last_report else 0
        return rtcp.reception_block(
            self.ssrc,
            fraction=(new_lost << 8) // new_expected if new_expected > 0 else 0,
            lost=expected - self.received,
            highest=self._cycles + self._next_seq - 1,
            jitter=int(self._jitter),
            sender=(last_report, delay),
        )

    def _begin(self, ssrc: int, seq: int) -> None:
        self.ssrc = ssrc
        self._first_seq = self._next_seq = seq

    def _advance(self, seq: int) -> None:
        self._next_seq = (seq + 1) & 0xFFFF
        if self._next_seq == 0:
            self._cycles += 0x10000

    def _out_of_order(self, seq: int, now: float) -> None:
        """Open a gap, jump over one too large to repair, or take a late packet."""
        ahead = (seq - self._next_seq) & 0xFFFF
        if ahead >= 0x8000:
            self._gaps.close(seq)
            return
        first = self._next_seq
        if seq < first:
            self._cycles += 0x10000
        self._advance(seq)
        if not self._repair:
            return
        if ahead > MAX_MISSING:
            self._gaps.clear()
            self.request_key(now)
        else:
            self._ask_packets(self._gaps.open(first, ahead, now))

    def _measure_jitter(self, timestamp: int, now: float) -> None:
        """RFC 3550 appendix A.8, once per frame: packets of a frame leave together."""
        before, at = self._frame
        self._frame = (timestamp, now)
        if self.received:
            step = (timestamp - before) & 0xFFFFFFFF
            if step < 0x80000000:
                drift = abs((now - at) * self.clock_rate - step)
                self._jitter += (drift - self._jitter) / 16

    def _begin_key_frame(self, seq: int, timestamp: int, now: float) -> None:
        self._wants_key = False
        waiting, self.waiting = self.waiting, []
        for sink in waiting:
            self.sinks.append(sink)
            sink.admit(self, seq, timestamp, now)

    def _ask_key(self, now: float) -> None:
        if self.ssrc is not None and self.alive(now):
            self._key_asked = now
            self.counters.key_requests += 1
            self._feedback(rtcp.key_request(self._feedback_ssrc, self.ssrc))

    def _ask_packets(self, missing: list[int]) -> None:
        if missing and self.ssrc is not None:
            self.counters.nacks_out += 1
            self._feedback(rtcp.nack(self._feedback_ssrc, self.ssrc, missing))
