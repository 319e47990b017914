"""The viewing side of a peer: its slots, the feedback of its browser, layer choice. Sans-I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from proctoring.media.ports import HIGH_LAYER, LOW_LAYER, SourceRef
from proctoring.media.sfu import rtcp
from proctoring.media.sfu.inbound import Feed
from proctoring.media.sfu.sink import Sink
from proctoring.media.sfu.source import Source

CONGESTED_ROUNDS: Final = 2
HOLD_SECONDS: Final = 15.0
HEADROOM: Final = 0.9
LOSSY: Final = 13  # 5 % in 1/256, the unit of RTCP
MAX_NACKED: Final = 256

FindFeed = Callable[[str], Feed | None]


@dataclass(slots=True)
class Slot:
    """One media section of a viewer and what is wanted in it."""

    kind: str
    sink: Sink
    wanted: SourceRef | None = None

    def review(self, find: FindFeed, now: float, *, hold: bool) -> None:
        """Bring the sink nearer to what is wanted, with what is live now.

        The high layer is taken at its first key frame; until then, or when it dries up, the low
        one is shown. The old picture is forwarded until the new one can be decoded.
        """
        feed = None if self.wanted is None else find(self.wanted.name)
        if self.wanted is None or feed is None or feed.kind != self.kind:
            self.sink.stop()
            return
        low = feed.layers.get(LOW_LAYER)
        asked = None if hold else feed.layers.get(self.wanted.layer)
        self._aim(asked or low, low, now)

    def _aim(self, best: Source | None, low: Source | None, now: float) -> None:
        sink = self.sink
        sink.preferred = best
        for source in [s for s in sink.waits if s is not best and s is not low]:
            sink.leave(source)
        if best is not None:
            sink.wait_for(best, now)
        if low is not None and (sink.current is None or not sink.current.alive(now)):
            sink.wait_for(low, now)


class Outbound:
    """Streams we send to a peer.

    Attributes:
        slots: In the order of the media sections.
        bandwidth_bps: The viewer's last estimate (REMB), None before the first.
    """

    def __init__(self, slots: list[Slot]) -> None:
        self.slots = slots
        self.bandwidth_bps: int | None = None
        self._by_ssrc = {slot.sink.ssrc: slot.sink for slot in slots}
        self._falling = False
        self._loss = 0
        self._bad_rounds = 0
        self._held_until = float("-inf")
        self._sent = (0, 0.0)

    def review(self, find: FindFeed, now: float) -> None:
        """Review every slot; call a few times a second and after each change."""
        hold = now < self._held_until
        for slot in self.slots:
            slot.review(find, now, hold=hold)

    def wants(self) -> Mapping[str, bool]:
        """Return name → whether its high layer is wanted, for every name in a slot."""
        wanted: dict[str, bool] = {}
        for slot in self.slots:
            if slot.wanted is not None:
                high = slot.wanted.layer == HIGH_LAYER
                wanted[slot.wanted.name] = wanted.get(slot.wanted.name, False) or high
        return wanted

    def receive(self, packet: rtcp.AnyPacket, now: float) -> None:
        """Take one RTCP packet of the viewer."""
        if isinstance(packet, rtcp.TransportFeedback):
            sink = self._by_ssrc.get(packet.media_ssrc)
            if sink is not None and packet.fmt == rtcp.NACK:
                sink.repair(packet.lost[:MAX_NACKED])
        elif isinstance(packet, rtcp.PayloadFeedback):
            self._receive_feedback(packet, now)
        elif isinstance(packet, rtcp.ReceiverReport):
            losses = [r.fraction_lost for r in packet.reports if r.ssrc in self._by_ssrc]
            self._loss = max(losses, default=self._loss)

    def tick(self) -> None:
        """Refill repair budgets; call every 40 ms."""
        for slot in self.slots:
            slot.sink.tick()

    def reports(self, now: float, ntp_seconds: float) -> list[bytes]:
        """Return a sender report per running slot, and judge the viewer's bandwidth."""
        self._judge(now)
        reports = (slot.sink.sender_report(now, ntp_seconds) for slot in self.slots)
        return [report for report in reports if report is not None]

    def close(self) -> None:
        """Detach from every source."""
        for slot in self.slots:
            slot.sink.stop()

    def _receive_feedback(self, packet: rtcp.PayloadFeedback, now: float) -> None:
        if packet.fmt == rtcp.REMB:
            estimate = rtcp.parse_bandwidth(packet)
            if estimate is not None:
                self._falling = self.bandwidth_bps is not None and estimate < self.bandwidth_bps
                self.bandwidth_bps = estimate
        elif packet.fmt in rtcp.KEY_REQUESTS:
            # a FIR names its stream in the body (RFC 5104 section 4.3.1.1)
            ssrc = packet.media_ssrc or int.from_bytes(packet.fci[:4], "big")
            sink = self._by_ssrc.get(ssrc)
            if sink is not None:
                sink.request_key(now)

    def _judge(self, now: float) -> None:
        """Fall back to low layers for 15 s when the viewer's line is too narrow for two rounds.

        An estimate below what we send is not enough, it starts low and climbs: it must be falling,
        or packets must be lost.
        """
        octets, before = sum(slot.sink.octets for slot in self.slots), self._sent
        self._sent = (octets, now)
        if self.bandwidth_bps is None or now <= before[1]:
            return
        rate_bps = 8 * (octets - before[0]) / (now - before[1])
        narrow = self.bandwidth_bps < HEADROOM * rate_bps
        congested = narrow and (self._falling or self._loss >= LOSSY)
        self._bad_rounds = self._bad_rounds + 1 if congested else 0
        if self._bad_rounds >= CONGESTED_ROUNDS:
            self._bad_rounds = 0
            self._held_until = now + HOLD_SECONDS
