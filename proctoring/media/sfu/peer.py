"""One browser connection: decrypts, passes packets to its publishing or viewing side, reports."""

import random
import secrets
from collections.abc import Sequence
from typing import Final

import pylibsrtp

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.ice import IceAgent, IceLite
from proctoring.media.sfu.inbound import Inbound
from proctoring.media.sfu.link import Certificate, DtlsLink
from proctoring.media.sfu.outbound import Outbound
from proctoring.media.sfu.rtp import MIN_RTP_BYTES

FAST_START_SECONDS: Final = 3.0
FAST_REPORT_SECONDS: Final = 0.2
MAX_COMPOUND_BYTES: Final = 1100
PACKETS_PER_TICK: Final = 400  # 10,000 a second; a 720p key frame is about 100 at once
NTP_EPOCH: Final = 2208988800


class Peer:
    """A publisher, a viewer, or both.

    Attributes:
        inbound: What it sends us, None for a pure viewer.
        outbound: What we send it, None for a pure publisher.
        ssrc: Sender of our feedback packets.
    """

    def __init__(
        self,
        peer_id: str,
        *,
        room: str,
        who: str,
        ice: IceLite,
        certificate: Certificate,
        counters: Counters,
        now: float,
    ) -> None:
        self.id = peer_id
        self.room = room
        self.who = who
        self.agent: IceAgent = ice.open(self, now)
        self.link = DtlsLink(self.agent, certificate, counters)
        self.inbound: Inbound | None = None
        self.outbound: Outbound | None = None
        self.connected = False
        self.ssrc = secrets.randbits(32)
        self._counters = counters
        self._opened = now
        self._budget = PACKETS_PER_TICK
        self._next_report = now

    def receive_dtls(self, datagram: bytes) -> None:
        """Take one DTLS record."""
        self.link.push(datagram)

    def receive_srtp(self, datagram: bytes, now: float) -> None:
        """Take one SRTP or SRTCP packet; anything that does not decrypt is counted and dropped."""
        link, counters = self.link, self._counters
        if link.unprotect is None or link.unprotect_control is None:
            return
        self._budget -= 1
        if self._budget < 0 or len(datagram) < MIN_RTP_BYTES:
            counters.refused += 1
            return
        try:
            if 192 <= datagram[1] <= 223:  # RFC 5761 section 4
                self.receive_control(link.unprotect_control(datagram), now)
                return
            packet = link.unprotect(datagram)
        except (pylibsrtp.Error, ValueError):
            counters.refused += 1
            return
        counters.packets_in += 1
        counters.bytes_in += len(datagram)
        if self.inbound is None or not self.inbound.receive(packet, now):
            counters.refused += 1

    def receive_control(self, compound: bytes, now: float) -> None:
        """Take a decrypted RTCP compound."""
        for packet in rtcp.parse(compound):
            if isinstance(packet, rtcp.SenderReport) and self.inbound is not None:
                self.inbound.note_sender_report(packet, now)
            elif self.outbound is not None:
                self.outbound.receive(packet, now)

    def tick(self, now: float) -> None:
        """Repeat requests and refill budgets; call every 40 ms."""
        self._budget = PACKETS_PER_TICK
        if not self.connected:
            return
        if self.inbound is not None:
            for source in self.inbound.sources:
                source.tick(now)
        if self.outbound is not None:
            self.outbound.tick()

    def report(self, now: float, unix_seconds: float) -> None:
        """Send our RTCP when it is due: every 200 ms at first, then about once a second."""
        if not self.connected or now < self._next_report:
            return
        young = now - self._opened < FAST_START_SECONDS
        pause = FAST_REPORT_SECONDS if young else 0.75 + random.random() / 2  # noqa: S311 jitter
        self._next_report = now + pause
        packets: list[bytes] = []
        if self.inbound is not None:
            packets += self.inbound.reports(now)
        if self.outbound is not None:
            packets += self.outbound.reports(now, unix_seconds + NTP_EPOCH)
        for compound in compounds(packets):
            self.link.send_control(compound)


def compounds(packets: Sequence[bytes]) -> list[bytes]:
    """Join packets into as few datagrams as fit a small MTU."""
    joined: list[bytes] = []
    for packet in packets:
        if joined and len(joined[-1]) + len(packet) <= MAX_COMPOUND_BYTES:
            joined[-1] += packet
        else:
            joined.append(packet)
    return joined
