"""The life of a background job as a table."""

from enum import StrEnum

from kernel.machine import Machine


class JobState(StrEnum):
    """Where one background job stands."""

    WAITING = "waiting"
    SENT = "sent"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class JobAction(StrEnum):
    """What may happen to it."""

    SEND = "send"
    BEGIN = "begin"
    FINISH = "finish"
    RETRY = "retry"
    PARK = "park"
    REVIVE = "revive"


_S, _A = JobState, JobAction

JOB: Machine[JobState, JobAction] = Machine(
    name="job",
    start=_S.WAITING,
    moves={
        (_S.WAITING, _A.SEND): _S.SENT,
        (_S.SENT, _A.SEND): _S.SENT,
        (_S.RUNNING, _A.SEND): _S.SENT,
        (_S.WAITING, _A.BEGIN): _S.RUNNING,
        (_S.SENT, _A.BEGIN): _S.RUNNING,
        (_S.RUNNING, _A.BEGIN): _S.RUNNING,
        (_S.RUNNING, _A.FINISH): _S.DONE,
        (_S.RUNNING, _A.RETRY): _S.WAITING,
        (_S.RUNNING, _A.PARK): _S.PARKED,
        (_S.PARKED, _A.REVIVE): _S.WAITING,
    },
    ends=frozenset({_S.DONE}),
)
