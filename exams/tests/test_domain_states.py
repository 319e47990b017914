"""The tables of states: exhaustively equal to what is written here, drawn into the docs."""

from typing import Any

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
    SittingAction,
    SittingState,
)
from kernel.machine import IllegalMove, Machine

A, S = AttemptAction, AttemptState

LEGAL = {
    (S.READY, A.START, S.RUNNING),
    (S.READY, A.MARK_ABSENT, S.ABSENT),
    (S.READY, A.TERMINATE, S.TERMINATED),
    (S.RUNNING, A.PAUSE, S.PAUSED),
    (S.PAUSED, A.RESUME, S.RUNNING),
    (S.RUNNING, A.SUBMIT, S.SUBMITTED),
    (S.PAUSED, A.SUBMIT, S.SUBMITTED),
    (S.RUNNING, A.EXPIRE, S.EXPIRED),
    (S.PAUSED, A.EXPIRE, S.EXPIRED),
    (S.RUNNING, A.TERMINATE, S.TERMINATED),
    (S.PAUSED, A.TERMINATE, S.TERMINATED),
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", A)
def test_an_attempt_moves_only_as_the_table_says(
    state: AttemptState, action: AttemptAction
) -> None:
    targets = [target for source, act, target in LEGAL if (source, act) == (state, action)]
    if targets:
        assert ATTEMPT.next_state(state, action) is targets[0]
    else:
        with pytest.raises(IllegalMove):
            ATTEMPT.next_state(state, action)


def test_an_attempt_that_ended_never_moves_again() -> None:
    assert ATTEMPT.ends == set(S) - LIVE


def test_a_sitting_cannot_be_cancelled_once_it_runs() -> None:
    assert SITTING.sources(SittingAction.CANCEL) == {SittingState.SCHEDULED, SittingState.LOBBY}


@pytest.mark.parametrize("machine", [EXAM, SITTING, ATTEMPT, RESULT])
def test_every_state_can_be_reached_and_every_action_has_one_target(
    machine: Machine[Any, Any],
) -> None:
    moves = machine.moves
    reached = {machine.start}
    for _ in moves:
        reached |= {target for (source, _), target in moves.items() if source in reached}
    assert reached == set(machine.start.__class__.__members__.values())
    for action in {act for _, act in moves}:
        assert len({target for (_, act), target in moves.items() if act is action}) == 1


def test_each_state_has_its_status_for_the_proctoring_standard() -> None:
    assert set(ACS_STATUS) == set(S)
    assert set(ACS_STATUS.values()) <= {"none", "running", "paused", "terminated", "complete"}
