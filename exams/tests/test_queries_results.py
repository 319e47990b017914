"""The statement that stores what was graded, for many results at once."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from exams.domain.scoring import Outcome
from exams.domain.states import AttemptAction, ResultAction, SubmissionKind
from exams.models import Result
from exams.queries_results import store_outcomes
from exams.services.endings import Ending, end_attempt
from exams.tests.conftest import Taking
from exams.tests.test_domain_states import RESULT_MOVES
from kernel.tests.machines import disagreements, moves_of_row

THIRD = Outcome(
    points=Fraction(1, 3),
    possible=Fraction(1),
    score=Fraction(100, 3),
    passed=False,
    needs_person=False,
)


@pytest.fixture
def result(running: Taking) -> Result:
    end_attempt(running.attempt_id, Ending(AttemptAction.EXPIRE, SubmissionKind.AUTO))
    return Result.objects.get()


def test_an_outcome_is_stored_exactly_and_shown_rounded(result: Result) -> None:
    assert store_outcomes({result.pk: THIRD}) == 1
    result.refresh_from_db()
    assert Fraction(int(result.points_num), int(result.points_den)) == Fraction(1, 3)
    assert (result.score, result.passed, result.state) == (Decimal("33.33"), False, "graded")
    assert result.graded_at is not None
    assert result.version == 1


def test_a_survey_has_neither_score_nor_verdict(result: Result) -> None:
    store_outcomes({result.pk: replace(THIRD, score=None, passed=None, needs_person=True)})
    result.refresh_from_db()
    assert (result.score, result.passed, result.needs_person) == (None, None, True)


def test_points_beyond_any_integer_of_a_machine_are_kept(result: Result) -> None:
    huge = Fraction(10**29, 10**28 + 1)
    store_outcomes({result.pk: replace(THIRD, points=huge)})
    result.refresh_from_db()
    assert Fraction(int(result.points_num), int(result.points_den)) == huge


def test_a_result_is_graded_as_specified_and_not_otherwise(result: Result) -> None:
    rows = Result.objects.filter(pk=result.pk)

    def act(action: ResultAction) -> bool:
        del action
        return store_outcomes({result.pk: THIRD}) == 1

    assert disagreements(moves_of_row(rows, act), RESULT_MOVES, {ResultAction.GRADE}) == []


def test_nothing_is_stored_of_nothing_and_of_results_that_are_not_there(result: Result) -> None:
    assert store_outcomes({}) == 0
    assert store_outcomes({result.pk + 1000: THIRD}) == 0
