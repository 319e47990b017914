"""The publishing side of a peer: binds streams to sources and reports reception. Sans-I/O."""

from dataclasses import dataclass, field
from typing import Final

from proctoring.media.ports import LOW_LAYER
from proctoring.media.sfu import rtcp
from proctoring.media.sfu.rtp import header_extensions
from proctoring.media.sfu.sdp import MID_URI, RID_URI, Accepted
from proctoring.media.sfu.source import Source

MAX_STREAMS: Final = 32
DOWN_SECONDS: Final = 3.0
KIND_NAMES: Final = {"video": "camera", "audio": "microphone"}


@dataclass(slots=True)
class Feed:
    """One published picture or voice, in all its layers.

    Attributes:
        live: Whether packets arrived within the last three seconds, as last announced.
        high_wanted: Whether the publisher was last told to send the high layer.
    """

    room: str
    name: str
    kind: str
    peer_id: str
    layers: dict[str, Source] = field(default_factory=dict)
    live: bool = False
    high_wanted: bool = False

    def heard(self, now: float) -> bool:
        """Return whether any layer brought a packet within the last three seconds."""
        return any(now - s.last_packet < DOWN_SECONDS for s in self.layers.values())


class Inbound:
    """Streams a peer sends us.

    Attributes:
        sources: One per accepted layer.
    """

    def __init__(self, extensions: dict[int, str], feedback_ssrc: int, limit_bps: int) -> None:
        self.sources: list[Source] = []
        self._bound: dict[int, Source | None] = {}
        self._mid_id = _id_of(extensions, MID_URI)
        self._rid_id = _id_of(extensions, RID_URI)
        self._feedback_ssrc = feedback_ssrc
        self._limit_bps = limit_bps

    def expect(self, source: Source, ssrc: int | None) -> None:
        """Take a source in; `ssrc` binds it at once when the offer named it."""
        self.sources.append(source)
        if ssrc is not None:
            self._bound[ssrc] = source

    def receive(self, packet: bytes, now: float) -> bool:
        """Pass one decrypted packet to its source; False when it belongs to none."""
        ssrc = int.from_bytes(packet[8:12], "big")
        source = self._bound.get(ssrc)
        if source is None:
            source = self._learn(ssrc, packet)
            if source is None:
                return False
        source.receive(packet, now)
        return True

    def note_sender_report(self, report: rtcp.SenderReport, now: float) -> None:
        """Keep the publisher's clock."""
        source = self._bound.get(report.ssrc)
        if source is not None:
            info = report.sender_info
            source.note_sender_report(info.ntp_timestamp, info.rtp_timestamp, now)

    def reports(self, now: float) -> list[bytes]:
        """Return the receiver report and the bandwidth limit.

        Without the limit Chromium kept the high layer at 0 bytes for 10 s (measured).
        """
        blocks = [block for s in self.sources if (block := s.reception(now)) is not None]
        if not blocks:
            return []
        video = [s.ssrc for s in self.sources if s.ssrc is not None and s.codec != "OPUS"]
        out = [rtcp.receiver_report(self._feedback_ssrc, blocks)]
        if video:
            out.append(rtcp.bandwidth_limit(self._feedback_ssrc, self._limit_bps, video))
        return out

    def _learn(self, ssrc: int, packet: bytes) -> Source | None:
        """Bind an unknown SSRC by media id and layer id (RFC 8852); remember misses, bounded."""
        if ssrc in self._bound or len(self._bound) >= MAX_STREAMS:
            return None
        mid, rid = self._ids(packet)
        payload_type = packet[1] & 0x7F
        for source in self.sources:
            if source.ssrc is not None or source.payload_type != payload_type:
                continue
            if mid in {None, source.mid} and (rid or LOW_LAYER) == source.layer:
                self._bound[ssrc] = source
                return source
        self._bound[ssrc] = None
        return None

    def _ids(self, packet: bytes) -> tuple[str | None, str | None]:
        values = dict(header_extensions(packet))
        mid = values.get(self._mid_id or -1)
        rid = values.get(self._rid_id or -1)
        return _text(mid), _text(rid)


def feed_layers(part: Accepted) -> tuple[str, ...]:
    """Return the layer names of an accepted section; without simulcast there is only the low."""
    return part.rids or (LOW_LAYER,)


def _id_of(extensions: dict[int, str], uri: str) -> int | None:
    return next((number for number, found in extensions.items() if found == uri), None)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("ascii", "replace")
