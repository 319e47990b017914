"""Where the shapes of charts lie."""

from fractions import Fraction

import pytest
from django.utils import translation

from exams.domain.analysis import QuestionFigures
from exams.domain.answer import QuestionKind
from exams.domain.answer_parts import NamedPart
from exams.domain.content import QuestionContent
from exams.domain.doubts import Doubt
from exams.domain.statistics import Bin, figures_of
from exams.selectors.question_statistics import PartLine, QuestionLine
from exams.views import charts
from exams.views.charts import SIDE, WIDTH

CONTENT = QuestionContent(id=1, name="q", kind=QuestionKind.CHOICE, prompt="?", prompt_html="?")


def line(
    *, facility: Fraction | None = None, discrimination: float | None = None, upper: int = 0
) -> QuestionLine:
    figures = QuestionFigures(
        question=1,
        asked=20,
        given=20,
        full=0,
        possible=Fraction(1),
        facility=facility,
        discrimination=discrimination,
        upper=upper,
        lower=upper,
    )
    doubts = (Doubt.NEGATIVE,) if (discrimination or 0) < 0 else ()
    return QuestionLine(1, "Section", CONTENT, figures, doubts)


@pytest.mark.parametrize(("language", "first"), [("en", SIDE), ("fa", WIDTH - SIDE)])
def test_the_axis_begins_where_the_language_does(language: str, first: int) -> None:
    with translation.override(language):
        drawing = charts.histogram([Bin(0, 10, 1)]).drawing
    assert (drawing.ticks[0].value, drawing.ticks[0].at) == (0, first)


def test_bars_are_as_high_as_they_are_full() -> None:
    bars = charts.histogram([Bin(0, 10, 4), Bin(10, 20, 2), Bin(20, 30, 0)]).bars
    assert bars[0].height == 2 * bars[1].height
    assert bars[2].height == 0
    assert all(bar.y + bar.height == bars[0].y + bars[0].height for bar in bars)


def test_no_candidate_at_all_is_no_division_by_nothing() -> None:
    assert charts.histogram([Bin(0, 10, 0)]).bars[0].height == 0


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_box_lies_between_its_quartiles(language: str) -> None:
    figures = figures_of([Fraction(one) for one in (0, 25, 50, 75, 100)])
    assert figures is not None
    with translation.override(language):
        (row,) = charts.box_plot([("10A", figures)]).rows
    ends = sorted((row.low, row.high))
    assert ends == [SIDE, WIDTH - SIDE]
    assert row.box.x == pytest.approx(SIDE + (WIDTH - 2 * SIDE) / 4)
    assert row.median == row.mean == WIDTH / 2


def test_a_question_without_figures_is_no_dot() -> None:
    assert charts.scatter([line()]) is None
    drawn = charts.scatter([line(), line(facility=Fraction(1, 2), discrimination=0.0)])
    assert drawn is not None
    (dot,) = drawn.dots
    assert (dot.x, dot.y) == (WIDTH / 2, drawn.zero)


def test_a_very_bad_question_stays_in_the_drawing() -> None:
    drawn = charts.scatter([line(facility=Fraction(-1, 4), discrimination=-1.0)])
    assert drawn is not None
    (dot,) = drawn.dots
    assert dot.is_doubtful
    assert dot.y == drawn.drawing.base
    assert dot.x in (SIDE, WIDTH - SIDE)


def test_both_groups_have_a_bar_and_without_groups_all_have_one() -> None:
    part = PartLine(NamedPart("1", "a", "a", is_key=True), count=10, upper=4, lower=1)
    with_groups = charts.part_chart(line(upper=4), [part])
    assert [bar.width for bar in with_groups.rows[0].bars] == [
        pytest.approx(WIDTH - 2 * SIDE),
        pytest.approx((WIDTH - 2 * SIDE) / 4, abs=0.1),
    ]
    alone = charts.part_chart(line(), [part, part])
    assert [row.place for row in alone.rows] == [1, 2]
    assert [bar.width for bar in alone.rows[0].bars] == [(WIDTH - 2 * SIDE) / 2]
    assert not alone.has_groups
