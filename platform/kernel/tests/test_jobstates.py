"""The life of a job, pair by pair."""

from kernel.jobstates import JOB, JobAction, JobState
from kernel.tests.machines import differences, unnoticed

S, A = JobState, JobAction

# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (S.WAITING, A.SEND): S.SENT,
    (S.SENT, A.SEND): S.SENT,  # again: the queue may have lost it
    (S.RUNNING, A.SEND): S.SENT,  # again: its worker went silent
    (S.WAITING, A.BEGIN): S.RUNNING,  # sent, and not yet marked as sent
    (S.SENT, A.BEGIN): S.RUNNING,
    (S.RUNNING, A.BEGIN): S.RUNNING,
    (S.RUNNING, A.FINISH): S.DONE,
    (S.RUNNING, A.RETRY): S.WAITING,
    (S.RUNNING, A.PARK): S.PARKED,
    (S.PARKED, A.REVIVE): S.WAITING,  # by a person
}


def test_the_table_is_the_specification() -> None:
    assert differences(JOB, S.WAITING, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(JOB, S.WAITING, EXPECTED) == []


def test_a_done_job_is_at_its_end() -> None:
    assert JOB.ends == {S.DONE}
