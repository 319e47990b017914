"""Now is aware and in UTC; milliseconds are whole and exact."""

from datetime import UTC, datetime, timedelta, timezone

import time_machine
from hypothesis import given, strategies as st

from kernel import clock


@time_machine.travel("2026-05-04T09:00:00+00:00", tick=False)
def test_now_is_aware_utc_and_can_be_frozen() -> None:
    assert clock.now() == datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)


@given(st.integers(min_value=0, max_value=4_102_444_800_000), st.integers(0, 999))
def test_whole_milliseconds_come_back_exactly_and_parts_are_cut(ms: int, micros: int) -> None:
    instant = clock.EPOCH + timedelta(milliseconds=ms, microseconds=micros)
    assert clock.to_millis(instant) == ms


def test_the_zone_of_the_instant_does_not_matter() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert clock.to_millis(datetime(1970, 1, 1, 3, 30, 1, tzinfo=tehran)) == 1000


def test_an_instant_that_has_not_come_has_no_milliseconds() -> None:
    assert clock.to_millis_or_none(None) is None
    assert clock.to_millis_or_none(clock.EPOCH + timedelta(seconds=1)) == 1000
