"""The life of a job, pair by pair."""

import pytest

from kernel.jobstates import JOB, JobAction, JobState
from kernel.machine import IllegalMove

S, A = JobState, JobAction
WANTED = {
    (S.WAITING, A.SEND): S.SENT,
    (S.SENT, A.SEND): S.SENT,
    (S.RUNNING, A.SEND): S.SENT,
    (S.WAITING, A.BEGIN): S.RUNNING,
    (S.SENT, A.BEGIN): S.RUNNING,
    (S.RUNNING, A.BEGIN): S.RUNNING,
    (S.RUNNING, A.FINISH): S.DONE,
    (S.RUNNING, A.RETRY): S.WAITING,
    (S.RUNNING, A.PARK): S.PARKED,
    (S.PARKED, A.REVIVE): S.WAITING,
}


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("action", list(JobAction))
def test_a_job_moves_only_as_written_here(state: JobState, action: JobAction) -> None:
    if (state, action) in WANTED:
        assert JOB.next_state(state, action) is WANTED[state, action]
    else:
        with pytest.raises(IllegalMove):
            JOB.next_state(state, action)


def test_a_done_job_is_at_its_end() -> None:
    assert JOB.ends == {S.DONE}
    assert JOB.start is S.WAITING
