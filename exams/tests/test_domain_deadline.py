"""The one deadline formula: table of cases, properties, and the mutants it must tell apart."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from exams.domain.deadline import (
    LEAST_LEFT,
    Grant,
    LateStart,
    Terms,
    base_of,
    close_of,
    deadline_of,
    pause_credit,
)

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TERMS = Terms(duration=60 * MINUTE, closes_at=NINE + 90 * MINUTE)


def at(minutes: float) -> datetime:
    return NINE + minutes * MINUTE


def grant(minutes: float, made_at: float = 10) -> Grant:
    return Grant(minutes * MINUTE, at(made_at))


@pytest.mark.parametrize(
    ("terms", "start", "grants", "expected"),
    [
        (TERMS, 0, [], 60),
        (TERMS, 30, [], 90),
        (TERMS, 40, [], 90),
        (Terms(60 * MINUTE, at(90), LateStart.FULL), 40, [], 100),
        (Terms(60 * MINUTE, at(90), extra_percent=25), 0, [], 75),
        (Terms(60 * MINUTE, at(90), extra_percent=25), 40, [], 105),
        (Terms(60 * MINUTE, at(90), extra_time=10 * MINUTE), 0, [], 70),
        (Terms(60 * MINUTE, at(90), LateStart.CLIP, 50, 5 * MINUTE), 60, [], 125),
        (TERMS, 0, [grant(5)], 65),
        (TERMS, 40, [grant(5)], 95),
        (TERMS, 0, [grant(5), grant(7)], 72),
        (TERMS, 0, [grant(-5)], 55),
        (TERMS, 0, [grant(-70, made_at=20)], 21),
        (TERMS, 0, [grant(-70, made_at=20), grant(10, made_at=30)], 31),
        (TERMS, 40, [grant(-120, made_at=5)], 41),
    ],
)
def test_deadline(terms: Terms, start: int, grants: list[Grant], expected: int) -> None:
    assert deadline_of(terms, at(start), grants) == at(expected)


def test_window_and_limit_move_together() -> None:
    """Who starts last still profits from a grant: there is no second date to extend."""
    assert close_of(TERMS, [grant(15)]) == at(105)
    assert deadline_of(TERMS, at(85), [grant(15)]) == at(105)


def test_an_accommodation_widens_the_window_too() -> None:
    terms = Terms(60 * MINUTE, at(90), extra_percent=50)
    assert close_of(terms) == at(120)
    assert base_of(terms) == 90 * MINUTE


terms_ = st.builds(
    Terms,
    duration=st.timedeltas(min_value=MINUTE, max_value=300 * MINUTE),
    closes_at=st.timedeltas(min_value=MINUTE, max_value=600 * MINUTE).map(lambda d: NINE + d),
    late_start=st.sampled_from(LateStart),
    extra_percent=st.integers(0, 200),
    extra_time=st.timedeltas(min_value=timedelta(), max_value=120 * MINUTE),
)
starts = st.timedeltas(min_value=timedelta(), max_value=500 * MINUTE).map(lambda d: NINE + d)
instants = st.timedeltas(min_value=timedelta(), max_value=700 * MINUTE).map(lambda d: NINE + d)
gifts = st.builds(Grant, st.timedeltas(timedelta(), 60 * MINUTE), instants)
any_grants = st.builds(Grant, st.timedeltas(-120 * MINUTE, 60 * MINUTE), instants)


@given(terms_, starts, st.lists(gifts, max_size=5), gifts)
def test_a_positive_grant_moves_the_deadline_by_exactly_itself(
    terms: Terms, start: datetime, grants: list[Grant], extra: Grant
) -> None:
    before = deadline_of(terms, start, grants)
    assert deadline_of(terms, start, [*grants, extra]) == before + extra.extra
    assert close_of(terms, [*grants, extra]) == close_of(terms, grants) + extra.extra


@given(terms_, starts, st.lists(any_grants, max_size=6), any_grants)
def test_time_taken_leaves_a_minute_and_never_adds(
    terms: Terms, start: datetime, earlier: list[Grant], last: Grant
) -> None:
    grants = [one for one in earlier if one.at < last.at]
    before, after = deadline_of(terms, start, grants), deadline_of(terms, start, [*grants, last])
    if last.extra < timedelta():
        assert after <= before
        assert after >= min(before, max(last.at, start) + LEAST_LEFT)
        assert after >= before + last.extra


@given(terms_, starts, st.lists(any_grants, max_size=6), st.randoms())
def test_the_order_of_the_rows_does_not_matter(
    terms: Terms, start: datetime, grants: list[Grant], chance: object
) -> None:
    unique = list({one.at: one for one in grants}.values())
    assert deadline_of(terms, start, unique) == deadline_of(terms, start, reversed(unique))


@given(terms_, starts, st.lists(gifts, max_size=4))
def test_full_time_is_never_less_than_clipped(
    terms: Terms, start: datetime, grants: list[Grant]
) -> None:
    full = Terms(
        terms.duration, terms.closes_at, LateStart.FULL, terms.extra_percent, terms.extra_time
    )
    clipped = Terms(
        terms.duration, terms.closes_at, LateStart.CLIP, terms.extra_percent, terms.extra_time
    )
    assert deadline_of(full, start, grants) >= deadline_of(clipped, start, grants)
    assert deadline_of(clipped, start, grants) <= close_of(clipped, grants)


@pytest.mark.parametrize(
    ("paused", "resumed", "credit"), [(0, 5, 5), (0, 90, 60), (5, 5, 0), (9, 4, 0)]
)
def test_a_pause_is_credited_up_to_its_limit(paused: int, resumed: int, credit: int) -> None:
    assert pause_credit(at(paused), at(resumed), 60 * MINUTE) == credit * MINUTE


Formula = Callable[[Terms, datetime, list[Grant]], datetime]


def _sum(grants: list[Grant]) -> timedelta:
    return sum((one.extra for one in grants), timedelta())


MUTANTS: dict[str, Formula] = {
    "close without accommodation": lambda t, s, g: min(s + base_of(t), t.closes_at) + _sum(g),
    "close without credit": lambda t, s, g: min(
        s + base_of(t) + _sum(g), t.closes_at + base_of(t) - t.duration
    ),
    "clip ignored": lambda t, s, g: s + base_of(t) + _sum(g),
    "no last minute": lambda t, s, g: (
        min(s + base_of(t), t.closes_at + base_of(t) - t.duration) + _sum(g)
    ),
    "percent of the extra time too": lambda t, s, g: deadline_of(
        Terms(
            t.duration,
            t.closes_at,
            t.late_start,
            0,
            (t.duration + t.extra_time) * t.extra_percent / 100 + t.extra_time,
        ),
        s,
        g,
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_cases_above_tell_each_mutant_apart(name: str) -> None:
    mutant = MUTANTS[name]
    cases: list[tuple[Terms, float, list[Grant]]] = [
        (TERMS, 40, []),
        (TERMS, 40, [grant(5)]),
        (TERMS, 0, [grant(-70, made_at=20)]),
        (Terms(60 * MINUTE, at(90), LateStart.CLIP, 50, 5 * MINUTE), 60, []),
        (Terms(60 * MINUTE, at(90), LateStart.CLIP, 50, 5 * MINUTE), 0, []),
        (Terms(60 * MINUTE, at(90), LateStart.FULL), 40, []),
    ]
    assert any(mutant(t, at(s), g) != deadline_of(t, at(s), g) for t, s, g in cases)


@given(terms_, starts, st.lists(any_grants, max_size=6), instants)
def test_nothing_granted_before_or_after_runs_beyond_an_early_end(
    terms: Terms, start: datetime, grants: list[Grant], ended: datetime
) -> None:
    cut = replace(terms, ended_early_at=ended)
    assert deadline_of(cut, start, grants) == min(deadline_of(terms, start, grants), ended)
    assert close_of(cut, grants) == min(close_of(terms, grants), ended)
