"""A published layer: gaps and their repair in time, key frame requests, reception reports."""

from typing import Any

from hypothesis import given, strategies as st

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.offer import Codec
from proctoring.media.sfu.source import HISTORY, Source
from proctoring.tests.media_peer import DELTA, KEY, rtp


class Viewer:
    def __init__(self) -> None:
        self.admitted: list[int] = []
        self.packets: list[tuple[int, int, bytes]] = []

    def admit(self, source: Source, seq: int, timestamp: int, now: float) -> None:
        self.admitted.append(seq)

    def forward(self, marker: int, seq: int, timestamp: int, payload: bytes, stamp: int) -> None:
        self.packets.append((seq, marker, payload))


class Stream:
    """A source with what it asks its publisher for."""

    def __init__(self, codec: str = "VP8", clock_rate: int = 90000) -> None:
        self.feedback: list[bytes] = []
        self.source = Source(
            Codec(96, codec, clock_rate),
            mid="0",
            layer="q",
            feedback=self.feedback.append,
            feedback_ssrc=7,
            counters=Counters(),
        )

    def asked(self, kind: type) -> list[Any]:
        packets = [packet for data in self.feedback for packet in rtcp.parse(data)]
        return [packet for packet in packets if isinstance(packet, kind)]

    def nacked(self) -> list[list[int]]:
        return [sorted(p.lost) for p in self.asked(rtcp.TransportFeedback)]

    def key_requests(self) -> int:
        return len(self.asked(rtcp.PayloadFeedback))

    def watch(self, now: float = 0.0) -> Viewer:
        viewer = Viewer()
        self.source.admit_at_key(viewer, now)
        return viewer


def test_nothing_is_forwarded_before_a_key_frame() -> None:
    stream = Stream()
    viewer = stream.watch()
    stream.source.receive(rtp(1, payload=DELTA), 0.0)
    assert viewer.packets == []
    stream.source.receive(rtp(2, payload=KEY), 0.01)
    stream.source.receive(rtp(3, payload=DELTA, marker=False), 0.02)
    assert viewer.admitted == [2]
    assert viewer.packets == [(2, 0x80, KEY), (3, 0, DELTA)]


def test_padding_only_packets_are_forwarded_but_never_taken_for_a_key_frame() -> None:
    stream = Stream()
    viewer = stream.watch()
    stream.source.receive(rtp(1, payload=b""), 0.0)
    assert viewer.admitted == []
    stream.source.receive(rtp(2, payload=KEY), 0.0)
    stream.source.receive(rtp(3, payload=b""), 0.0)
    assert [seq for seq, _, _ in viewer.packets] == [2, 3]


def test_a_gap_is_nacked_at_once_and_again_on_the_ticks() -> None:
    stream = Stream()
    stream.source.receive(rtp(1), 0.0)
    stream.source.receive(rtp(4), 0.1)
    assert stream.nacked() == [[2, 3]]
    stream.source.receive(rtp(2), 0.12)
    stream.source.tick(0.14)
    assert stream.nacked() == [[2, 3], [3]]
    stream.source.receive(rtp(3), 0.15)
    stream.source.tick(0.2)
    assert len(stream.nacked()) == 2


def test_a_gap_over_the_wrap_of_the_numbers_is_found() -> None:
    stream = Stream()
    stream.source.receive(rtp(65534), 0.0)
    stream.source.receive(rtp(1), 0.0)
    assert stream.nacked() == [[0, 65535]]


def test_a_jump_too_large_to_repair_asks_for_a_key_frame_instead() -> None:
    stream = Stream()
    stream.source.receive(rtp(1), 0.0)
    stream.source.receive(rtp(5000), 0.1)
    assert stream.nacked() == []
    assert stream.key_requests() == 1


def test_voice_is_not_repaired() -> None:
    stream = Stream("OPUS", 48000)
    stream.source.receive(rtp(1), 0.0)
    stream.source.receive(rtp(4), 0.1)
    stream.source.tick(0.2)
    assert stream.feedback == []


