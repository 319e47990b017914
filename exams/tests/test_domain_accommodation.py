"""What a person is owed: how it meets what one sitting gives, and that a start keeps what it gave."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from exams.domain.accommodation import (
    MAX_BREAK,
    MAX_BREAKS,
    MAX_PERCENT,
    MAX_TIME,
    NOTHING,
    Adjustment,
    Exemption,
    Validity,
    exemptions_of,
    gained,
    meet,
)

MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE

adjustments = st.builds(
    Adjustment,
    extra_percent=st.integers(0, 200),
    extra_time=st.integers(0, 120).map(lambda n: n * MINUTE),
    breaks=st.integers(1, 5),
    break_length=st.integers(1, 30).map(lambda n: n * MINUTE),
    exemptions=st.frozensets(st.sampled_from(Exemption)),
) | st.just(NOTHING)
durations = st.integers(1, 300).map(lambda n: n * MINUTE)


def test_percent_and_minutes_add_up() -> None:
    both = Adjustment(extra_percent=25, extra_time=5 * MINUTE)
    assert both.time_on(HOUR) == 20 * MINUTE


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"extra_percent": MAX_PERCENT}, True),
        ({"extra_percent": MAX_PERCENT + 1}, False),
        ({"extra_percent": -1}, False),
        ({"extra_time": MAX_TIME}, True),
        ({"extra_time": MAX_TIME + MINUTE}, False),
        ({"extra_time": -MINUTE}, False),
        ({"breaks": MAX_BREAKS, "break_length": MAX_BREAK}, True),
        ({"breaks": MAX_BREAKS + 1, "break_length": MINUTE}, False),
        ({"breaks": 1, "break_length": MAX_BREAK + MINUTE}, False),
        ({"breaks": 2}, False),
        ({"break_length": MINUTE}, False),
    ],
)
def test_figures_have_ranges_and_breaks_a_length(*, change: dict[str, object], fits: bool) -> None:
    assert replace(NOTHING, **change).is_storable is fits  # type: ignore[arg-type] # names above


def test_only_an_adjustment_without_anything_is_empty() -> None:
    assert NOTHING.is_empty
    assert not Adjustment(exemptions=frozenset({Exemption.READER})).is_empty


def test_the_list_of_exemptions_is_closed() -> None:
    assert exemptions_of(["camera", "reader"]) == {Exemption.CAMERA, Exemption.READER}
    with pytest.raises(ValueError, match="diagnosis"):
        exemptions_of(["diagnosis"])


@pytest.mark.parametrize(
    ("first", "last", "covered"),
    [(9, None, True), (10, 10, True), (11, None, False), (1, 9, False), (1, 10, True)],
)
def test_a_day_is_one_of_the_institutions_calendar(
    *, first: int, last: int | None, covered: bool
) -> None:
    """21:00 UTC of the ninth is the tenth in Tehran."""
    validity = Validity(date(2026, 3, first), date(2026, 3, last) if last else None)
    evening = datetime(2026, 3, 9, 21, tzinfo=UTC)
    assert validity.covers(evening, "Asia/Tehran") is covered


def test_days_must_be_in_order() -> None:
    assert Validity(date(2026, 1, 2), date(2026, 1, 2)).is_in_order
    assert not Validity(date(2026, 1, 2), date(2026, 1, 1)).is_in_order


@given(adjustments, adjustments, durations)
def test_nobody_gets_less_than_either_source_gives(
    person: Adjustment, own: Adjustment, duration: timedelta
) -> None:
    both = meet(person, own)
    for one in (person, own):
        assert both.time_on(duration) >= one.time_on(duration)
        assert both.breaks * both.break_length >= one.breaks * one.break_length
        assert both.exemptions >= one.exemptions
    assert both.breaks * both.break_length in {
        one.breaks * one.break_length for one in (person, own)
    }


@given(adjustments)
def test_the_same_given_twice_is_given_once(one: Adjustment) -> None:
    assert meet(one, one) == one == meet(one, NOTHING)


@given(adjustments, adjustments, durations)
def test_who_has_started_only_ever_gains(
    before: Adjustment, after: Adjustment, duration: timedelta
) -> None:
    kept = gained(before, after, duration)
    assert kept.time_on(duration) == max(before.time_on(duration), after.time_on(duration))
    assert kept.exemptions == before.exemptions | after.exemptions
    assert kept.breaks * kept.break_length == max(
        one.breaks * one.break_length for one in (before, after)
    )
