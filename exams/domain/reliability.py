"""How far the questions of an exam measure one thing: Cronbach's alpha and what follows (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from exams.domain.statistics import products_of, root, spread_of


class Undefined(StrEnum):
    """Why alpha is not defined."""

    FEW_CANDIDATES = "few_candidates"  # fewer than two
    FEW_QUESTIONS = "few_questions"  # fewer than two that are scored
    OTHER_QUESTIONS = "other_questions"  # not everybody was asked the same ones
    NO_SPREAD = "no_spread"  # all reached the same


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha of the scored questions; for right-or-wrong ones it equals KR-20.

    Attributes:
        alpha: Exact; at most 1, negative where questions contradict each other.
        undefined: Why there is none.
        standard_error: Of alpha, for parallel questions and normal totals; needs 3 candidates.
        measurement_error: Standard error of measurement, percentage points of the score.
    """

    candidates: int
    questions: int
    alpha: Fraction | None = None
    undefined: Undefined | None = None
    standard_error: float | None = None
    measurement_error: float | None = None


def reliability_of(
    columns: Sequence[Sequence[int]], candidates: int, possible: int | None
) -> Reliability:
    """Return alpha of the scored questions.

    Args:
        columns: Points for each question, in whole numbers over one denominator, by candidate.
        candidates: Attempts in all; a column that is shorter was not asked of everybody.
        possible: Points that everybody could reach, over the same denominator; None if these differ.

    Source: L. J. Cronbach, Psychometrika 16 (1951) 297-334; standard error by the variance of
        ln(1 - alpha) in D. G. Bonett, J. Educ. Behav. Stat. 27 (2002) 335-340.
    """
    why = _undefined(columns, candidates)
    if why is None and possible is None:
        why = Undefined.OTHER_QUESTIONS
    if why is not None or not possible:
        return Reliability(candidates, len(columns), undefined=why)
    totals = [sum(row) for row in zip(*columns, strict=True)]
    spread = spread_of(totals)
    if not spread:
        return Reliability(candidates, len(columns), undefined=Undefined.NO_SPREAD)
    alpha = _alpha(len(columns), sum(map(spread_of, columns)), spread)
    return Reliability(
        candidates,
        len(columns),
        alpha=alpha,
        standard_error=_standard_error(alpha, len(columns), candidates),
        measurement_error=_measurement_error(alpha, spread, candidates) * 100 / possible,
    )


def _undefined(columns: Sequence[Sequence[int]], candidates: int) -> Undefined | None:
    if candidates < 2:
        return Undefined.FEW_CANDIDATES
    if len(columns) < 2:
        return Undefined.FEW_QUESTIONS
    if any(len(column) != candidates for column in columns):
        return Undefined.OTHER_QUESTIONS
    return None


def _alpha(questions: int, parts: int, whole: int) -> Fraction:
    return Fraction(questions, questions - 1) * (1 - Fraction(parts, whole))


def _standard_error(alpha: Fraction, questions: int, candidates: int) -> float | None:
    if candidates < 3:
        return None
    variance = Fraction(2 * questions, (questions - 1) * (candidates - 2))
    return float(1 - alpha) * root(variance)


def _measurement_error(alpha: Fraction, spread: int, candidates: int) -> float:
    return root(spread * (1 - alpha) / (candidates * (candidates - 1)))


def alpha_without(columns: Mapping[int, Sequence[int]]) -> dict[int, Fraction]:
    """Return alpha of the other questions for each one, where at least two others vary together.

    Needs: `reliability_of` found alpha for the same columns.
    """
    if len(columns) < 3:
        return {}
    totals = [sum(row) for row in zip(*columns.values(), strict=True)]
    whole, spreads = spread_of(totals), {key: spread_of(one) for key, one in columns.items()}
    parts = sum(spreads.values())
    rest = {
        key: whole + spreads[key] - 2 * products_of(one, totals) for key, one in columns.items()
    }
    return {
        key: _alpha(len(columns) - 1, parts - spreads[key], rest[key])
        for key in columns
        if rest[key]
    }
