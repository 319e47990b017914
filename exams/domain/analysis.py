"""Analysis of the questions of an exam from who got what: classical test theory (pure, exact).

Candidates are compared by their share of what they could reach, because pools that draw do not ask
everybody the same. Everything is linear in the cells of the table but for sorting.
"""

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from exams.domain.point_table import NOTHING, OTHER, Column, PointTable
from exams.domain.reliability import Reliability, alpha_without, reliability_of
from exams.domain.statistics import correlation, products_of

GROUP_PERCENT: Final = 27  # Kelley (1939): the two groups that differ most surely
FEWEST_FOR_GROUPS: Final = 10


@dataclass(frozen=True, slots=True)
class PartCount:
    """How often a choice, a pair or a value was given, by everybody and by the two groups.

    Attributes:
        part: As named by `exams.domain.answer_parts`.
        points: Mean share of the question's points that it came with; None when not scored.
        score: Mean share of all points of those who gave it; None when nothing is scored.
    """

    part: str
    count: int
    upper: int
    lower: int
    points: Fraction | None
    score: Fraction | None


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """What the answers say about one question. Shares are 0 to 1.

    Attributes:
        asked: Attempts whose paper held the question.
        given: Of these, those that gave an answer, valid or not.
        full: Of these, those that reached all its points.
        facility: Mean share of its points; None when it is not scored.
        discrimination: Correlation of its points with the share reached in all other questions.
        upper_lower: Mean share of the upper group minus that of the lower one.
        efficiency: Covariance with the rest as a share of the greatest that these marks allow.
        alpha_without: Cronbach's alpha of the other questions.
        upper: Size of the upper group, 0 without groups; `lower` likewise.
    """

    question: int
    asked: int
    given: int
    full: int
    possible: Fraction
    facility: Fraction | None = None
    discrimination: float | None = None
    upper_lower: Fraction | None = None
    efficiency: float | None = None
    alpha_without: Fraction | None = None
    upper: int = 0
    lower: int = 0
    other: int = 0
    parts: tuple[PartCount, ...] = ()

    @property
    def omitted(self) -> int:
        """How many gave nothing."""
        return self.asked - self.given

    @property
    def is_scored(self) -> bool:
        """Whether the question adds to the total."""
        return self.possible > 0


@dataclass(frozen=True, slots=True)
class Analysis:
    """All questions by id, and how far they measure one thing."""

    questions: Mapping[int, QuestionFigures]
    reliability: Reliability


def analyse(table: PointTable) -> Analysis:
    """Return the figures of every question that was asked."""
    totals = _Totals(table)
    seen = {question: _seen(column, totals) for question, column in table.columns.items()}
    scored = {question: one.points for question, one in seen.items() if one.possible}
    reliability = reliability_of(list(scored.values()), table.height, totals.same_for_all)
    without = alpha_without(scored) if reliability.alpha is not None else {}
    return Analysis(
        questions={
            question: replace(_figures(question, one, totals), alpha_without=without.get(question))
            for question, one in seen.items()
        },
        reliability=reliability,
    )


