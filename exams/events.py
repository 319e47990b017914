"""Facts that the exam engine tells the rest of the system."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class SittingScheduled(Event):
    """A sitting exists: papers are drawn, its candidates are registered.

    Attributes:
        locks_chat_from: Planned instant of the chat lock; None when the policy has no lock.
        closes_at: Planned end of the common window; extended attempts may run on.
    """

    sitting_id: int
    institution_id: int
    class_group_id: int
    locks_chat_from: datetime | None
    starts_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class SittingMoved(Event):
    """A sitting that had not opened got new times; papers and candidates stayed.

    Attributes:
        was_to_start_at: The start before; equal to `starts_at` when only the rest has changed.
    """

    sitting_id: int
    institution_id: int
    class_group_id: int
    actor_id: int
    was_to_start_at: datetime
    starts_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class CandidateRegistered(Event):
    """A student was added to a sitting after it had been scheduled."""

    sitting_id: int
    class_group_id: int
    student_id: int
    attempt_id: int


@dataclass(frozen=True, slots=True)
class SittingLobbyOpened(Event):
    """Candidates may enter the lobby. The chat is locked now when `locks_chat` is true."""

    sitting_id: int
    institution_id: int
    class_group_id: int
    locks_chat: bool


@dataclass(frozen=True, slots=True)
class SittingOpened(Event):
    """Candidates may start. The chat is locked now, if it was not already, when `locks_chat`."""

    sitting_id: int
    institution_id: int
    class_group_id: int
    locks_chat: bool


@dataclass(frozen=True, slots=True)
class SittingEndedEarly(Event):
    """A running sitting was ended by a person: every live attempt has its deadline now.

    The attempts themselves end by the clock, when their grace is over; then the sitting closes.
    """

    sitting_id: int
    institution_id: int
    class_group_id: int
    ended_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class SittingClosed(Event):
    """The last attempt, extended ones included, has ended; or the sitting was cancelled."""

    sitting_id: int
    institution_id: int
    class_group_id: int
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class AttemptStarted(Event):
    """A candidate started; the questions are visible from now on."""

    attempt_id: int
    sitting_id: int
    student_id: int
    deadline: datetime


@dataclass(frozen=True, slots=True)
class LeaseMoved(Event):
    """Another browser took over an attempt that was running or paused."""

    attempt_id: int
    sitting_id: int
    student_id: int
    from_device: str
    device: str


@dataclass(frozen=True, slots=True)
class AttemptPaused(Event):
    """An invigilator paused the attempt; its clock stands still."""

    attempt_id: int
    sitting_id: int
    student_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptResumed(Event):
    """The attempt runs again; the length of the pause was credited."""

    attempt_id: int
    sitting_id: int
    student_id: int
    deadline: datetime


@dataclass(frozen=True, slots=True)
class AttemptExtended(Event):
    """The deadline moved because time was granted or taken back."""

    attempt_id: int
    sitting_id: int
    student_id: int
    deadline: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class TimeOrder:
    """The command that tells one candidate: its id, and its place among the attempt's commands."""

    attempt_id: int
    order: UUID
    seq: int


@dataclass(frozen=True, slots=True)
class LedgerChanged(Event):
    """Time was given to several candidates, or taken back; each is to be told and to confirm.

    Attributes:
        extra: What this changes; negative when time goes.
    """

    sitting_id: int
    actor_id: int
    extra: timedelta
    reason: str
    orders: tuple[TimeOrder, ...]


@dataclass(frozen=True, slots=True)
class AttemptSubmitted(Event):
    """The candidate, or staff for the candidate, handed the attempt in."""

    attempt_id: int
    sitting_id: int
    student_id: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptEnded(Event):
    """The attempt is over, whichever way: submitted, expired, terminated or absent."""

    attempt_id: int
    sitting_id: int
    student_id: int
    state: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class ResultReleased(Event):
    """A student may see a result."""

    attempt_id: int
    sitting_id: int
    student_id: int
