"""RTCP out and in: what we send can be read, what we read cannot hurt."""

from hypothesis import given, strategies as st

from proctoring.media.sfu import rtcp


@given(st.binary(max_size=300))
def test_random_bytes_parse_to_something_or_nothing(data: bytes) -> None:
    assert isinstance(rtcp.parse(data), list)


@given(st.binary(max_size=60), st.sampled_from([200, 201, 202, 203, 205, 206]))
def test_truncated_packets_of_every_kind_are_survived(body: bytes, kind: int) -> None:
    padded = body + bytes(-len(body) % 4)
    packet = bytes([0x9F, kind]) + (len(padded) // 4).to_bytes(2, "big") + padded
    assert isinstance(rtcp.parse(packet), list)


@given(st.sets(st.integers(0, 65535), min_size=1, max_size=50))
def test_every_lost_number_is_in_the_nack(lost: set[int]) -> None:
    (packet,) = rtcp.parse(rtcp.nack(1, 2, list(lost)))
    assert isinstance(packet, rtcp.TransportFeedback)
    assert {number & 0xFFFF for number in packet.lost} == lost


@given(st.integers(0, 2**40))
def test_bandwidth_survives_the_wire_within_its_precision(bits: int) -> None:
    (packet,) = rtcp.parse(rtcp.bandwidth_limit(1, bits, [5, 6]))
    assert isinstance(packet, rtcp.PayloadFeedback)
    found = rtcp.parse_bandwidth(packet)
    assert found is not None
    assert bits * 0.99 - 1 <= found <= bits


def test_other_application_feedback_is_no_bandwidth() -> None:
    packet = rtcp.PayloadFeedback(fmt=rtcp.REMB, ssrc=1, media_ssrc=0, fci=b"XYZ")
    assert rtcp.parse_bandwidth(packet) is None


def test_figures_of_a_block_are_clamped_to_their_fields() -> None:
    block = rtcp.reception_block(
        1, fraction=900, lost=1 << 40, highest=1 << 40, jitter=1 << 40, sender=(1, -1)
    )
    (report,) = rtcp.parse(rtcp.receiver_report(7, [block] * 40))
    assert isinstance(report, rtcp.ReceiverReport)
    assert len(report.reports) == rtcp.MAX_BLOCKS
    assert report.reports[0].fraction_lost == 255
    assert report.reports[0].packets_lost == (1 << 23) - 1
