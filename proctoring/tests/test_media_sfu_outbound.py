"""The viewing side: layer choice, feedback of the viewer's browser, narrow lines."""

import pytest
from aiortc import rtp as reference
from hypothesis import given, strategies as st

from proctoring.media.ports import SourceRef
from proctoring.media.sfu import rtcp
from proctoring.media.sfu.inbound import Feed
from proctoring.media.sfu.outbound import HOLD_SECONDS, Outbound, Slot
from proctoring.media.sfu.source import Source
from proctoring.tests.media_peer import KEY, rtp
from proctoring.tests.test_media_sfu_sink import Screen, play
from proctoring.tests.test_media_sfu_source import Stream


class Wall:
    """One slot on one candidate with two layers."""

    def __init__(self, layer: str = "q") -> None:
        self.low, self.high, self.screen = Stream(), Stream(), Screen()
        self.feed = Feed("r", "a", "video", "p", {"q": self.low.source, "f": self.high.source})
        wanted = SourceRef("a", "f" if layer == "f" else "q")
        self.slot = Slot("video", self.screen.sink, wanted)
        self.side = Outbound([self.slot])

    def review(self, now: float) -> None:
        self.side.review({"a": self.feed}.get, now)

    def shown(self) -> Source | None:
        return self.screen.sink.current

    def feedback(self, packet: bytes, now: float = 0.0) -> None:
        for part in rtcp.parse(packet):
            self.side.receive(part, now)


def test_low_layer_is_shown_at_its_first_key_frame() -> None:
    wall = Wall()
    wall.review(0.0)
    play(wall.low, 1, 2)
    assert wall.shown() is wall.low.source
    assert wall.high.source.waiting == []


def test_focus_shows_the_low_layer_until_the_high_one_has_a_key_frame() -> None:
    wall = Wall("f")
    wall.review(0.0)
    play(wall.low, 1, 1)
    assert wall.shown() is wall.low.source
    wall.review(0.2)
    play(wall.high, 1, 1, now=0.3)
    assert wall.shown() is wall.high.source
    assert wall.low.source.waiting == []


def test_a_high_layer_that_dries_up_gives_way_to_the_low_one_and_comes_back() -> None:
    wall = Wall("f")
    wall.review(0.0)
    play(wall.high, 1, 1)
    wall.review(1.5)
    play(wall.low, 1, 1, now=1.6)
    assert wall.shown() is wall.low.source
    wall.review(1.7)
    play(wall.high, 2, 1, now=2.0)
    assert wall.shown() is wall.high.source


def test_a_new_publication_takes_over_at_its_key_frame() -> None:
    wall = Wall()
    wall.review(0.0)
    play(wall.low, 1, 1)
    again = Stream()
    wall.feed = Feed("r", "a", "video", "p2", {"q": again.source})
    wall.review(0.2)
    assert wall.shown() is wall.low.source
    play(again, 1, 1, now=0.3)
    assert wall.shown() is again.source


def test_slot_is_emptied_when_nothing_is_wanted_or_the_source_is_gone() -> None:
    wall = Wall()
    wall.review(0.0)
    play(wall.low, 1, 1)
    wall.slot.wanted = SourceRef("nobody")
    wall.review(0.1)
    assert wall.shown() is None
    wall.slot.wanted = None
    wall.review(0.2)
    assert wall.low.source.waiting == []


def test_a_voice_is_never_put_into_a_picture_slot() -> None:
    wall = Wall()
    wall.feed.kind = "audio"
    wall.review(0.0)
    assert wall.low.source.waiting == []


def test_nack_of_the_viewer_is_answered_from_history() -> None:
    wall = Wall()
    wall.review(0.0)
    play(wall.low, 1, 3)
    lost = wall.screen.numbers()[1]
    wall.feedback(rtcp.nack(1, wall.screen.sink.ssrc, [lost]))
    assert len(wall.screen.sent) == 4
    wall.feedback(rtcp.nack(1, 12345, [lost]))
    assert len(wall.screen.sent) == 4


