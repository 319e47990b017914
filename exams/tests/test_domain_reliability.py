"""Cronbach's alpha by hand, its limits, and a plain implementation as the oracle."""

import statistics
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from exams.domain.reliability import Undefined, alpha_without, reliability_of

# Four candidates on a perfect scale: 3, 2, 1 and 0 of three questions.
SCALE = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]


def test_alpha_by_hand() -> None:
    # variances 3/16 + 4/16 + 3/16 = 5/8, of the totals 5/4: alpha = 3/2 (1 - 1/2)
    found = reliability_of(SCALE, 4, 3)
    assert found.alpha == Fraction(3, 4)
    assert found.undefined is None
    # standard deviation of the totals (n - 1): sqrt(5/3); times sqrt(1/4), as a share of 3 points
    assert found.measurement_error == pytest.approx(100 * (5 / 3) ** 0.5 / 2 / 3)
    # Bonett: (1 - 3/4) sqrt(2 * 3 / (2 * 2))
    assert found.standard_error == pytest.approx(0.25 * 1.5**0.5)


def test_equal_questions_are_perfectly_reliable() -> None:
    found = reliability_of([[1, 0, 1], [1, 0, 1]], 3, 2)
    assert found.alpha == 1
    assert found.measurement_error == 0
    assert found.standard_error == 0


def test_questions_that_contradict_each_other_give_a_negative_alpha() -> None:
    found = reliability_of([[2, 0, 0], [0, 1, 1]], 3, 3)
    assert found.alpha is not None
    assert found.alpha < 0


@pytest.mark.parametrize(
    ("columns", "candidates", "why"),
    [
        ([], 0, Undefined.FEW_CANDIDATES),
        ([[1], [0]], 1, Undefined.FEW_CANDIDATES),
        ([[1, 0]], 2, Undefined.FEW_QUESTIONS),
        ([[1, 0, 1], [1, 0]], 3, Undefined.OTHER_QUESTIONS),
        ([[1, 0], [0, 1]], 2, Undefined.NO_SPREAD),
    ],
)
def test_alpha_is_not_defined_and_it_is_said_why(
    columns: list[list[int]], candidates: int, why: Undefined
) -> None:
    found = reliability_of(columns, candidates, 2)
    assert (found.alpha, found.undefined, found.measurement_error) == (None, why, None)


def test_other_points_for_some_leave_alpha_undefined() -> None:
    assert reliability_of(SCALE, 4, None).undefined is Undefined.OTHER_QUESTIONS


def test_two_candidates_have_an_alpha_without_standard_error() -> None:
    found = reliability_of([[1, 0], [1, 0]], 2, 2)
    assert found.alpha == 1
    assert found.standard_error is None


def test_alpha_of_two_questions_has_none_without_one_of_them() -> None:
    assert alpha_without({1: [1, 0], 2: [1, 0]}) == {}


def naive_alpha(columns: list[list[int]]) -> Fraction | None:
    totals = [Fraction(sum(column[at] for column in columns)) for at in range(len(columns[0]))]
    whole = statistics.pvariance(totals)
    if not whole:
        return None
    parts = sum(statistics.pvariance([Fraction(one) for one in column]) for column in columns)
    return Fraction(len(columns), len(columns) - 1) * (1 - Fraction(parts) / whole)


@st.composite
def tables(draw: st.DrawFn) -> list[list[int]]:
    height = draw(st.integers(2, 8))
    column = st.lists(st.integers(-2, 5), min_size=height, max_size=height)
    return draw(st.lists(column, min_size=3, max_size=6))


@given(tables())
def test_a_plain_implementation_finds_the_same(columns: list[list[int]]) -> None:
    found = reliability_of(columns, len(columns[0]), 5 * len(columns))
    assert found.alpha == naive_alpha(columns)


@given(tables())
def test_alpha_without_a_question_is_alpha_of_the_others(columns: list[list[int]]) -> None:
    found = alpha_without(dict(enumerate(columns)))
    for left_out in range(len(columns)):
        others = [one for at, one in enumerate(columns) if at != left_out]
        assert found.get(left_out) == naive_alpha(others)
