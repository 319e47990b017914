"""A held answer against its specification: decided by a person, who may change their mind."""

from datetime import UTC, datetime, timedelta
from typing import Final

from exams.domain.late import LATE, LateAction, LateState, lateness
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


def test_lateness_is_counted_from_the_own_end_and_never_below_zero() -> None:
    end = datetime(2026, 1, 1, tzinfo=UTC)
    assert lateness(end + timedelta(seconds=90), end) == timedelta(seconds=90)
    assert lateness(end - timedelta(seconds=90), end) == timedelta()
    assert lateness(end, None) == timedelta()
