"""Where the shapes of a chart lie, for templates that draw them as SVG; the words stay in tables.

Units are those of the drawing (420 wide). From right to left everything is mirrored, the axis too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language_bidi

from exams.domain.statistics import Bin, ScoreFigures
from exams.selectors.question_statistics import PartLine, QuestionLine

WIDTH: Final = 420
SIDE: Final = 14  # left and right of the axis
_TICKS: Final = (0, 25, 50, 75, 100)
_HISTOGRAM: Final = 150  # height of the tallest bar
_TOP: Final = 18
_FOOT: Final = 22
_ROW: Final = 52
_BAR: Final = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where, and the value to write there."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with the figure it stands for and, at `x` + half its width, its place."""

    x: float
    y: float
    width: float
    height: float
    value: int = 0

    @property
    def middle(self) -> float:
        """Middle of its width."""
        return round(self.x + self.width / 2, 1)

    @property
    def above(self) -> float:
        """Base line of a word above it."""
        return round(self.y - 5, 1)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Size of a chart and its axis."""

    width: int
    height: int
    base: int
    ticks: tuple[Tick, ...]

    @property
    def foot(self) -> int:
        """Base line of the words under the axis."""
        return self.base + 16


def _along(percent: float) -> float:
    """Return the place of 0 to 100 percent on the axis, in the direction of the page."""
    share = percent / 100
    if get_language_bidi():
        share = 1 - share
    return round(SIDE + share * (WIDTH - 2 * SIDE), 1)


def _percent_axis(height: int) -> Drawing:
    base = height - _FOOT
    return Drawing(WIDTH, height, base, tuple(Tick(_along(one), one) for one in _TICKS))


def _span(low: float, high: float) -> tuple[float, float]:
    """Return left end and width of what reaches from one percentage to another."""
    ends = sorted((_along(low), _along(high)))
    return ends[0], round(ends[1] - ends[0], 1)


@dataclass(frozen=True, slots=True)
class Histogram:
    """A bar for each bin, as high as it is full."""

    drawing: Drawing
    bars: tuple[Bar, ...]


def histogram(bins: Sequence[Bin]) -> Histogram:
    """Lay out how many candidates reached how much."""
    tallest = max((one.count for one in bins), default=0) or 1
    drawing = _percent_axis(_TOP + _HISTOGRAM + _FOOT)
    bars = []
    for one in bins:
        left, width = _span(one.low, one.high)
        height = round(_HISTOGRAM * one.count / tallest, 1)
        bars.append(Bar(left + 2, drawing.base - height, width - 4, height, one.count))
    return Histogram(drawing, tuple(bars))


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One box plot: whiskers from the lowest to the highest, box between the quartiles."""

    label: str
    text_at: int
    middle: float
    low: float
    high: float
    box: Bar
    median: float
    mean: float

    @property
    def bottom(self) -> float:
        """Lower edge of the box."""
        return self.box.y + self.box.height


@dataclass(frozen=True, slots=True)
class BoxPlot:
    """Box plots under each other on one axis; `start` is where their names begin."""

    drawing: Drawing
    start: float
    rows: tuple[BoxRow, ...]


def box_plot(groups: Sequence[tuple[str, ScoreFigures]]) -> BoxPlot:
    """Lay out the scores of groups: their name and figures."""
    drawing = _percent_axis(_ROW * len(groups) + _FOOT)
    rows = [_box_row(place, label, figures) for place, (label, figures) in enumerate(groups)]
    return BoxPlot(drawing, _along(0), tuple(rows))


def _box_row(place: int, label: str, figures: ScoreFigures) -> BoxRow:
    top = place * _ROW + 20
    left, width = _span(float(figures.lower_quartile), float(figures.upper_quartile))
    return BoxRow(
        label=label,
        text_at=top - 6,
        middle=top + 11,
        low=_along(float(figures.lowest)),
        high=_along(float(figures.highest)),
        box=Bar(left, top, width, 22),
        median=_along(float(figures.median)),
        mean=_along(float(figures.mean)),
    )


@dataclass(frozen=True, slots=True)
class Dot:
    """A question: across its facility, up its discrimination."""

    x: float
    y: float
    number: int
    is_doubtful: bool

    @property
    def text_y(self) -> float:
        """Base line of the number in the dot."""
        return round(self.y + 3.5, 1)


@dataclass(frozen=True, slots=True)
class Scatter:
    """All questions by facility and discrimination; `levels` are the marks of the upright axis."""

    drawing: Drawing
    levels: tuple[Tick, ...]
    zero: float
    dots: tuple[Dot, ...]


_SCATTER: Final = 200


def scatter(lines: Sequence[QuestionLine]) -> Scatter | None:
    """Lay out the questions that have both figures; None if none has."""
    dots = [
        Dot(
            x=_along(100 * max(0.0, float(line.figures.facility))),
            y=_level(line.figures.discrimination),
            number=line.number,
            is_doubtful=bool(line.doubts),
        )
        for line in lines
        if line.figures.facility is not None and line.figures.discrimination is not None
    ]
    if not dots:
        return None
    drawing = _percent_axis(_TOP + _SCATTER + _FOOT)
    levels = tuple(Tick(_level(one), one) for one in (1.0, 0.5, 0.0, -0.5))
    return Scatter(drawing, levels, _level(0), tuple(dots))


def _level(discrimination: float) -> float:
    """Return the height of a discrimination; below -0.5 it stays at the foot."""
    return round(_TOP + _SCATTER * (1 - max(-0.5, discrimination)) / 1.5, 1)


@dataclass(frozen=True, slots=True)
class PartBars:
    """How much of the upper and of the lower group gave one part, or of all without groups."""

    place: int
    part: PartLine
    text_at: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class PartChart:
    """Bars of all parts on one axis."""

    drawing: Drawing
    start: float
    rows: tuple[PartBars, ...]
    has_groups: bool


def part_chart(line: QuestionLine, parts: Sequence[PartLine]) -> PartChart:
    """Lay out what was given to one question, numbered as in the table beside it."""
    figures = line.figures
    has_groups = bool(figures.upper and figures.lower)
    step = 2 * _BAR + 22 if has_groups else _BAR + 22
    drawing = _percent_axis(step * len(parts) + _FOOT + 4)
    rows = []
    for place, part in enumerate(parts):
        shares = (
            [(part.upper, figures.upper), (part.lower, figures.lower)]
            if has_groups
            else [(part.count, figures.asked)]
        )
        top = place * step + 18
        bars = [
            _share_bar(top + at * (_BAR + 1), count, of) for at, (count, of) in enumerate(shares)
        ]
        rows.append(PartBars(place + 1, part, top - 5, tuple(bars)))
    return PartChart(drawing, _along(0), tuple(rows), has_groups)


def _share_bar(top: int, count: int, of: int) -> Bar:
    left, width = _span(0, 100 * count / of if of else 0)
    return Bar(left, top, width, _BAR, count)
