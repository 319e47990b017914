"""Figures of a set of scores: mean, median, quartiles, spread, histogram, correlation (pure, exact).

Everything is added up in whole numbers over one common denominator, so nothing depends on the order
in which candidates come; only a square root at the very end is a float.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import mul
from typing import Final

BIN: Final = 10  # percent
_FULL: Final = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """How many scores lie from `low` percent up to `high`; the last one holds 100 as well."""

    low: int
    high: int
    count: int


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """Figures of the scores of a group; scores and all that is on their scale are percent, exact.

    Attributes:
        deviation: Sample standard deviation (n - 1), percentage points; None for one score.
        passed: Of those with a pass mark; `passed + failed` may be less than `count`.
    """

    count: int
    mean: Fraction
    median: Fraction
    lower_quartile: Fraction
    upper_quartile: Fraction
    lowest: Fraction
    highest: Fraction
    deviation: float | None
    passed: int
    failed: int
    bins: tuple[Bin, ...]

    @property
    def pass_rate(self) -> Fraction | None:
        """Share of those that could pass, 0 to 1."""
        judged = self.passed + self.failed
        return Fraction(self.passed, judged) if judged else None


def figures_of(
    scores: Sequence[Fraction], *, passed: int = 0, failed: int = 0
) -> ScoreFigures | None:
    """Return the figures of scores from 0 to 100 percent; None for no score at all."""
    if not scores:
        return None
    whole, scale = over_one_denominator(scores)
    whole.sort()
    return ScoreFigures(
        count=len(whole),
        mean=Fraction(sum(whole), len(whole) * scale),
        median=quantile(whole, Fraction(1, 2)) / scale,
        lower_quartile=quantile(whole, Fraction(1, 4)) / scale,
        upper_quartile=quantile(whole, Fraction(3, 4)) / scale,
        lowest=Fraction(whole[0], scale),
        highest=Fraction(whole[-1], scale),
        deviation=_deviation(whole, scale),
        passed=passed,
        failed=failed,
        bins=_bins(whole, scale),
    )


def over_one_denominator(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """Return the values as whole multiples of one over the second figure."""
    scale = math.lcm(*{value.denominator for value in values})
    return [value.numerator * (scale // value.denominator) for value in values], scale


def quantile(ordered: Sequence[int], share: Fraction) -> Fraction:
    """Return the value below which `share` of the ordered values lie, between two if need be.

    Source: Hyndman and Fan (1996), definition 7; the inclusive method of Python's `statistics`.
    """
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _deviation(whole: Sequence[int], scale: int) -> float | None:
    if len(whole) < 2:
        return None
    return root(Fraction(spread_of(whole), len(whole) * (len(whole) - 1) * scale * scale))


def _bins(whole: Sequence[int], scale: int) -> tuple[Bin, ...]:
    counts = [0] * (_FULL // BIN)
    for value in whole:
        counts[max(0, min(value // (BIN * scale), len(counts) - 1))] += 1
    return tuple(Bin(at * BIN, (at + 1) * BIN, count) for at, count in enumerate(counts))


def spread_of(values: Sequence[int]) -> int:
    """Return n² times the variance of the values: n·Σx² - (Σx)²."""
    return products_of(values, values)


def products_of(xs: Sequence[int], ys: Sequence[int]) -> int:
    """Return n² times the covariance of two rows of values: n·Σxy - Σx·Σy."""
    shared: int = sum(map(mul, xs, ys))
    return len(xs) * shared - sum(xs) * sum(ys)


def correlation(xs: Sequence[int], ys: Sequence[int]) -> float | None:
    """Return Pearson's correlation; None where one of the two does not vary."""
    spreads = spread_of(xs) * spread_of(ys)
    if not spreads:
        return None
    shared = products_of(xs, ys)
    size = root(Fraction(shared * shared, spreads))
    return size if shared >= 0 else -size


def root(square: Fraction) -> float:
    """Return the square root; whole numbers of any length are divided before they are rounded."""
    return math.sqrt(square.numerator / square.denominator)


def rounded(value: Fraction, places: int) -> Decimal:
    """Return the value as people see it: half up, from the exact fraction."""
    unit = 10**places
    return Decimal(f"{math.floor(value * unit + Fraction(1, 2))}e-{places}")
