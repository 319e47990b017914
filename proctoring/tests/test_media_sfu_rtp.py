"""RTP as bytes: where the payload is, header extensions, key frames of each codec."""

import pytest
from aiortc import rtp as reference
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from hypothesis import given, strategies as st

from proctoring.media.sfu.rtp import header_extensions, payload_bounds, starts_key_frame
from proctoring.media.sfu.sdp import MID_URI, RID_URI

EXTENSIONS = reference.HeaderExtensionsMap()
EXTENSIONS.configure(
    RTCRtpParameters(
        headerExtensions=[
            RTCRtpHeaderExtensionParameters(id=9, uri=MID_URI),
            RTCRtpHeaderExtensionParameters(id=10, uri=RID_URI),
        ]
    )
)


@given(
    payload=st.binary(max_size=60),
    mid=st.none() | st.text("ab0", min_size=1, max_size=20),
    csrc=st.lists(st.integers(0, 2**32 - 1), max_size=3),
    padding=st.integers(0, 20),
)
def test_payload_and_extensions_agree_with_another_implementation(
    payload: bytes, mid: str | None, csrc: list[int], padding: int
) -> None:
    packet = reference.RtpPacket(payload_type=96, payload=payload)
    packet.csrc, packet.padding_size = csrc, padding
    packet.extensions.mid = mid
    data = packet.serialize(EXTENSIONS)
    start, end = payload_bounds(data)
    assert data[start:end] == payload
    assert dict(header_extensions(data)) == ({} if mid is None else {9: mid.encode()})


@given(st.binary(min_size=12, max_size=80))
def test_any_bytes_have_bounds_and_finite_extensions(data: bytes) -> None:
    start, end = payload_bounds(data)
    assert len(data[start:end]) <= len(data)
    assert len(list(header_extensions(data))) <= len(data)


def test_an_extension_longer_than_the_packet_leaves_no_payload() -> None:
    data = b"\x90\x60" + bytes(10) + b"\xbe\xde\xff\xff" + b"\x10abc"
    start, end = payload_bounds(data)
    assert data[start:end] == b""


@pytest.mark.parametrize(
    ("codec", "payload", "is_key"),
    [
        ("VP8", b"\x10\x00", True),  # S, partition 0, P bit 0
        ("VP8", b"\x10\x01", False),  # inter frame
        ("VP8", b"\x00\x00", False),  # continuation of a partition
        ("VP8", b"\x11\x00", False),  # start of partition 1
        ("VP8", b"\x90\x80\x01\x00", True),  # 7-bit picture id
        ("VP8", b"\x90\x80\x81\x01\x00", True),  # 15-bit picture id
        ("VP8", b"\x90\xf0\x81\x01\x05\x20\x01", False),  # picture id, TL0, TID, inter
        ("VP8", b"\x90\xf0\x81\x01\x05\x20\x00", True),
        ("H264", b"\x67\x42", True),  # SPS
        ("H264", b"\x65\x88", True),  # IDR
        ("H264", b"\x41\x9a", False),
        ("H264", b"\x78\x00\x04\x67\x42", True),  # STAP-A beginning with SPS
        ("H264", b"\x78\x00\x04\x61\x42", False),
        ("H264", b"\x7c\x85\x00", True),  # first fragment of an IDR
        ("H264", b"\x7c\x05\x00", False),  # later fragment
        ("VP9", b"\x08\x00", True),
        ("VP9", b"\x48\x00", False),
        ("VP9", b"\x00\x00", False),
        ("AV1", b"\x08\x00", True),
        ("AV1", b"\x00\x00", False),
        ("OPUS", b"\x00", True),
    ],
)
def test_key_frame_begins_where_the_payload_format_says(
    *, codec: str, payload: bytes, is_key: bool
) -> None:
    assert starts_key_frame(codec, payload) is is_key


@pytest.mark.parametrize("codec", ["VP8", "H264", "VP9", "AV1"])
@given(st.binary(max_size=8))
def test_truncated_payloads_do_not_break_the_key_test(codec: str, payload: bytes) -> None:
    assert starts_key_frame(codec, payload) in {True, False}
