"""What a candidate's posts to the chat add up to."""

import pytest

from rehearsal.plan import ChatLog


@pytest.mark.parametrize(
    ("unlocked_at", "late"),
    [(0, 3), (5, 0), (7, 1), (9, 2), (20, 3)],
)
def test_a_taken_post_is_late_unless_it_stands_behind_the_end_of_the_lock(
    unlocked_at: int, late: int
) -> None:
    log = ChatLog(refused=4, taken=[6, 8, 10], unlocked_at=unlocked_at)
    assert (log.late, log.tried) == (late, 4 + late)
