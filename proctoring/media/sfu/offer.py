"""What we need to know of a browser's SDP offer (RFC 8866, RFC 8829). Pure; hostile text is refused."""

from dataclasses import dataclass, field
from typing import Final

from proctoring.media.errors import OfferRefused

MAX_OFFER_BYTES: Final = 128 * 1024
MAX_LINES: Final = 6000
MAX_LINE_CHARS: Final = 512
MAX_SECTIONS: Final = 64
MAX_RIDS: Final = 3
MAX_CLOCK_RATE: Final = 192_000  # Hz; timestamps are reckoned with it
DIRECTIONS: Final = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
FINGERPRINT_ALGORITHMS: Final = frozenset({"sha-256", "sha-384", "sha-512"})


@dataclass(slots=True)
class Codec:
    """One payload type of a media section; `name` is upper case."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int | None = None
    fmtp: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """Return the format parameters by lower-case key."""
        pairs = (part.strip().partition("=") for part in self.fmtp.split(";") if part.strip())
        return {key.lower(): value for key, _, value in pairs}

    @property
    def apt(self) -> int | None:
        """Return the payload type this RTX codec repairs (RFC 4588)."""
        value = self.parameters.get("apt", "")
        return int(value) if value.isdecimal() else None


@dataclass(slots=True)
class MediaSection:
    """One m= section of the offer.

    Attributes:
        rids: Simulcast layers the browser offers to send, in its order.
        ssrc: Primary SSRC when the browser names one.
        extensions: Header extension id → URI.
    """

    kind: str
    protocol: str
    formats: str
    mid: str = ""
    direction: str = "sendrecv"
    codecs: list[Codec] = field(default_factory=list)
    extensions: dict[int, str] = field(default_factory=dict)
    rids: list[str] = field(default_factory=list)
    ssrc: int | None = None
    reduced_size: bool = False


@dataclass(slots=True)
class Offer:
    """A parsed offer.

    Attributes:
        fingerprints: (algorithm, value) of the browser's certificate, lower-case algorithm.
    """

    sections: list[MediaSection] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    setup: str = "actpass"


def parse_offer(text: str) -> Offer:
    """Return the offer as data.

    Raises:
        OfferRefused: Too large, not SDP, no usable fingerprint, or repeated media ids.
    """
    offer = Offer()
    for line in _lines(text):
        if line.startswith("m="):
            _open_section(offer, line[2:])
        elif line.startswith("a="):
            key, _, value = line[2:].partition(":")
            try:
                _read_attribute(offer, key, value)
            except ValueError:
                raise OfferRefused(reason="malformed", attribute=key[:32]) from None
    _require_usable(offer)
    return offer


def _lines(text: str) -> list[str]:
    if len(text) > MAX_OFFER_BYTES:
        raise OfferRefused(reason="too_large", limit_bytes=MAX_OFFER_BYTES)
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if len(lines) > MAX_LINES or lines[0] != "v=0":
        raise OfferRefused(reason="not_sdp")
    for line in lines:
        if len(line) > MAX_LINE_CHARS or not (line.isascii() and (line.isprintable() or not line)):
            raise OfferRefused(reason="not_sdp")
    return lines


def _open_section(offer: Offer, value: str) -> None:
    parts = value.split(" ", 3)
    if len(parts) != 4 or len(offer.sections) >= MAX_SECTIONS:
        raise OfferRefused(reason="malformed", attribute="m")
    offer.sections.append(MediaSection(kind=parts[0], protocol=parts[2], formats=parts[3]))


def _read_attribute(offer: Offer, key: str, value: str) -> None:
    """Store one attribute; raises ValueError when it is malformed, ignores unknown ones."""
    if key == "fingerprint":
        algorithm, fingerprint = value.split()
        pair = (algorithm.lower(), fingerprint.upper())
        if pair not in offer.fingerprints:
            offer.fingerprints.append(pair)
    elif key == "setup":
        offer.setup = value
    elif offer.sections:
        _read_media_attribute(offer.sections[-1], key, value)


def _read_media_attribute(section: MediaSection, key: str, value: str) -> None:
    if key == "mid":
        section.mid = _token(value)
    elif key in DIRECTIONS:
        section.direction = key
    elif key == "rtcp-rsize":
        section.reduced_size = True
    elif key == "extmap":
        number, uri = value.split(" ")[:2]
        section.extensions[_within(number.partition("/")[0], 1, 255)] = uri  # RFC 8285 section 5
    elif key == "ssrc" and section.ssrc is None:
        section.ssrc = int(value.partition(" ")[0]) & 0xFFFFFFFF
    else:
        _read_format(section, key, value)


def _read_format(section: MediaSection, key: str, value: str) -> None:
    if key == "rtpmap":
        section.codecs.append(_codec(value))
    elif key == "fmtp":
        number, _, parameters = value.partition(" ")
        for codec in section.codecs:
            if codec.payload_type == int(number):
                codec.fmtp = parameters
    elif key == "rid":
        rid, direction = value.split(" ")[:2]
        if direction == "send" and len(section.rids) < MAX_RIDS:
            section.rids.append(_token(rid))


def _codec(value: str) -> Codec:
    number, description = value.split(" ", 1)
    name, rate, *channels = description.split("/")
    return Codec(
        payload_type=_within(number, 0, 127),
        name=_token(name).upper(),
        clock_rate=_within(rate, 1, MAX_CLOCK_RATE),
        channels=_within(channels[0], 1, 255) if channels else None,
    )


def _within(value: str, least: int, most: int) -> int:
    """Return a value as a whole number; raises ValueError outside of its limits."""
    number = int(value)
    if not least <= number <= most:
        raise ValueError(value)
    return number


def _token(value: str) -> str:
    """Return a value that may be echoed in our answer (RFC 8866 `token`, narrower)."""
    if not 0 < len(value) <= 32 or not value.replace("-", "").replace("_", "").isalnum():
        raise ValueError(value)
    return value


def _require_usable(offer: Offer) -> None:
    mids = [section.mid for section in offer.sections]
    if not mids or "" in mids or len(set(mids)) != len(mids):
        raise OfferRefused(reason="media_ids")
    if not any(algorithm in FINGERPRINT_ALGORITHMS for algorithm, _ in offer.fingerprints):
        raise OfferRefused(reason="no_fingerprint")
    if offer.setup not in {"actpass", "active"}:
        raise OfferRefused(reason="dtls_role")
