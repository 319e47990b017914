"""A held answer: decided by a person, who may change their mind."""

import pytest

from exams.domain.late import LATE, LateAction as A, LateState as S
from kernel.machine import IllegalMove

LEGAL = {
    (S.OPEN, A.ACCEPT): S.ACCEPTED,
    (S.REJECTED, A.ACCEPT): S.ACCEPTED,
    (S.OPEN, A.REJECT): S.REJECTED,
    (S.ACCEPTED, A.REJECT): S.REJECTED,
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", A)
def test_a_held_answer_moves_only_as_the_table_says(state: S, action: A) -> None:
    if (state, action) in LEGAL:
        assert LATE.next_state(state, action) is LEGAL[state, action]
    else:
        with pytest.raises(IllegalMove):
            LATE.next_state(state, action)


def test_nothing_is_decided_at_the_start() -> None:
    assert LATE.start is S.OPEN
