"""Figures of scores: hand-computed cases, and the standard library as the oracle."""

import statistics
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from exams.domain.statistics import correlation, figures_of, over_one_denominator, quantile, rounded

percents = st.fractions(min_value=0, max_value=100, max_denominator=60)


def test_nobody_has_no_figures() -> None:
    assert figures_of([]) is None


def test_one_score_has_no_deviation() -> None:
    figures = figures_of([Fraction(40)])
    assert figures is not None
    assert {figures.mean, figures.median, figures.lowest, figures.highest} == {Fraction(40)}
    assert figures.deviation is None
    assert figures.pass_rate is None


def test_a_small_class_by_hand() -> None:
    # 2, 4, 4, 4, 5, 5, 7, 9 (times ten): the textbook row with population deviation 2.
    scores = [Fraction(one * 10) for one in (2, 4, 4, 4, 5, 5, 7, 9)]
    figures = figures_of(scores, passed=4, failed=4)
    assert figures is not None
    assert [figures.mean, figures.median] == [50, 45]
    assert [figures.lower_quartile, figures.upper_quartile] == [40, 55]
    assert figures.deviation == pytest.approx(20 * (8 / 7) ** 0.5)
    assert figures.pass_rate == Fraction(1, 2)


def test_a_third_is_not_rounded() -> None:
    figures = figures_of([Fraction(100, 3), Fraction(0), Fraction(0)])
    assert figures is not None
    assert figures.mean == Fraction(100, 9)


def test_every_score_is_in_one_bin_and_a_hundred_in_the_last() -> None:
    figures = figures_of([Fraction(0), Fraction(999, 100), Fraction(10), Fraction(100)])
    assert figures is not None
    assert [one.count for one in figures.bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (figures.bins[-1].low, figures.bins[-1].high) == (90, 100)


@given(st.lists(percents, min_size=2, max_size=30))
def test_the_standard_library_finds_the_same(scores: list[Fraction]) -> None:
    figures = figures_of(scores)
    assert figures is not None
    assert figures.mean == statistics.mean(scores)
    assert figures.median == statistics.median(scores)
    quarters = statistics.quantiles(scores, n=4, method="inclusive")
    assert [figures.lower_quartile, figures.median, figures.upper_quartile] == quarters
    expected = statistics.stdev([float(one) for one in scores])
    assert figures.deviation == pytest.approx(expected, abs=1e-6)
    assert sum(one.count for one in figures.bins) == len(scores)


@given(st.lists(percents, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_changes_nothing(
    scores: list[Fraction], chance: object
) -> None:
    before = figures_of(scores)
    chance.shuffle(scores)  # type: ignore[attr-defined]  # a Random of hypothesis
    assert figures_of(scores) == before


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 99)), min_size=2, max_size=30))
def test_correlation_is_pearsons(pairs: list[tuple[int, int]]) -> None:
    xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
    if len(set(xs)) == 1 or len(set(ys)) == 1:
        assert correlation(xs, ys) is None
    else:
        assert correlation(xs, ys) == pytest.approx(statistics.correlation(xs, ys), abs=1e-9)


def test_a_correlation_of_huge_numbers_does_not_overflow() -> None:
    xs = [10**200, 2 * 10**200, 4 * 10**200]
    assert correlation(xs, xs) == 1.0
    assert correlation(xs, [-x for x in xs]) == -1.0


def test_a_quantile_lies_between_two_values() -> None:
    assert quantile([0, 10], Fraction(1, 4)) == Fraction(5, 2)
    assert quantile([7], Fraction(3, 4)) == 7


@given(st.lists(percents, min_size=1, max_size=9))
def test_one_denominator_keeps_the_values(values: list[Fraction]) -> None:
    whole, scale = over_one_denominator(values)
    assert [Fraction(one, scale) for one in whole] == values


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 1, "0.7"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Fraction(5), 0, "5"),
        (Fraction(10**30, 3), 1, "3" * 30 + ".3"),
    ],
)
def test_a_figure_is_rounded_half_up_from_the_exact_value(
    value: Fraction, places: int, shown: str
) -> None:
    assert str(rounded(value, places)) == shown
