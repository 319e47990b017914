"""The answer to an offer: which media we take or send, as data and as SDP text. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from proctoring.media.sfu.offer import Codec, MediaSection, Offer
from proctoring.media.sfu.rtp import AUDIO_CODECS, VIDEO_CODECS

MID_URI: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID_URI: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
SEND_TIME_URI: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
EXTENSIONS: Final = frozenset({MID_URI, RID_URI, SEND_TIME_URI})
VIDEO_FEEDBACK: Final = ("nack", "nack pli", "goog-remb")
MAX_ICE_PRIORITY: Final = 2130706431


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """What the answer says about ourselves.

    Attributes:
        fingerprint: SHA-256 of our certificate, colon-separated hex.
        addresses: (IPv4 address, UDP port) of every host candidate, best first.
    """

    ufrag: str
    password: str
    fingerprint: str
    addresses: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The stream we send in a section."""

    label: str
    ssrc: int
    rtx_ssrc: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted media section.

    Attributes:
        codecs: What may be sent, RTX codecs included, preferred first.
        rids: Simulcast layers we take, empty without simulcast.
        outgoing: Set when we are the sender.
    """

    section: MediaSection
    codecs: tuple[Codec, ...]
    rids: tuple[str, ...] = ()
    outgoing: Outgoing | None = None


def accept_publication(offer: Offer, layers: Sequence[str]) -> dict[str, Accepted]:
    """Return media id → what we take: the first camera and the first microphone of the offer."""
    accepted: dict[str, Accepted] = {}
    taken: set[str] = set()
    for section in offer.sections:
        codec = _best_codec(section)
        if codec is None or section.kind in taken or section.direction not in _SENDS:
            continue
        taken.add(section.kind)
        rids = tuple(rid for rid in section.rids if rid in layers)
        accepted[section.mid] = Accepted(section, (codec,), rids)
    return accepted


def viewer_sections(offer: Offer) -> list[tuple[MediaSection, tuple[Codec, ...]]]:
    """Return the receive-only sections with every codec we can forward, RTX beside its codec."""
    slots = []
    for section in offer.sections:
        codecs = tuple(_forwardable(section))
        if codecs and section.direction in _RECEIVES:
            slots.append((section, codecs))
    return slots


_SENDS: Final = frozenset({"sendonly", "sendrecv"})
_RECEIVES: Final = frozenset({"recvonly", "sendrecv"})


def _names(section: MediaSection) -> Sequence[str]:
    return {"video": VIDEO_CODECS, "audio": AUDIO_CODECS}.get(section.kind, ())


def _candidates(section: MediaSection, name: str) -> list[Codec]:
    """Return the variants of a codec; H264 only as packetization mode 1 (RFC 6184 section 6.3)."""
    found = [codec for codec in section.codecs if codec.name == name]
    if name == "H264":
        found = [c for c in found if c.parameters.get("packetization-mode") == "1"]
    return found


def _best_codec(section: MediaSection) -> Codec | None:
    """Return the codec we ask for: VP8 if offered, else the browser's own order."""
    names = _names(section)
    offered = [codec for codec in section.codecs if codec in _candidates(section, codec.name)]
    usable = [codec for codec in offered if codec.name in names]
    vp8 = [codec for codec in usable if codec.name == "VP8"]
    return next(iter(vp8 + usable), None)


def _forwardable(section: MediaSection) -> Iterator[Codec]:
    for name in _names(section):
        for codec in _candidates(section, name)[:1]:
            yield codec
            yield from (
                rtx for rtx in section.codecs if rtx.name == "RTX" and rtx.apt == codec.payload_type
            )


def build_answer(offer: Offer, accepted: Mapping[str, Accepted], local: LocalTransport) -> str:
    """Return the answer; sections that are not accepted are rejected (RFC 8829 section 5.3.1)."""
    bundle = " ".join(s.mid for s in offer.sections if s.mid in accepted)
    lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite"]
    lines += [f"a=group:BUNDLE {bundle}", "a=msid-semantic: WMS *"]
    for section in offer.sections:
        part = accepted.get(section.mid)
        lines += _rejected(section) if part is None else _media(part, local)
    return "\r\n".join(lines) + "\r\n"


def _rejected(section: MediaSection) -> list[str]:
    lines = [f"m={section.kind} 0 {section.protocol} {section.formats}"]
    return [*lines, "c=IN IP4 0.0.0.0", f"a=mid:{section.mid}", "a=inactive"]


def _media(part: Accepted, local: LocalTransport) -> list[str]:
    section = part.section
    formats = " ".join(str(codec.payload_type) for codec in part.codecs)
    direction = "recvonly" if part.outgoing is None else "sendonly"
    return [
        f"m={section.kind} 9 {section.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        *_transport(local),
        f"a=mid:{section.mid}",
        f"a={direction}",
        "a=rtcp-mux",
        *(["a=rtcp-rsize"] if section.reduced_size else []),
        *(f"a=extmap:{n} {uri}" for n, uri in section.extensions.items() if uri in EXTENSIONS),
        *(line for codec in part.codecs for line in _codec_lines(section.kind, codec)),
        *_simulcast(part.rids),
        *_stream(part.outgoing, repairable=any(c.name == "RTX" for c in part.codecs)),
    ]


def _transport(local: LocalTransport) -> list[str]:
    candidates = [
        f"a=candidate:{n} 1 udp {MAX_ICE_PRIORITY - n} {host} {port} typ host"
        for n, (host, port) in enumerate(local.addresses, 1)
    ]
    return [
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        "a=setup:passive",
        *candidates,
        "a=end-of-candidates",
    ]


def _codec_lines(kind: str, codec: Codec) -> Iterator[str]:
    number = codec.payload_type
    name = codec.name.lower() if codec.name in {"RTX", "OPUS"} else codec.name
    channels = f"/{codec.channels}" if codec.channels else ""
    yield f"a=rtpmap:{number} {name}/{codec.clock_rate}{channels}"
    if codec.fmtp:
        yield f"a=fmtp:{number} {codec.fmtp}"
    if kind == "video" and codec.name != "RTX":
        yield from (f"a=rtcp-fb:{number} {feedback}" for feedback in VIDEO_FEEDBACK)


def _simulcast(rids: tuple[str, ...]) -> list[str]:
    """RFC 8853 section 5.3: what we are willing to receive, one encoding per id."""
    if not rids:
        return []
    return [*(f"a=rid:{rid} recv" for rid in rids), "a=simulcast:recv " + ";".join(rids)]


def _stream(outgoing: Outgoing | None, *, repairable: bool) -> list[str]:
    if outgoing is None:
        return []
    lines = [f"a=msid:{outgoing.label} {outgoing.label}", f"a=ssrc:{outgoing.ssrc} cname:invigil"]
    if repairable:
        lines += [
            f"a=ssrc:{outgoing.rtx_ssrc} cname:invigil",
            f"a=ssrc-group:FID {outgoing.ssrc} {outgoing.rtx_ssrc}",
        ]
    return lines
