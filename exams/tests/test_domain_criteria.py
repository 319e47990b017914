"""What each criterion earned: of the marks that count, exact, with every remark once."""

from decimal import Decimal
from fractions import Fraction

import pytest

from exams.domain.criteria import PickedMark, marks_that_count, outcomes_of
from exams.domain.marking import AgreementRule
from exams.domain.rubric import CriterionContent, LevelContent, RubricContent


def criterion(name: str, *points: str) -> CriterionContent:
    levels = tuple(LevelContent(points=Decimal(one), text=f"{name} {one}") for one in points)
    return CriterionContent(name=name, levels=levels)


RUBRIC = RubricContent(criteria=(criterion("Idea", "0", "1", "3"), criterion("Style", "0", "1")))
LOW = PickedMark(Fraction(1), {0: 1, 1: 0}, {0: "Thin", 1: " "})
HIGH = PickedMark(Fraction(4), {0: 2, 1: 1}, {0: "Fine", 1: "Clear"})
LAST = PickedMark(Fraction(3), {0: 2, 1: 0})


@pytest.mark.parametrize(
    ("rule", "counted"),
    [
        (AgreementRule.AVERAGE, [LOW, HIGH]),
        (AgreementRule.FIRST, [LOW]),
        (AgreementRule.HIGHER, [HIGH]),
    ],
)
def test_of_two_marks_that_agree_the_rule_says_which_count(
    rule: AgreementRule, counted: list[PickedMark]
) -> None:
    assert marks_that_count([LOW, HIGH], rule) == counted


@pytest.mark.parametrize("rule", AgreementRule)
def test_a_mark_alone_and_the_one_that_reconciles_count_by_themselves(rule: AgreementRule) -> None:
    assert marks_that_count([], rule) == []
    assert marks_that_count([LOW], rule) == [LOW]
    assert marks_that_count([LOW, HIGH, LAST], rule) == [LAST]


def test_of_two_equal_marks_the_earlier_one_is_the_higher() -> None:
    same = PickedMark(Fraction(1), {0: 0, 1: 1})
    assert marks_that_count([LOW, same], AgreementRule.HIGHER) == [LOW]


def test_a_criterion_tells_its_level_its_points_and_its_remark() -> None:
    idea, style = outcomes_of(RUBRIC, [LOW], Fraction(4))
    assert (idea.name, idea.points, idea.possible) == ("Idea", Fraction(1), Fraction(3))
    assert (idea.levels, idea.remarks) == (("Idea 1",), ("Thin",))
    assert (style.points, style.possible) == (Fraction(0), Fraction(1))
    assert not style.remarks


def test_two_marks_give_their_mean_and_both_remarks_without_saying_whose() -> None:
    idea, style = outcomes_of(RUBRIC, [LOW, HIGH], Fraction(4))
    assert (idea.points, style.points) == (Fraction(2), Fraction(1, 2))
    assert idea.levels == ("Idea 1", "Idea 3")
    assert (idea.remarks, style.remarks) == (("Thin", "Fine"), ("Clear",))
    same = outcomes_of(RUBRIC, [HIGH, HIGH], Fraction(4))[0]
    assert (same.points, same.levels, same.remarks) == (Fraction(3), ("Idea 3",), ("Fine",))


def test_where_the_points_of_the_question_were_corrected_the_share_counts() -> None:
    outcomes = outcomes_of(RUBRIC, [LAST], Fraction(8))
    assert [one.points for one in outcomes] == [Fraction(6), Fraction(0)]
    assert [one.possible for one in outcomes] == [Fraction(6), Fraction(2)]
    assert sum(one.points for one in outcomes) == LAST.points * 2
