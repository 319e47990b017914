"""Figures of a sitting's results: mean, median, share that passed, and a histogram (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median
from typing import Final

from exams.selectors.results import ResultRow

BIN: Final = 10
_PLACES: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bar:
    """How many scores lie from `low` percent up to `high`; the last one holds 100 as well."""

    low: int
    high: int
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the results that have a score."""

    scored: int
    mean: Decimal
    median: Decimal
    passed: int
    failed: int
    bars: tuple[Bar, ...]

    @property
    def tallest(self) -> int:
        """Return the count of the tallest bar, at least 1."""
        return max(1, *(bar.count for bar in self.bars))


def figures_of(rows: Sequence[ResultRow]) -> Figures | None:
    """Return the figures of the attempts that count, or None while nothing has a score."""
    rows = [row for row in rows if row.counts is not False]
    scores = [row.score for row in rows if row.score is not None]
    if not scores:
        return None
    return Figures(
        scored=len(scores),
        mean=_shown(Decimal(mean(scores))),
        median=_shown(Decimal(median(scores))),
        passed=sum(row.passed is True for row in rows),
        failed=sum(row.passed is False for row in rows),
        bars=tuple(_bar(low, scores) for low in range(0, 100, BIN)),
    )


def _bar(low: int, scores: Sequence[Decimal]) -> Bar:
    high = low + BIN
    inside = sum(low <= score < high or (high == 100 and score >= 100) for score in scores)
    return Bar(low, high, inside)


def _shown(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, ROUND_HALF_UP)