class _Totals:
    """Points of every attempt in whole numbers over one denominator, `scale`.

    `shares` are what each reached of all it could, over the denominator `common`.
    """

    def __init__(self, table: PointTable) -> None:
        dens = {one.points.denominator for one in table.worths}
        self.scale = math.lcm(*dens, *(one.possible.denominator for one in table.worths))
        self.worths = [
            (int(one.points * self.scale), int(one.possible * self.scale)) for one in table.worths
        ]
        self.points, self.possible = [0] * table.height, [0] * table.height
        for column in table.columns.values():
            self._add(column)
        self.common = math.lcm(*(one for one in set(self.possible) if one))
        self.shares = [
            points * (self.common // possible) if possible else 0
            for points, possible in zip(self.points, self.possible, strict=True)
        ]

    def _add(self, column: Column) -> None:
        for row, worth in zip(column.rows, column.worths, strict=True):
            points, possible = self.worths[worth]
            if possible:
                self.points[row] += points
                self.possible[row] += possible

    @property
    def same_for_all(self) -> int | None:
        """What every attempt could reach; None if not all could reach the same."""
        found = set(self.possible)
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class _Groups:
    """Shares from which on one belongs to the upper group, and up to which to the lower."""

    high: int
    low: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """One question as it was asked: `points` and `shares` by candidate, in whole numbers.

    `points` are of `possible`; `worths` are as given, of `carries` at most.
    """

    column: Column
    carries: int
    possible: int
    points: list[int]
    worths: list[tuple[int, int]]
    shares: list[int]
    groups: _Groups | None

    @property
    def upper(self) -> list[int]:
        """Points of the upper group."""
        if self.groups is None:
            return []
        high, pairs = self.groups.high, zip(self.points, self.shares, strict=True)
        return [points for points, share in pairs if share >= high]

    @property
    def lower(self) -> list[int]:
        """Points of the lower group."""
        if self.groups is None:
            return []
        low, pairs = self.groups.low, zip(self.points, self.shares, strict=True)
        return [points for points, share in pairs if share <= low]


def _seen(column: Column, totals: _Totals) -> _Seen:
    """Return a question with its points on one scale.

    A correction in one of several sittings may have given it other points there: all are brought
    to one whole. Where it was taken out it counts as not asked.
    """
    column = _counting(column, totals)
    worths = [totals.worths[code] for code in column.worths]
    carried = {possible for _, possible in worths}
    whole = math.lcm(*carried)
    shares = [totals.shares[row] for row in column.rows]
    return _Seen(
        column=column,
        carries=max(carried),
        possible=whole,
        points=[points * (whole // possible) if possible else 0 for points, possible in worths],
        worths=worths,
        shares=shares,
        groups=_groups(shares),
    )


def _counting(column: Column, totals: _Totals) -> Column:
    """Return the part of a column in which the question counts; the whole one if it never does."""
    cells = zip(column.rows, column.worths, column.answers, strict=True)
    kept = [cell for cell in cells if totals.worths[cell[1]][1]]
    if len(kept) in (0, len(column.rows)):
        return column
    rows, worths, answers = (array("l", cells) for cells in zip(*kept, strict=True))
    return Column(rows, worths, answers, column.known, column.parts)


def _groups(shares: Sequence[int]) -> _Groups | None:
    """Return where the two groups end; None for few candidates or if the groups would touch.

    Each holds 27 percent, and besides all who reached the same as its last: nobody is left out by
    the order of the rows.

    Source: T. L. Kelley, The selection of upper and lower groups, J. Educ. Psych. 30 (1939) 17-24.
    """
    count = len(shares)
    if count < FEWEST_FOR_GROUPS:
        return None
    size = (GROUP_PERCENT * count + 50) // 100
    ordered = sorted(shares)
    groups = _Groups(high=ordered[-size], low=ordered[size - 1])
    return groups if groups.high > groups.low else None


def _figures(question: int, seen: _Seen, totals: _Totals) -> QuestionFigures:
    counts = Counter(seen.column.answers)
    upper, lower, asked = seen.upper, seen.lower, len(seen.points)
    figures = QuestionFigures(
        question=question,
        asked=asked,
        given=asked - counts[NOTHING],
        full=seen.points.count(seen.possible) if seen.possible else 0,
        possible=Fraction(seen.carries, totals.scale),
        upper=len(upper),
        lower=len(lower),
        other=counts[OTHER],
        parts=_parts(seen, totals),
    )
    if not seen.possible:
        return figures
    rest = _rest_of(seen, totals)
    return replace(
        figures,
        facility=_mean_share(seen.points, seen.possible),
        discrimination=correlation(seen.points, rest) if rest else None,
        efficiency=_efficiency(seen.points, rest) if rest else None,
        upper_lower=_mean_share(upper, seen.possible) - _mean_share(lower, seen.possible)
        if seen.groups
        else None,
    )


def _mean_share(points: Sequence[int], possible: int) -> Fraction:
    return Fraction(sum(points), len(points) * possible)


def _rest_of(seen: _Seen, totals: _Totals) -> list[int] | None:
    """Return the share reached in all other questions; None if somebody had no other."""
    rows = seen.column.rows
    pairs = list(zip(rows, seen.worths, strict=True))
    others = [totals.possible[row] - possible for row, (_, possible) in pairs]
    if not all(others):
        return None
    common = math.lcm(*set(others))
    return [
        (totals.points[row] - points) * (common // other)
        for (row, (points, _)), other in zip(pairs, others, strict=True)
    ]


def _efficiency(points: list[int], rest: list[int]) -> float | None:
    """Return the covariance as a share of what it were if both were in the same order.

    Source: Moodle documentation, statistics calculations, "Discriminative efficiency".
    """
    greatest = products_of(sorted(points), sorted(rest))
    return products_of(points, rest) / greatest if greatest else None


def _parts(seen: _Seen, totals: _Totals) -> tuple[PartCount, ...]:
    """Count what was given by its parts, in the order in which they first came."""
    tallies: dict[str, _Tally] = {}
    column = seen.column
    cells = Counter(zip(column.answers, column.worths, seen.shares, strict=True))
    for (answer, worth, share), count in cells.items():
        for part in column.parts[answer]:
            tally = tallies.setdefault(part, _Tally())
            tally.add(count, totals.worths[worth], share, seen.groups)
    return tuple(tally.count_of(part, totals.common) for part, tally in tallies.items())


@dataclass(slots=True)
class _Tally:
    """Sums of one part while it is being counted."""

    count: int = 0
    upper: int = 0
    lower: int = 0
    points: int = 0
    possible: int = 0
    shares: int = 0

    def add(self, count: int, worth: tuple[int, int], share: int, groups: _Groups | None) -> None:
        """Add `count` equal answers."""
        self.count += count
        self.points += worth[0] * count
        self.possible += worth[1] * count
        self.shares += share * count
        if groups and share >= groups.high:
            self.upper += count
        if groups and share <= groups.low:
            self.lower += count

    def count_of(self, part: str, common: int) -> PartCount:
        """Return the sums as figures; `common` is the denominator of the shares."""
        return PartCount(
            part=part,
            count=self.count,
            upper=self.upper,
            lower=self.lower,
            points=Fraction(self.points, self.possible) if self.possible else None,
            score=Fraction(self.shares, self.count * common) if self.possible else None,
        )
