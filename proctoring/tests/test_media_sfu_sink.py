"""A viewer slot: one continuous stream whatever is switched, repairs, reports."""

import itertools
import struct

from hypothesis import given, strategies as st

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.rtp import header_extensions, payload_bounds
from proctoring.media.sfu.sink import REPAIRS_PER_TICK, Sink
from proctoring.tests.media_peer import DELTA, KEY, rtp
from proctoring.tests.test_media_sfu_source import Stream


class Screen:
    """A sink and what left it."""

    def __init__(self, *, timed: bool = False, rtx: int | None = 97) -> None:
        self.sent: list[bytes] = []
        types = {"VP8": (96, rtx), "H264": (102, 103)}
        self.sink = Sink(
            self.sent.append, types, send_time_id=2 if timed else None, counters=Counters()
        )

    def heads(self) -> list[tuple[int, int, int]]:
        """Return (payload type, sequence number, time) of what was sent."""
        found = [struct.unpack_from("!BBHI", packet) for packet in self.sent]
        return [(kind & 0x7F, seq, time) for _, kind, seq, time in found]

    def numbers(self) -> list[int]:
        return [seq for _, seq, _ in self.heads()]


def play(stream: Stream, start: int, count: int, *, now: float = 0.0, first: bytes = KEY) -> None:
    for step in range(count):
        payload = first if step == 0 else DELTA
        packet = rtp(start + step, timestamp=(start + step) * 3000, payload=payload)
        stream.source.receive(packet, now + step / 30)


def test_numbers_and_time_are_continuous_across_a_switch() -> None:
    one, two, screen = Stream(), Stream(), Screen()
    screen.sink.wait_for(one.source, 0.0)
    play(one, 100, 5)
    screen.sink.wait_for(two.source, 0.2)
    play(two, 60000, 5, now=0.2)
    first = screen.numbers()[0]
    assert screen.numbers() == [(first + n) & 0xFFFF for n in range(10)]
    times = [time for _, _, time in screen.heads()]
    steps = {(b - a) & 0xFFFFFFFF for a, b in itertools.pairwise(times)}
    assert steps <= {3000, 5999, 6000, 6001}
    assert one.source.sinks == []


def test_the_old_picture_goes_on_until_the_new_key_frame() -> None:
    one, two, screen = Stream(), Stream(), Screen()
    screen.sink.wait_for(one.source, 0.0)
    play(one, 1, 2)
    screen.sink.wait_for(two.source, 0.1)
    play(two, 1, 3, now=0.1, first=DELTA)
    play(one, 3, 2, now=0.1, first=DELTA)
    assert len(screen.sent) == 4
    assert screen.sink.current is one.source
    play(two, 4, 1, now=0.2)
    assert screen.sink.current is two.source


def test_packets_older_than_the_switch_are_not_sent() -> None:
    stream, screen = Stream(), Screen()
    stream.source.receive(rtp(9), 0.0)
    screen.sink.wait_for(stream.source, 0.0)
    stream.source.receive(rtp(11, payload=KEY), 0.1)
    stream.source.receive(rtp(10), 0.12)
    stream.source.receive(rtp(12), 0.13)
    assert len(screen.sent) == 2


def test_late_packets_after_the_switch_are_sent_in_their_place() -> None:
    stream, screen = Stream(), Screen()
    screen.sink.wait_for(stream.source, 0.0)
    for seq in (1, 3, 2, 4):
        stream.source.receive(rtp(seq, payload=KEY if seq == 1 else DELTA), 0.1)
    first = screen.numbers()[0]
    assert [(n - first) & 0xFFFF for n in screen.numbers()] == [0, 2, 1, 3]


def test_late_packets_are_sent_even_long_after_the_switch() -> None:
    stream, screen = Stream(), Screen()
    screen.sink.wait_for(stream.source, 0.0)
    stream.source.receive(rtp(0, payload=KEY), 0.0)
    for seq in range(1, 40000):
        stream.source.receive(rtp(seq), 0.0)
    stream.source.receive(rtp(40001), 0.0)
    stream.source.receive(rtp(40000), 0.0)
    assert len(screen.sent) == 40002


def test_payload_type_follows_the_codec_of_the_source() -> None:
    vp8, h264, screen = Stream(), Stream("H264"), Screen()
    screen.sink.wait_for(vp8.source, 0.0)
    play(vp8, 1, 1)
    screen.sink.wait_for(h264.source, 0.1)
    play(h264, 1, 1, now=0.1, first=b"\x65\x00")
    assert [kind for kind, _, _ in screen.heads()] == [96, 102]


def test_a_codec_the_viewer_did_not_agree_to_is_never_sent() -> None:
    stream, screen = Stream("AV1"), Screen()
    screen.sink.wait_for(stream.source, 0.0)
    play(stream, 1, 2, first=b"\x08")
    assert screen.sent == []
    assert stream.source.waiting == []


