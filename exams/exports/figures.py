"""The figures of a sitting by name, for files: percent with two decimal places, alpha with four."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from exams.domain.statistics import ScoreFigures, rounded
from exams.selectors.statistics import ExamStatistics
from exams.texts_statistics import UNDEFINED

_FINE: Final = 4

Line = tuple[str, Decimal | int | str | None]


def score_lines(scores: ScoreFigures | None) -> list[Line]:
    """Return the figures of the scores, in percent."""
    if scores is None:
        return []
    rate = scores.pass_rate
    return [
        (_("Mean"), _percent(scores.mean)),
        (_("Median"), _percent(scores.median)),
        (_("Standard deviation"), _percent(scores.deviation)),
        (_("Lowest score"), _percent(scores.lowest)),
        (_("Lower quartile"), _percent(scores.lower_quartile)),
        (_("Upper quartile"), _percent(scores.upper_quartile)),
        (_("Highest score"), _percent(scores.highest)),
        (_("Passed"), scores.passed),
        (_("Not passed"), scores.failed),
        (_("Passed, percent"), None if rate is None else _percent(rate * 100)),
    ]


def reliability_lines(statistics: ExamStatistics) -> list[Line]:
    """Return how reliable the scores are, or why that is not defined."""
    found = statistics.reliability
    if found.alpha is None:
        reason = UNDEFINED[found.undefined] if found.undefined else ""
        return [(_("Cronbach's alpha"), f"{_('Not defined:')} {reason}")]
    error = found.standard_error
    return [
        (_("Cronbach's alpha"), rounded(found.alpha, _FINE)),
        (_("Standard error of alpha"), None if error is None else rounded(Fraction(error), _FINE)),
        (_("Standard error of a score"), _percent(found.measurement_error)),
    ]


def _percent(value: Fraction | float | None) -> Decimal | None:
    return None if value is None else rounded(Fraction(value), 2)
