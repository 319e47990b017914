"""Rubrics: what may be stored, and how picked levels add up."""

from decimal import Decimal

import pytest

from exams.domain.answer import QuestionKind
from exams.domain.rubric import (
    CriterionContent,
    LevelContent,
    NotPicked,
    RubricContent,
    RubricFault,
    findings_of_rubric,
    points_of_levels,
)


def criterion(name: str, *points: str) -> CriterionContent:
    levels = tuple(LevelContent(points=Decimal(one), text=f"worth {one}") for one in points)
    return CriterionContent(name=name, levels=levels)


RUBRIC = RubricContent(
    criteria=(criterion("Idea", "0", "1", "2.5"), criterion("Style", "0.5", "0"))
)


def faults(rubric: RubricContent, kind: QuestionKind, points: str) -> set[RubricFault]:
    return {one.fault for one in findings_of_rubric(rubric, kind=kind, points=Decimal(points))}


def test_the_picked_levels_add_up() -> None:
    assert RUBRIC.most == 3
    assert points_of_levels(RUBRIC, {0: 2, 1: 0}) == 3
    assert points_of_levels(RUBRIC, {0: 1, 1: 1}) == 1


@pytest.mark.parametrize("picked", [{}, {0: 1}, {0: 1, 1: 2}, {0: -1, 1: 0}, {0: 1, 1: 1, 2: 0}])
def test_each_criterion_needs_one_of_its_levels(picked: dict[int, int]) -> None:
    with pytest.raises(NotPicked):
        points_of_levels(RUBRIC, picked)


def test_a_rubric_fits_its_question() -> None:
    assert faults(RUBRIC, QuestionKind.TEXT, "3") == set()
    assert faults(RubricContent(criteria=()), QuestionKind.INT, "3") == set()
    assert faults(RUBRIC, QuestionKind.TEXT, "4") == {RubricFault.NOT_THE_POINTS}
    assert faults(RUBRIC, QuestionKind.INT, "3") == {RubricFault.NOT_FOR_KIND}


def test_what_is_wrong_with_a_criterion_is_said_at_its_place() -> None:
    bad = RubricContent(
        criteria=(criterion("Idea", "0", "2"), criterion(" ", "1"), criterion("x", "-1", "1"))
    )
    found = findings_of_rubric(bad, kind=QuestionKind.FILE, points=Decimal(3))
    assert [(one.fault, one.place) for one in found] == [
        (RubricFault.NO_NAME, 1),
        (RubricFault.TOO_FEW_LEVELS, 1),
        (RubricFault.OUT_OF_RANGE, 2),
    ]
    many = RubricContent(criteria=(criterion("x", "0", "1"),) * 21)
    assert RubricFault.TOO_MANY in faults(many, QuestionKind.TEXT, "21")
