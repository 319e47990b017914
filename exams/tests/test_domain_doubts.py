"""Facts that an author should look at."""

from dataclasses import replace
from fractions import Fraction

import pytest

from exams.domain.analysis import PartCount, QuestionFigures
from exams.domain.doubts import Doubt, PartRole, doubts_of

ROLES = PartRole(keys=frozenset({"right"}), wrong=frozenset({"wrong", "odd"}))


def part(name: str, count: int, upper: int = 0, lower: int = 0) -> PartCount:
    return PartCount(name, count, upper, lower, points=None, score=None)


PLAIN = QuestionFigures(
    question=1,
    asked=20,
    given=20,
    full=12,
    possible=Fraction(1),
    facility=Fraction(3, 5),
    discrimination=0.3,
    parts=(part("right", 12, 6, 2), part("wrong", 6, 0, 3), part("odd", 2, 0, 1)),
)


def test_an_ordinary_question_raises_no_doubt() -> None:
    assert doubts_of(PLAIN, ROLES) == ()


@pytest.mark.parametrize(
    ("figures", "doubt"),
    [
        (replace(PLAIN, discrimination=-0.01), Doubt.NEGATIVE),
        (replace(PLAIN, facility=Fraction(0), full=0), Doubt.NOBODY),
        (replace(PLAIN, full=20), Doubt.EVERYBODY),
        (replace(PLAIN, given=14), Doubt.OMITTED),
        (
            replace(PLAIN, parts=(part("right", 6), part("wrong", 7), part("odd", 7))),
            Doubt.WRONG_BEATS_KEY,
        ),
        (
            replace(PLAIN, parts=(part("right", 12), part("wrong", 6, 3, 2), part("odd", 2))),
            Doubt.WRONG_DRAWS_UPPER,
        ),
        (replace(PLAIN, parts=(part("right", 12), part("wrong", 8))), Doubt.UNUSED),
    ],
)
def test_each_rule_finds_its_fact(figures: QuestionFigures, doubt: Doubt) -> None:
    assert doubts_of(figures, ROLES) == (doubt,)


@pytest.mark.parametrize(
    "figures",
    [
        replace(PLAIN, discrimination=0.0),
        replace(PLAIN, given=15),
        replace(PLAIN, parts=(part("right", 6), part("wrong", 6), part("odd", 6))),
    ],
)
def test_a_figure_at_the_limit_raises_no_doubt(figures: QuestionFigures) -> None:
    assert doubts_of(figures, ROLES) == ()


def test_few_answers_say_nothing() -> None:
    assert doubts_of(replace(PLAIN, asked=9, discrimination=-1.0), ROLES) == ()
    assert doubts_of(replace(PLAIN, given=9, asked=12, full=5, parts=()), ROLES) == ()


def test_a_question_without_points_or_choices_is_not_judged_by_them() -> None:
    assert doubts_of(replace(PLAIN, possible=Fraction(0), discrimination=-1.0), ROLES) == ()
    assert doubts_of(replace(PLAIN, parts=()), None) == ()
