"""Which attempt counts: the best, the last or the first; of equal ones the earlier."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from exams.domain.counting import AttemptsCount, Tried, counting_attempt

BEST, LAST, FIRST = AttemptsCount.BEST, AttemptsCount.LAST, AttemptsCount.FIRST


def tried(number: int, share: str | None = "0", *, complete: bool = True) -> Tried:
    return Tried(number * 10, number, None if share is None else Fraction(share), complete)


@pytest.mark.parametrize(("rule", "counts"), [(BEST, 20), (LAST, 30), (FIRST, 10)])
def test_the_rule_says_which_one_counts(rule: AttemptsCount, counts: int) -> None:
    rows = [tried(3, "1/3"), tried(1, "1/2"), tried(2, "2/3")]
    assert counting_attempt(rows, rule) == counts


def test_of_equally_good_ones_the_earlier_counts() -> None:
    assert counting_attempt([tried(2, "2/4"), tried(1, "1/2"), tried(3, "0")], BEST) == 10


def test_shares_are_compared_exactly() -> None:
    assert counting_attempt([tried(1, "1/3"), tried(2, "333334/1000000")], BEST) == 20


def test_what_waits_for_a_grader_is_no_better_than_what_is_marked() -> None:
    waiting = tried(2, "1", complete=False)
    assert counting_attempt([tried(1, "0"), waiting], BEST) == 10
    assert counting_attempt([waiting, tried(3, "1/2", complete=False)], BEST) == 20
    assert counting_attempt([tried(1), waiting], LAST) == 20


def test_a_survey_has_no_best_one_so_the_first_counts() -> None:
    assert counting_attempt([tried(2, None), tried(1, None)], BEST) == 10


@pytest.mark.parametrize("rule", AttemptsCount)
def test_nothing_handed_in_counts_nothing_and_one_alone_counts(rule: AttemptsCount) -> None:
    assert counting_attempt([], rule) is None
    assert counting_attempt([tried(4, "0", complete=False)], rule) == 40


shares = st.lists(st.none() | st.fractions(0, 1), min_size=1, max_size=6)


@given(shares, st.sampled_from(AttemptsCount), st.randoms())
def test_the_order_in_which_rows_are_read_changes_nothing(
    given_shares: list[Fraction | None], rule: AttemptsCount, chance: object
) -> None:
    rows = [Tried(n, n, share, is_complete=True) for n, share in enumerate(given_shares, 1)]
    mixed = list(rows)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    assert counting_attempt(mixed, rule) == counting_attempt(rows, rule)
