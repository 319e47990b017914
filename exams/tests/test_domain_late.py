"""A held answer against its specification: decided by a person, who may change their mind."""

from typing import Final

from exams.domain.late import LATE, LateAction, LateState
from kernel.tests.machines import differences, unnoticed

# No end: the release of the result closes it, not the table.
LATE_MOVES: Final = {
    (LateState.OPEN, LateAction.ACCEPT): LateState.ACCEPTED,
    (LateState.REJECTED, LateAction.ACCEPT): LateState.ACCEPTED,
    (LateState.OPEN, LateAction.REJECT): LateState.REJECTED,
    (LateState.ACCEPTED, LateAction.REJECT): LateState.REJECTED,
}


def test_a_held_answer_is_as_specified_and_no_mutant_escapes() -> None:
    assert differences(LATE, LateState.OPEN, LATE_MOVES) == []
    assert unnoticed(LATE, LateState.OPEN, LATE_MOVES) == []
