"""Which times of a sitting fit together."""

from datetime import UTC, datetime, timedelta

import pytest

from exams.domain.times import MAX_DURATION, SittingTimes

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("lobby", "closes", "duration", "fits"),
    [
        (-15, 60, 60 * MINUTE, True),
        (0, 60, 60 * MINUTE, True),
        (1, 60, 60 * MINUTE, False),
        (-15, 0, 60 * MINUTE, False),
        (-15, -1, 60 * MINUTE, False),
        (-15, 60, timedelta(), False),
        (-15, 60, -MINUTE, False),
        (-15, 60, MAX_DURATION, True),
        (-15, 60, MAX_DURATION + MINUTE, False),
        (-15, 60 * 24 * 365 * 6970, 60 * MINUTE, True),
        (-15, 60 * 24 * 365 * 6990, 60 * MINUTE, False),  # zones lead beyond the last day
    ],
)
def test_lobby_start_and_end_follow_each_other_and_leave_time_to_work(
    lobby: int, closes: int, duration: timedelta, *, fits: bool
) -> None:
    times = SittingTimes(NINE + lobby * MINUTE, NINE, NINE + closes * MINUTE, duration)
    assert times.is_in_order is fits
