"""RTP packets as raw bytes (RFC 3550 section 5.1, RFC 8285) and key frame tests per codec."""

import struct
from collections.abc import Callable, Iterator
from typing import Final

HEADER: Final = struct.Struct("!BBHII")
MIN_RTP_BYTES: Final = 12

KeyTest = Callable[[bytes], bool]


def payload_bounds(packet: bytes) -> tuple[int, int]:
    """Return where the payload starts and ends; start ≥ end when there is none."""
    first = packet[0]
    start = 12 + 4 * (first & 15)
    if first & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = len(packet) - packet[-1] if first & 0x20 else len(packet)
    return start, max(end, 0)


def header_extensions(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (id, value) of the header extensions; stops silently where they are malformed."""
    if not packet[0] & 0x10:
        return
    at = 12 + 4 * (packet[0] & 15)
    if len(packet) < at + 4:
        return
    profile, words = struct.unpack_from("!HH", packet, at)
    area = packet[at + 4 : at + 4 + 4 * words]
    if len(area) < 4 * words:
        return
    if profile == 0xBEDE:
        yield from _one_byte_extensions(area)
    elif profile & 0xFFF0 == 0x1000:
        yield from _two_byte_extensions(area)


def _one_byte_extensions(area: bytes) -> Iterator[tuple[int, bytes]]:
    """RFC 8285 section 4.2: id in the high nibble, length - 1 in the low; id 15 ends the list."""
    at = 0
    while at < len(area):
        head = area[at]
        at += 1
        if head == 0:
            continue
        if head >> 4 == 15:
            return
        size = (head & 15) + 1
        if at + size <= len(area):
            yield head >> 4, area[at : at + size]
        at += size


def _two_byte_extensions(area: bytes) -> Iterator[tuple[int, bytes]]:
    """RFC 8285 section 4.3."""
    at = 0
    while at + 1 < len(area):
        if area[at] == 0:
            at += 1
            continue
        number, size = area[at], area[at + 1]
        at += 2
        if at + size <= len(area):
            yield number, area[at : at + size]
        at += size


def _starts_vp8_key(payload: bytes) -> bool:
    """RFC 7741 section 4.2: S bit and partition 0 in the descriptor, P bit 0 in the frame."""
    head = payload[0]
    if not head & 0x10 or head & 7:
        return False
    at = 1
    if head & 0x80:
        extra = payload[1]
        at = 2
        if extra & 0x80:
            at += 2 if payload[2] & 0x80 else 1
        at += (extra & 0x40) >> 6
        at += 1 if extra & 0x30 else 0
    return not payload[at] & 1


def _starts_h264_key(payload: bytes) -> bool:
    """RFC 6184: SPS or IDR, alone, first in a STAP-A, or the first fragment of a FU-A."""
    kind = payload[0] & 31
    if kind == 24:
        return payload[3] & 31 in {5, 7}
    if kind == 28:
        return bool(payload[1] & 0x80) and payload[1] & 31 in {5, 7}
    return kind in {5, 7}


def _starts_vp9_key(payload: bytes) -> bool:
    """RFC 9628 section 4.2: beginning of a frame that is not inter-picture predicted."""
    return bool(payload[0] & 0x08) and not payload[0] & 0x40


def _starts_av1_key(payload: bytes) -> bool:
    """AV1 RTP payload, aggregation header: N bit marks the start of a coded video sequence."""
    return bool(payload[0] & 0x08)


def _always(_payload: bytes) -> bool:
    return True


_KEY_TESTS: Final[dict[str, KeyTest]] = {
    "VP8": _starts_vp8_key,
    "H264": _starts_h264_key,
    "VP9": _starts_vp9_key,
    "AV1": _starts_av1_key,
    "OPUS": _always,
}
VIDEO_CODECS: Final = ("VP8", "H264", "VP9", "AV1")
AUDIO_CODECS: Final = ("OPUS",)


def starts_key_frame(codec: str, payload: bytes) -> bool:
    """Return whether decoding can begin with this packet; False for anything truncated."""
    try:
        return _KEY_TESTS[codec](payload)
    except IndexError:
        return False
