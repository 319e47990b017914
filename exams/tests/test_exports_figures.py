"""The figures by name."""

from decimal import Decimal
from fractions import Fraction

from exams.domain.reliability import Reliability, Undefined, reliability_of
from exams.domain.statistics import figures_of
from exams.exports.figures import reliability_lines, score_lines
from exams.selectors.statistics import ExamStatistics


def statistics(reliability: Reliability) -> ExamStatistics:
    return ExamStatistics(4, 0, None, {}, reliability)


def test_scores_are_percent_with_two_places() -> None:
    lines = dict(score_lines(figures_of([Fraction(100, 3), Fraction(0)], passed=1, failed=1)))
    assert lines["Mean"] == Decimal("16.67")
    assert lines["Passed, percent"] == Decimal("50.00")
    assert score_lines(None) == []


def test_one_score_without_pass_mark_leaves_its_cells_empty() -> None:
    lines = dict(score_lines(figures_of([Fraction(5)])))
    assert lines["Standard deviation"] is None
    assert lines["Passed, percent"] is None


def test_alpha_has_four_places() -> None:
    found = reliability_of([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]], 4, 3)
    assert dict(reliability_lines(statistics(found)))["Cronbach's alpha"] == Decimal("0.7500")


def test_two_papers_have_no_standard_error_of_alpha() -> None:
    found = reliability_of([[1, 0], [1, 0]], 2, 2)
    assert dict(reliability_lines(statistics(found)))["Standard error of alpha"] is None


def test_an_alpha_that_is_not_defined_says_why() -> None:
    ((_name, text),) = reliability_lines(
        statistics(Reliability(4, 2, undefined=Undefined.NO_SPREAD))
    )
    assert text == "Not defined: all papers reached the same points"
