"""One viewer slot: rewrites packets of changing sources into one continuous stream. Sans-I/O.

Hot path: `forward` runs once per packet and viewer; its budget is 1 µs besides encryption.
"""

import secrets
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.source import Source, Stored

PLAIN: Final = struct.Struct("!BBHII").pack
TIMED: Final = struct.Struct("!BBHIIHHI").pack
ONE_BYTE_PROFILE: Final = 0xBEDE
LATE_WINDOW: Final = 1000
REPAIRS_PER_TICK: Final = 40
FRAMES_PER_SECOND: Final = 30

PayloadTypes = Mapping[str, tuple[int, int | None]]


class Sink:
    """The stream a viewer sees in one slot; its SSRC never changes, its source may.

    Attributes:
        current: The source whose packets are forwarded.
        waits: Sources whose next key frame will be taken.
        preferred: The source that, once admitted, ends all other waits.
        payload_types: Codec name → (payload type, RTX payload type) agreed with the viewer.
    """

    __slots__ = (
        "_before",
        "_budget",
        "_first",
        "_rtx_seq",
        "_rtx_type",
        "_send",
        "_send_time",
        "_seq",
        "_seq_offset",
        "_since",
        "_time",
        "_time_offset",
        "_type",
        "counters",
        "current",
        "octets",
        "packets",
        "payload_types",
        "preferred",
        "rtx_ssrc",
        "ssrc",
        "waits",
    )

    def __init__(
        self,
        send: Callable[[bytes], None],
        payload_types: PayloadTypes,
        *,
        send_time_id: int | None,
        counters: Counters,
    ) -> None:
        self.ssrc = secrets.randbits(32)
        self.rtx_ssrc = secrets.randbits(32)
        self.payload_types = payload_types
        self.counters = counters
        self.current: Source | None = None
        self.preferred: Source | None = None
        self.waits: list[Source] = []
        self.packets = self.octets = 0
        self._send = send
        self._send_time = None if send_time_id is None else send_time_id << 28 | 0x2000000
        self._type: int = 0
        self._rtx_type: int | None = None
        self._seq = secrets.randbits(14)
        self._rtx_seq = secrets.randbits(14)
        self._time = secrets.randbits(31)
        self._seq_offset = self._time_offset = 0
        self._first = self._since = 0
        self._before = float("-inf")
        self._budget = REPAIRS_PER_TICK

    def wait_for(self, source: Source, now: float) -> None:
        """Take `source` from its next key frame on, if the viewer can decode it."""
        if source is self.current or source in self.waits:
            return
        if source.codec in self.payload_types:
            self.waits.append(source)
            source.admit_at_key(self, now)

    def leave(self, source: Source) -> None:
        """Take nothing more of `source`."""
        if source in self.waits:
            self.waits.remove(source)
            if self in source.waiting:
                source.waiting.remove(self)
        if source is self.current:
            self.current = None
            self._before = source.last_packet
            source.sinks.remove(self)

    def stop(self) -> None:
        """Empty the slot."""
        for source in list(self.waits):
            self.leave(source)
        if self.current is not None:
            self.leave(self.current)
        self.preferred = None

    def admit(self, source: Source, seq: int, timestamp: int, now: float) -> None:
        """Continue with `source`: number and time go on where the last packet stood."""
        self.waits.remove(source)
        if self.current is not None:
            self.leave(self.current)
        self.current = source
        if source is self.preferred:
            for other in list(self.waits):
                self.leave(other)
        payload_type = self.payload_types[source.codec]
        self._type, self._rtx_type = payload_type
        pause = min(max(now - self._before, 1 / FRAMES_PER_SECOND), 3600.0)
        self._seq_offset = (self._seq + 1 - seq) & 0xFFFF
        self._time_offset = (self._time + int(pause * source.clock_rate) - timestamp) & 0xFFFFFFFF
        self._first = seq
        self._since = self.packets

    def forward(self, marker: int, seq: int, timestamp: int, payload: bytes, stamp: int) -> None:
        """Send one packet, renumbered."""
        out = (seq + self._seq_offset) & 0xFFFF
        time = (timestamp + self._time_offset) & 0xFFFFFFFF
        if (out - self._seq) & 0xFFFF < 0x8000:
            self._seq = out
            self._time = time
        elif self._precedes_switch(seq):
            return
        kind = marker | self._type
        if self._send_time is None:
            packet = PLAIN(0x80, kind, out, time, self.ssrc) + payload
        else:
            head = TIMED(
                0x90, kind, out, time, self.ssrc, ONE_BYTE_PROFILE, 1, self._send_time | stamp
            )
            packet = head + payload
        self._send(packet)
        self.packets += 1
        self.octets += len(payload)

    def repair(self, lost: Iterable[int]) -> None:
        """Send again what the viewer misses, as RTX (RFC 4588); bounded per tick.

        Without RTX nothing is repeated: the same packet number must not be encrypted twice.
        """
        self.counters.nacks_in += 1
        if self.current is None or self._rtx_type is None:
            return
        for out in lost:
            seq = (out - self._seq_offset) & 0xFFFF
            stored = self.current.find(seq)
            if stored is None or self._precedes_switch(seq):
                continue
            if self._budget <= 0:
                return
            self._budget -= 1
            self._resend(self._rtx_type, out & 0xFFFF, stored)

    def tick(self) -> None:
        """Refill the repair budget."""
        self._budget = REPAIRS_PER_TICK

    def request_key(self, now: float) -> None:
        """Pass the viewer's wish for a key frame on."""
        if self.current is not None:
            self.current.request_key(now)

    def sender_report(self, now: float, ntp_seconds: float) -> bytes | None:
        """Return our report in the rewritten time base; None until the publisher's is known."""
        source = self.current
        if source is None or source.sender_clock is None or not self.packets:
            return None
        rtp_time, at = source.sender_clock
        elapsed = int((now - at) * source.clock_rate)
        return rtcp.sender_report(
            self.ssrc,
            ntp_seconds=ntp_seconds,
            rtp_time=rtp_time + self._time_offset + elapsed,
            packets=self.packets,
            octets=self.octets,
        )

    def _precedes_switch(self, seq: int) -> bool:
        """Return whether a late packet is older than the key frame this slot began with."""
        recent = self.packets - self._since < LATE_WINDOW
        return recent and (seq - self._first) & 0xFFFF >= 0x8000

    def _resend(self, rtx_type: int, out: int, stored: Stored) -> None:
        _, marker, timestamp, payload = stored
        time = (timestamp + self._time_offset) & 0xFFFFFFFF
        self.counters.repairs_out += 1
        self._rtx_seq = (self._rtx_seq + 1) & 0xFFFF
        head = PLAIN(0x80, marker | rtx_type, self._rtx_seq, time, self.rtx_ssrc)
        self._send(head + out.to_bytes(2, "big") + payload)
