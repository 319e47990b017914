from decimal import Decimal

from hypothesis import given, strategies as st

from exams.domain.states import AttemptState, ResultState
from exams.selectors.results import ResultRow
from exams.views.figures import figures_of


def row(score: str | None, *, passed: bool | None = None, counts: bool | None = None) -> ResultRow:
    return ResultRow(
        attempt_id=1,
        student_id=1,
        name="Ana",
        seat="",
        attempt_state=AttemptState.SUBMITTED,
        ended_early=False,
        result_state=ResultState.GRADED,
        points=None,
        possible=None,
        score=None if score is None else Decimal(score),
        passed=passed,
        needs_person=False,
        answered=0,
        total=0,
        late_answers=0,
        open_late=0,
        released_at=None,
        number=1,
        counts=counts,
    )


def test_nothing_scored_has_no_figures() -> None:
    assert figures_of([]) is None
    assert figures_of([row(None), row(None)]) is None


def test_mean_and_median_are_rounded_half_up_and_leave_out_what_has_no_score() -> None:
    figures = figures_of(
        [row("33.33", passed=False), row("66.67", passed=True), row("70"), row(None)]
    )
    assert figures is not None
    assert (figures.scored, figures.passed, figures.failed) == (3, 1, 1)
    assert (figures.mean, figures.median) == (Decimal("56.67"), Decimal("66.67"))


def test_of_several_attempts_only_the_one_that_counts_is_in_the_figures() -> None:
    figures = figures_of(
        [row("20", counts=False), row("80", passed=True, counts=True), row("60", passed=True)]
    )
    assert figures is not None
    assert (figures.scored, figures.passed, figures.mean) == (2, 2, Decimal("70.00"))
    assert figures_of([row("20", counts=False)]) is None


def test_the_bars_meet_without_gap_and_the_ends_belong_to_the_outer_ones() -> None:
    figures = figures_of([row("0"), row("9.99"), row("10"), row("90"), row("100")])
    assert figures is not None
    counts = {(bar.low, bar.high): bar.count for bar in figures.bars}
    assert counts[0, 10] == 2
    assert counts[10, 20] == 1
    assert counts[90, 100] == 2
    assert figures.tallest == 2


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=40))
def test_every_score_stands_in_exactly_one_bar(scores: list[Decimal]) -> None:
    figures = figures_of([row(str(score)) for score in scores])
    assert figures is not None
    assert sum(bar.count for bar in figures.bars) == len(scores)
    assert len(figures.bars) == 10
