"""Dates in an SMS, in both calendars."""

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.domain.calendar import day_text, persian_digits, time_text, to_persian


@pytest.mark.parametrize(
    ("gregorian", "persian"),
    [
        # new-year days around leap years of both calendars
        ((1979, 3, 21), (1358, 1, 1)),
        ((2000, 3, 20), (1379, 1, 1)),
        ((2016, 3, 20), (1395, 1, 1)),
        ((2017, 3, 20), (1395, 12, 30)),
        ((2017, 3, 21), (1396, 1, 1)),
        ((2020, 3, 20), (1399, 1, 1)),
        ((2021, 3, 20), (1399, 12, 30)),
        ((2021, 3, 21), (1400, 1, 1)),
        ((2024, 3, 20), (1403, 1, 1)),
        ((2025, 3, 20), (1403, 12, 30)),
        ((2025, 3, 21), (1404, 1, 1)),
        ((2026, 3, 21), (1405, 1, 1)),
        ((2024, 2, 29), (1402, 12, 10)),
        ((2026, 9, 22), (1405, 6, 31)),
        ((2026, 9, 23), (1405, 7, 1)),
        ((2026, 11, 21), (1405, 8, 30)),
        ((2030, 3, 20), (1408, 12, 30)),
        ((2030, 3, 21), (1409, 1, 1)),
    ],
)
def test_known_days(gregorian: tuple[int, int, int], persian: tuple[int, int, int]) -> None:
    assert to_persian(*gregorian) == persian


def test_every_day_of_seventy_years_follows_the_day_before() -> None:
    day, previous = date(1990, 1, 1), to_persian(1989, 12, 31)
    while day < date(2060, 1, 1):
        year, month, number = to_persian(day.year, day.month, day.day)
        if number != 1:
            assert (year, month, number) == (previous[0], previous[1], previous[2] + 1)
        else:
            longest = 31 if previous[1] <= 6 else 30
            assert previous[2] in ({29, 30} if previous[1] == 12 else {longest})
            assert (year, month) == (
                (previous[0] + 1, 1) if previous[1] == 12 else (previous[0], previous[1] + 1)
            )
        previous, day = (year, month, number), day + timedelta(days=1)


def test_a_day_and_a_time_in_words() -> None:
    local = datetime(2026, 11, 21, 9, 5, tzinfo=UTC)
    assert day_text(local, persian=False) == "21 Nov"
    assert day_text(local, persian=True) == "۳۰ آبان"
    assert time_text(local, persian=False) == "09:05"
    assert time_text(local, persian=True) == "۰۹:۰۵"
    assert persian_digits(1405) == "۱۴۰۵"
