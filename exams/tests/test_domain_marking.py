"""The marking of one answer against its specification; when two marks agree; blind numbers."""

from fractions import Fraction
from typing import Final

import pytest

from exams.domain.marking import (
    MARKING,
    AgreementRule,
    MarkingAction,
    MarkingRules,
    MarkingState,
    agreed_points,
    blind_number,
)
from kernel.tests.machines import differences, unnoticed

# One marker settles it; of two the second agrees or not; a third one reconciles. Whatever stands,
# it is opened again when another answer counts.
MARKING_MOVES: Final = {
    (MarkingState.WAITING, MarkingAction.GIVE_ONLY): MarkingState.SETTLED,
    (MarkingState.WAITING, MarkingAction.GIVE_FIRST): MarkingState.FIRST_IN,
    (MarkingState.FIRST_IN, MarkingAction.AGREE): MarkingState.SETTLED,
    (MarkingState.FIRST_IN, MarkingAction.DISAGREE): MarkingState.DISPUTED,
    (MarkingState.DISPUTED, MarkingAction.RECONCILE): MarkingState.SETTLED,
    (MarkingState.FIRST_IN, MarkingAction.REOPEN): MarkingState.WAITING,
    (MarkingState.DISPUTED, MarkingAction.REOPEN): MarkingState.WAITING,
    (MarkingState.SETTLED, MarkingAction.REOPEN): MarkingState.WAITING,
}


def test_a_marking_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(MARKING, MarkingState.WAITING, MARKING_MOVES) == []
    assert unnoticed(MARKING, MarkingState.WAITING, MARKING_MOVES) == []


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        (AgreementRule.AVERAGE, Fraction(23, 12)),
        (AgreementRule.FIRST, Fraction(2)),
        (AgreementRule.HIGHER, Fraction(2)),
    ],
)
def test_two_marks_within_the_tolerance_come_to_exact_points(
    rule: AgreementRule, points: Fraction
) -> None:
    rules = MarkingRules(second_marker=True, tolerance_percent=10, agreement=rule)
    assert agreed_points(Fraction(2), Fraction(11, 6), Fraction(2), rules) == points


def test_the_tolerance_is_a_share_of_the_points_and_its_edge_agrees() -> None:
    rules = MarkingRules(tolerance_percent=10)
    assert agreed_points(Fraction(4), Fraction(5), Fraction(10), rules) == Fraction(9, 2)
    assert (
        agreed_points(Fraction(4), Fraction(5, 1) + Fraction(1, 100), Fraction(10), rules) is None
    )
    strict = MarkingRules(tolerance_percent=0)
    assert agreed_points(Fraction(1, 3), Fraction(1, 3), Fraction(1), strict) == Fraction(1, 3)
    assert agreed_points(Fraction(1, 3), Fraction(1, 4), Fraction(1), strict) is None


def test_a_blind_number_is_stable_and_says_nothing_of_the_order() -> None:
    numbers = [blind_number("salt", attempt) for attempt in range(1, 200)]
    assert numbers == [blind_number("salt", attempt) for attempt in range(1, 200)]
    assert len(set(numbers)) == len(numbers)
    assert numbers != sorted(numbers)
    assert blind_number("other", 1) != numbers[0]
    assert all(len(one) == 9 and one[4] == "-" for one in numbers)