def test_key_request_is_repeated_every_400_ms_until_a_key_frame_arrives() -> None:
    stream = Stream()
    stream.source.receive(rtp(1), 0.0)
    stream.watch(0.0)
    assert stream.key_requests() == 1
    asked_at = []
    for tick in range(1, 40):
        now = tick * 0.04
        stream.source.receive(rtp(1 + tick), now)
        before = stream.key_requests()
        stream.source.tick(now)
        if stream.key_requests() > before:
            asked_at.append(now)
    pauses = [b - a for a, b in zip([0.0, *asked_at], asked_at, strict=False)]
    assert len(pauses) == 3
    assert all(0.4 <= pause < 0.45 for pause in pauses)
    stream.source.receive(rtp(41, payload=KEY), 1.6)
    stream.source.tick(2.4)
    assert stream.key_requests() == 4


def test_many_wishes_within_300_ms_are_one_request() -> None:
    stream = Stream()
    stream.source.receive(rtp(1), 0.0)
    for number in range(20):
        stream.watch(number * 0.01)
    assert stream.key_requests() == 1


def test_a_silent_source_is_not_asked_for_key_frames() -> None:
    stream = Stream()
    stream.watch(0.0)
    stream.source.tick(0.5)
    assert stream.key_requests() == 0
    stream.source.receive(rtp(1), 1.0)
    stream.source.tick(1.04)
    assert stream.key_requests() == 1
    stream.source.tick(2.5)
    assert stream.key_requests() == 1


def test_history_gives_recent_packets_only() -> None:
    stream = Stream()
    for seq in range(HISTORY + 10):
        stream.source.receive(rtp(seq, timestamp=seq), 0.0)
    assert stream.source.find(5) is None
    assert stream.source.find(20) == (20, 0x80, 20, DELTA)


def test_reception_counts_loss_wrap_and_the_senders_clock() -> None:
    stream = Stream()
    assert stream.source.reception(0.0) is None
    for seq in (65530, 65531, 65534, 65535, 0, 1):
        stream.source.receive(rtp(seq), 0.0)
    stream.source.note_sender_report(0x0000_1234_5678_0000, 900, 1.0)
    block = stream.source.reception(1.5)
    assert block is not None
    assert block.highest_sequence == 0x10001
    assert block.packets_lost == 2
    assert block.fraction_lost == (2 << 8) // 8
    assert (block.lsr, block.dlsr) == (0x12345678, 32768)
    stream.source.receive(rtp(2), 2.0)
    again = stream.source.reception(2.0)
    assert again is not None
    assert again.fraction_lost == 0


def test_jitter_is_zero_for_even_frames_and_grows_with_unevenness() -> None:
    even, uneven = Stream(), Stream()
    for frame in range(50):
        even.source.receive(rtp(frame, timestamp=frame * 9000), frame * 0.1)
        late = 0.03 if frame % 2 else 0.0
        uneven.source.receive(rtp(frame, timestamp=frame * 9000), frame * 0.1 + late)
    smooth, rough = even.source.reception(5.0), uneven.source.reception(5.0)
    assert smooth is not None
    assert rough is not None
    assert smooth.jitter < 100
    assert rough.jitter > 1500


@given(st.lists(st.tuples(st.integers(0, 65535), st.binary(max_size=6)), max_size=60))
def test_any_order_of_numbers_keeps_memory_bounded_and_reports_valid(
    packets: list[tuple[int, bytes]],
) -> None:
    stream = Stream()
    stream.watch()
    for number, (seq, payload) in enumerate(packets):
        now = number * 0.02
        stream.source.receive(rtp(seq, payload=payload), now)
        stream.source.tick(now)
    block = stream.source.reception(2.0)
    if packets:
        assert block is not None
        assert rtcp.parse(rtcp.receiver_report(7, [block])) != []
    assert all(len(lost) <= 50 for lost in stream.nacked())
