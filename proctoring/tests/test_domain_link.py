from datetime import timedelta

from exams.domain.states import AttemptState
from proctoring.domain.link import CAMERA_GRACE, WORKING


def test_working_are_the_states_between_start_and_end() -> None:
    assert set(WORKING) == {AttemptState.RUNNING, AttemptState.PAUSED}


def test_a_camera_has_longer_than_a_reload_takes() -> None:
    assert timedelta(seconds=15) <= CAMERA_GRACE
