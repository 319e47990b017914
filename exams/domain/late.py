"""The life of an answer that was held because it came too late (pure)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from kernel.machine import Machine


class LateState(StrEnum):
    """Where one held answer stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class LateAction(StrEnum):
    """What a grader may do with it, until the result is released."""

    ACCEPT = "accept"
    REJECT = "reject"


LATE: Final[Machine[LateState, LateAction]] = Machine(
    name="late answer",
    start=LateState.OPEN,
    moves={
        (LateState.OPEN, LateAction.ACCEPT): LateState.ACCEPTED,
        (LateState.REJECTED, LateAction.ACCEPT): LateState.ACCEPTED,
        (LateState.OPEN, LateAction.REJECT): LateState.REJECTED,
        (LateState.ACCEPTED, LateAction.REJECT): LateState.REJECTED,
    },
    ends=frozenset(),
)


def lateness(arrived_at: datetime, ended_at: datetime | None) -> timedelta:
    """Return how long after the candidate's own end an answer came; never below zero.

    An answer that a replaced device sent while the attempt still ran was not late at all.
    """
    return timedelta() if ended_at is None else max(timedelta(), arrived_at - ended_at)


class LateCause(StrEnum):
    """Why an answer was held: its time was over, the attempt was, or another tab had taken over."""

    LATE = "late"
    ENDED = "ended"
    LEASE = "lease"
