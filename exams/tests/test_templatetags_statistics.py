"""How the figures are written."""

from fractions import Fraction

import pytest
from django.utils import translation

from exams.domain.answer import QuestionKind
from exams.domain.answer_parts import NamedPart
from exams.domain.doubts import Doubt
from exams.domain.reliability import Undefined
from exams.selectors.question_statistics import PartLine
from exams.templatetags.statistics import (
    coefficient,
    doubt_chip,
    doubt_rule,
    outcome_chip,
    outcome_mark,
    outcome_word,
    part_text,
    percentage,
    points_of,
    share,
    share_of,
    undefined_text,
)


def test_shares_and_percents_are_rounded_half_up() -> None:
    assert share(Fraction(1, 3)) == "33.3%"
    assert share(Fraction(1, 2)) == "50%"
    assert percentage(Fraction(200, 3)) == "66.7%"
    assert percentage(12.25) == "12.3%"
    assert share_of(1, 4) == "25%"
    assert points_of(Fraction(3, 2)) == "1.5"


def test_what_is_not_defined_is_a_dash() -> None:
    assert {share(None), percentage(None), coefficient(None), share_of(0, 0)} == {"—"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.50"), (Fraction(3, 4), "0.75"), (-0.126, "\u200e\u22120.13"), (-0.001, "0.00")],
)
def test_a_coefficient_has_two_places_and_a_true_minus(value: float, text: str) -> None:
    assert coefficient(value) == text


def test_persian_pages_have_persian_figures() -> None:
    with translation.override("fa"):
        assert coefficient(-0.5) == "\u200e\u2212۰٫۵۰"
        assert share(Fraction(1, 3)) == "۳۳٫۳٪"


def part(text: str) -> PartLine:
    return PartLine(NamedPart(text, "", text, is_key=None))


def test_values_have_the_signs_of_the_page() -> None:
    with translation.override("fa"):
        assert part_text(part("1.5"), QuestionKind.DECIMAL) == "۱٫۵"
    assert part_text(part("true"), QuestionKind.BOOL) == "True"
    assert part_text(part("paris 1.5"), QuestionKind.CHAR) == "paris 1.5"


def test_doubts_and_reasons_have_words() -> None:
    assert "Negative discrimination" in doubt_chip(Doubt.NEGATIVE)
    assert doubt_rule(Doubt.UNUSED).startswith("Nobody")
    assert undefined_text(Undefined.NO_SPREAD) == "all papers reached the same points"


def test_outcomes_have_a_word_and_a_sign() -> None:
    assert "Partly right" in outcome_chip("partly")
    assert (outcome_word("none"), outcome_mark("none")) == ("Wrong", "✕")