def test_send_time_is_written_where_the_viewer_wants_it() -> None:
    stream, screen = Stream(), Screen(timed=True)
    screen.sink.wait_for(stream.source, 0.0)
    play(stream, 1, 1)
    ((number, stamp),) = header_extensions(screen.sent[0])
    assert (number, len(stamp)) == (2, 3)
    start, end = payload_bounds(screen.sent[0])
    assert screen.sent[0][start:end] == KEY


def test_lost_packets_are_repeated_as_rtx_with_their_original_number() -> None:
    stream, screen = Stream(), Screen()
    screen.sink.wait_for(stream.source, 0.0)
    play(stream, 1, 4)
    lost = screen.numbers()[2]
    screen.sent.clear()
    screen.sink.repair([lost, (lost + 500) & 0xFFFF])
    (packet,) = screen.sent
    assert packet[1] & 0x7F == 97
    assert int.from_bytes(packet[8:12], "big") == screen.sink.rtx_ssrc
    assert packet[12:] == lost.to_bytes(2, "big") + DELTA


def test_nothing_is_repeated_without_rtx_or_before_the_switch() -> None:
    plain, stream = Screen(rtx=None), Stream()
    plain.sink.wait_for(stream.source, 0.0)
    play(stream, 1, 3)
    plain.sent.clear()
    plain.sink.repair(range(65536))
    assert plain.sent == []
    late, other = Screen(), Stream()
    play(other, 1, 3)
    late.sink.wait_for(other.source, 0.2)
    play(other, 4, 1, now=0.2)
    number = late.numbers()[0]
    late.sent.clear()
    late.sink.repair([(number - 1) & 0xFFFF])
    assert late.sent == []


def test_repairs_are_bounded_per_tick() -> None:
    stream, screen = Stream(), Screen()
    screen.sink.wait_for(stream.source, 0.0)
    play(stream, 1, 100)
    lost = screen.numbers()
    screen.sent.clear()
    screen.sink.repair(lost)
    assert len(screen.sent) == REPAIRS_PER_TICK
    screen.sink.repair(lost)
    assert len(screen.sent) == REPAIRS_PER_TICK
    screen.sink.tick()
    screen.sink.repair(lost[:3])
    assert len(screen.sent) == REPAIRS_PER_TICK + 3


def test_report_translates_the_publishers_clock() -> None:
    stream, screen = Stream(), Screen()
    assert screen.sink.sender_report(0.0, 0.0) is None
    screen.sink.wait_for(stream.source, 0.0)
    play(stream, 1, 1)
    assert screen.sink.sender_report(0.0, 0.0) is None
    stream.source.note_sender_report(1 << 32, 3000, 1.0)
    data = screen.sink.sender_report(1.5, 1000.25)
    assert data is not None
    (report,) = rtcp.parse(data)
    assert isinstance(report, rtcp.SenderReport)
    sent_time = screen.heads()[0][2]
    assert report.sender_info.rtp_timestamp == (sent_time + 45000) & 0xFFFFFFFF
    assert report.sender_info.ntp_timestamp == int(1000.25 * 2**32)
    assert report.sender_info.packet_count == 1


def test_stop_detaches_from_everything() -> None:
    one, two, screen = Stream(), Stream(), Screen()
    screen.sink.wait_for(one.source, 0.0)
    play(one, 1, 1)
    screen.sink.wait_for(two.source, 0.1)
    screen.sink.stop()
    assert (one.source.sinks, two.source.waiting) == ([], [])
    assert screen.sink.current is None
    play(one, 2, 2)
    assert len(screen.sent) == 1


def test_admission_of_the_preferred_source_ends_the_other_waits() -> None:
    low, high, screen = Stream(), Stream(), Screen()
    screen.sink.preferred = high.source
    screen.sink.wait_for(low.source, 0.0)
    screen.sink.wait_for(high.source, 0.0)
    play(low, 1, 1)
    assert screen.sink.current is low.source
    assert screen.sink.waits == [high.source]
    screen.sink.wait_for(low.source, 0.0)
    play(high, 1, 1)
    assert screen.sink.current is high.source
    assert screen.sink.waits == []
    assert low.source.waiting == []


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=40))
def test_numbers_never_repeat_whatever_is_switched(steps: list[tuple[int, bool]]) -> None:
    streams, screen = [Stream() for _ in range(3)], Screen()
    seqs = [0, 30000, 65530]
    for step, (which, is_key) in enumerate(steps):
        now = step / 30
        screen.sink.wait_for(streams[which].source, now)
        for n, stream in enumerate(streams):
            seqs[n] += 1
            payload = KEY if is_key and n == which else DELTA
            stream.source.receive(rtp(seqs[n], timestamp=seqs[n] * 3000, payload=payload), now)
    numbers = screen.numbers()
    assert len(set(numbers)) == len(numbers)
    steps_between = [(b - a) & 0xFFFF for a, b in itertools.pairwise(numbers)]
    assert set(steps_between) <= {1}
