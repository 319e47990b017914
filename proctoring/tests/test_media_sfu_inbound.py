"""The publishing side: which stream is which layer, floods of unknown streams, reports."""

import pytest
from hypothesis import given, strategies as st

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.inbound import MAX_STREAMS, Feed, Inbound
from proctoring.media.sfu.offer import Codec
from proctoring.media.sfu.sdp import MID_URI, RID_URI
from proctoring.media.sfu.source import Source
from proctoring.tests.media_peer import rtp


def layer(name: str) -> Source:
    return Source(
        Codec(96, "VP8", 90000),
        mid="0",
        layer=name,
        feedback=lambda _: None,
        feedback_ssrc=7,
        counters=Counters(),
    )


def simulcast() -> tuple[Inbound, Source, Source]:
    inbound = Inbound({9: MID_URI, 10: RID_URI}, 7, 2_500_000)
    low, high = layer("q"), layer("f")
    inbound.expect(low, None)
    inbound.expect(high, None)
    return inbound, low, high


def test_layers_are_bound_by_their_id_and_stay_bound_without_it() -> None:
    inbound, low, high = simulcast()
    assert inbound.receive(rtp(1, ssrc=5, rid="f"), 0.0)
    assert inbound.receive(rtp(1, ssrc=6, rid="q"), 0.0)
    assert inbound.receive(rtp(2, ssrc=5), 0.0)
    assert (high.ssrc, low.ssrc) == (5, 6)
    assert (high.received, low.received) == (2, 1)


@pytest.mark.parametrize(
    "packet",
    [
        rtp(1, ssrc=5, rid="x"),
        rtp(1, ssrc=5, rid="f", payload_type=99),
        rtp(1, ssrc=5, rid="other", rid_id=9),  # a media id that is not ours
        rtp(1, ssrc=5)[:12],
        b"\x90" + rtp(1, ssrc=5)[1:12] + b"\xbe\xde\xff\xff\xa0f",
    ],
)
def test_streams_that_fit_no_layer_are_dropped(packet: bytes) -> None:
    inbound, _, high = simulcast()
    inbound.receive(packet, 0.0)
    assert high.received == 0


def test_a_stream_named_in_the_offer_needs_no_header_extension() -> None:
    inbound = Inbound({}, 7, 1)
    source = layer("q")
    inbound.expect(source, 1111)
    assert inbound.receive(rtp(1, ssrc=1111), 0.0)
    assert source.received == 1


def test_a_flood_of_unknown_streams_is_remembered_only_so_far() -> None:
    inbound, low, _ = simulcast()
    assert inbound.receive(rtp(1, ssrc=1, rid="q"), 0.0)
    for ssrc in range(2, 5000):
        assert not inbound.receive(rtp(1, ssrc=ssrc, rid="zz"), 0.0)
    assert len(inbound._bound) == MAX_STREAMS
    assert inbound.receive(rtp(2, ssrc=1), 0.0)
    assert low.received == 2


def test_report_has_a_block_per_running_layer_and_the_bandwidth_limit() -> None:
    inbound, _, _ = simulcast()
    assert inbound.reports(0.0) == []
    inbound.receive(rtp(1, ssrc=6, rid="q"), 0.0)
    report, limit = (rtcp.parse(data)[0] for data in inbound.reports(1.0))
    assert isinstance(report, rtcp.ReceiverReport)
    assert [block.ssrc for block in report.reports] == [6]
    assert isinstance(limit, rtcp.PayloadFeedback)
    assert rtcp.parse_bandwidth(limit) == pytest.approx(2_500_000, rel=0.01)


def test_sender_report_reaches_its_source_only() -> None:
    inbound, low, high = simulcast()
    inbound.receive(rtp(1, ssrc=6, rid="q"), 0.0)
    for ssrc in (6, 999):
        data = rtcp.sender_report(ssrc, ntp_seconds=5.0, rtp_time=42, packets=1, octets=1)
        (report,) = rtcp.parse(data)
        assert isinstance(report, rtcp.SenderReport)
        inbound.note_sender_report(report, 3.0)
    assert low.sender_clock == (42, 3.0)
    assert high.sender_clock is None


def test_feed_is_heard_while_any_layer_brings_packets() -> None:
    low, high = layer("q"), layer("f")
    feed = Feed("r", "n", "video", "p", {"q": low, "f": high})
    assert not feed.heard(0.0)
    high.receive(rtp(1), 10.0)
    assert feed.heard(12.9)
    assert not feed.heard(13.1)


@given(st.binary(min_size=12, max_size=100))
def test_any_packet_is_taken_or_dropped_without_breaking(packet: bytes) -> None:
    inbound, _, _ = simulcast()
    assert inbound.receive(packet, 0.0) in {True, False}
