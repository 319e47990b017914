"""When a missing packet is asked for again, and when it is given up."""

from proctoring.media.sfu.gaps import MAX_MISSING, MAX_PER_NACK, MAX_TRIES, GapTracker


def test_a_gap_is_asked_for_at_once_and_then_ever_more_slowly() -> None:
    gaps = GapTracker()
    assert gaps.open(10, 2, 0.0) == [10, 11]
    assert gaps.due(0.02) == []
    assert gaps.due(0.04) == [10, 11]
    assert gaps.due(0.05) == []
    assert gaps.due(0.07) == [10, 11]


def test_a_packet_that_arrives_is_not_asked_for_again() -> None:
    gaps = GapTracker()
    gaps.open(10, 2, 0.0)
    gaps.close(10)
    assert gaps.due(0.04) == [11]
    gaps.close(11)
    assert not gaps


def test_a_packet_is_given_up_after_ten_tries_or_one_second() -> None:
    gaps = GapTracker()
    gaps.open(10, 1, 0.0)
    asked = 1
    now = 0.0
    while gaps:
        now += 0.04
        asked += len(gaps.due(now))
    assert asked == MAX_TRIES
    gaps.open(10, 1, 0.0)
    assert gaps.due(1.01) == []
    assert not gaps


def test_numbers_wrap() -> None:
    assert GapTracker().open(65534, 4, 0.0) == [65534, 65535, 0, 1]


def test_memory_and_request_size_are_bounded() -> None:
    gaps = GapTracker()
    assert len(gaps.open(0, 1000, 0.0)) == MAX_PER_NACK
    assert gaps.open(2000, 10, 0.0) == []
    for seq in range(MAX_MISSING):
        gaps.close(seq)
    assert not gaps


def test_clear_gives_everything_up() -> None:
    gaps = GapTracker()
    gaps.open(1, 5, 0.0)
    gaps.clear()
    assert not gaps
