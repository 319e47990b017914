"""The lives of an exam version, a sitting, an attempt and a result, each against its specification.

Every expected table is written from the specification, not from the code: all it does not list is
illegal. That rows move so is tested where the UPDATE is: test_queries.py, test_services_review.py.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import pytest

from exams.domain.states import (
    ACS_STATUS,
    ATTEMPT,
    EXAM,
    LIVE,
    RESULT,
    SITTING,
    AttemptAction,
    AttemptState,
    ExamAction,
    ExamState,
    ResultAction,
    ResultState,
    SittingAction,
    SittingState,
)
from kernel.tests.machines import differences, unnoticed

# A second person, not the author, gives it back or approves it; what is approved never changes.
EXAM_MOVES: Final = {
    (ExamState.DRAFT, ExamAction.SEND_TO_REVIEW): ExamState.IN_REVIEW,
    (ExamState.IN_REVIEW, ExamAction.RETURN): ExamState.DRAFT,
    (ExamState.IN_REVIEW, ExamAction.APPROVE): ExamState.APPROVED,
}

# Always through the lobby; cancelled only before it runs; published only after grading.
SITTING_MOVES: Final = {
    (SittingState.SCHEDULED, SittingAction.OPEN_LOBBY): SittingState.LOBBY,
    (SittingState.LOBBY, SittingAction.START): SittingState.RUNNING,
    (SittingState.RUNNING, SittingAction.CLOSE): SittingState.CLOSED,
    (SittingState.CLOSED, SittingAction.FINISH_GRADING): SittingState.GRADED,
    (SittingState.GRADED, SittingAction.PUBLISH): SittingState.PUBLISHED,
    (SittingState.SCHEDULED, SittingAction.CANCEL): SittingState.CANCELLED,
    (SittingState.LOBBY, SittingAction.CANCEL): SittingState.CANCELLED,
}

# Absent is who never began, so nobody who began becomes absent and nobody absent is submitted.
# A pause ends as a run does: by the candidate, by the clock, or by staff.
ATTEMPT_MOVES: Final = {
    (AttemptState.READY, AttemptAction.START): AttemptState.RUNNING,
    (AttemptState.READY, AttemptAction.MARK_ABSENT): AttemptState.ABSENT,
    (AttemptState.READY, AttemptAction.TERMINATE): AttemptState.TERMINATED,
    (AttemptState.RUNNING, AttemptAction.PAUSE): AttemptState.PAUSED,
    (AttemptState.PAUSED, AttemptAction.RESUME): AttemptState.RUNNING,
    (AttemptState.RUNNING, AttemptAction.SUBMIT): AttemptState.SUBMITTED,
    (AttemptState.PAUSED, AttemptAction.SUBMIT): AttemptState.SUBMITTED,
    (AttemptState.RUNNING, AttemptAction.EXPIRE): AttemptState.EXPIRED,
    (AttemptState.PAUSED, AttemptAction.EXPIRE): AttemptState.EXPIRED,
    (AttemptState.RUNNING, AttemptAction.TERMINATE): AttemptState.TERMINATED,
    (AttemptState.PAUSED, AttemptAction.TERMINATE): AttemptState.TERMINATED,
}

# Graded again as often as a key or a mark is mended; what a student has seen stays as it is.
RESULT_MOVES: Final = {
    (ResultState.GRADING, ResultAction.GRADE): ResultState.GRADED,
    (ResultState.GRADED, ResultAction.GRADE): ResultState.GRADED,
    (ResultState.GRADED, ResultAction.RELEASE): ResultState.RELEASED,
}


def test_an_exam_version_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(EXAM, ExamState.DRAFT, EXAM_MOVES) == []
    assert unnoticed(EXAM, ExamState.DRAFT, EXAM_MOVES) == []


def test_a_sitting_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(SITTING, SittingState.SCHEDULED, SITTING_MOVES) == []
    assert unnoticed(SITTING, SittingState.SCHEDULED, SITTING_MOVES) == []


def test_an_attempt_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(ATTEMPT, AttemptState.READY, ATTEMPT_MOVES) == []
    assert unnoticed(ATTEMPT, AttemptState.READY, ATTEMPT_MOVES) == []


def test_a_result_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(RESULT, ResultState.GRADING, RESULT_MOVES) == []
    assert unnoticed(RESULT, ResultState.GRADING, RESULT_MOVES) == []


def test_an_attempt_that_ended_never_moves_again() -> None:
    assert ATTEMPT.ends == set(AttemptState) - LIVE


@pytest.mark.parametrize("moves", [SITTING_MOVES, ATTEMPT_MOVES])
def test_an_action_has_one_target_so_that_one_update_can_move_a_row(
    moves: Mapping[tuple[StrEnum, StrEnum], StrEnum],
) -> None:
    for action in {act for _, act in moves}:
        assert len({target for (_, act), target in moves.items() if act is action}) == 1


def test_each_state_has_its_status_for_the_proctoring_standard() -> None:
    assert set(ACS_STATUS) == set(AttemptState)
    assert set(ACS_STATUS.values()) <= {"none", "running", "paused", "terminated", "complete"}