def test_picture_loss_of_the_viewer_is_passed_on() -> None:
    wall = Wall()
    wall.review(0.0)
    play(wall.low, 1, 1)
    before = wall.low.key_requests()
    wall.feedback(rtcp.key_request(1, wall.screen.sink.ssrc), 0.5)
    assert wall.low.key_requests() == before + 1
    full = reference.RtcpPsfbPacket(
        fmt=4, ssrc=1, media_ssrc=0, fci=wall.screen.sink.ssrc.to_bytes(4, "big") + bytes(4)
    )
    play(wall.low, 2, 1, now=0.9)
    wall.feedback(bytes(full), 0.95)
    assert wall.low.key_requests() == before + 2


def narrow(wall: Wall, estimates: list[int], *, loss: int) -> None:
    """Play one round a second at 800 kbit/s while the viewer reports these estimates."""
    seq = 10
    for second, estimate in enumerate(estimates, 1):
        for _ in range(100):
            wall.high.source.receive(rtp(seq, payload=bytes(1000)), float(second))
            seq += 1
        wall.feedback(rtcp.bandwidth_limit(1, estimate, [wall.screen.sink.ssrc]))
        block = rtcp.reception_block(
            wall.screen.sink.ssrc, fraction=loss, lost=0, highest=0, jitter=0, sender=(0, 0)
        )
        wall.feedback(rtcp.receiver_report(1, [block]))
        wall.side.reports(float(second), 0.0)


@pytest.mark.parametrize(
    ("estimates", "loss", "is_lowered"),
    [
        ([500_000, 400_000, 300_000, 250_000], 0, True),  # falling below what is sent
        ([300_000, 300_000, 300_000, 300_000], 60, True),  # low and lossy
        ([300_000, 350_000, 400_000, 450_000], 0, False),  # low but climbing, as at the start
        ([2_000_000, 1_900_000, 1_800_000, 1_700_000], 60, False),  # wide enough
    ],
)
def test_high_layers_are_lowered_only_when_the_line_is_really_narrow(
    *, estimates: list[int], loss: int, is_lowered: bool
) -> None:
    wall = Wall("f")
    wall.review(0.0)
    wall.high.source.receive(rtp(9, payload=KEY), 0.0)
    narrow(wall, estimates, loss=loss)
    wall.review(4.1)
    assert (wall.low.source.waiting == [wall.screen.sink]) is is_lowered
    wall.low.source.receive(rtp(1, payload=KEY), 4.2)
    assert (wall.shown() is wall.low.source) is is_lowered


def test_the_high_layer_is_tried_again_after_fifteen_seconds() -> None:
    wall = Wall("f")
    wall.review(0.0)
    wall.high.source.receive(rtp(9, payload=KEY), 0.0)
    narrow(wall, [500_000, 400_000, 300_000], loss=0)
    wall.review(3.1)
    wall.low.source.receive(rtp(1, payload=KEY), 3.2)
    wall.review(3 + HOLD_SECONDS + 0.1)
    assert wall.high.source.waiting == [wall.screen.sink]


def test_wishes_name_the_high_layer_once_any_slot_wants_it() -> None:
    low = Slot("video", Screen().sink, SourceRef("a"))
    high = Slot("video", Screen().sink, SourceRef("a", "f"))
    other = Slot("video", Screen().sink, SourceRef("b"))
    empty = Slot("video", Screen().sink)
    assert Outbound([low, high, other, empty]).wants() == {"a": True, "b": False}


@given(st.binary(max_size=120))
def test_any_feedback_is_survived(data: bytes) -> None:
    wall = Wall()
    wall.review(0.0)
    play(wall.low, 1, 2)
    head = b"\x8f\xce" + (len(data) // 4 + 1).to_bytes(2, "big")
    wall.feedback(data)
    wall.feedback(head + bytes(4) + data[: len(data) // 4 * 4])
    for fmt in (1, 4, 15):
        ssrc = wall.screen.sink.ssrc
        body = reference.RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=ssrc, fci=data)
        wall.side.receive(body, 1.0)
