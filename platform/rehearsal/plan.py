"""What a rehearsal is asked to do and whom it plays (pure)."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

ROLES: Final = ("web", "rt", "sfu", "worker")


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for.

    Attributes:
        students: How many candidates take part.
        kill: Roles that are killed (SIGKILL) once each in the middle.
        minutes: Working time between the start and the hand-in, minutes.
        think_s: Mean pause between two answers of one candidate, seconds.
    """

    students: int
    kill: tuple[str, ...] = ()
    minutes: float = 1.0
    think_s: float = 2.0


class Login(msgspec.Struct, frozen=True):
    """How one person signs in."""

    institution: str
    identifier: str
    password: str
    name: str


class Cast(msgspec.Struct, frozen=True):
    """The sitting that was made for this rehearsal and who plays in it.

    Attributes:
        starts_at: Milliseconds since the epoch.
        room: Chat room of the class.
        attempts: Attempt id of each student, in the order of `students`.
    """

    sitting: int
    title: str
    starts_at: int
    room: str
    students: list[Login]
    attempts: list[int]
    invigilator: Login


@dataclass(slots=True)
class ChatLog:
    """What became of one candidate's posts to the room of the class.

    Attributes:
        opened: Posts taken before the lobby opened.
        refused: Posts that the lock refused.
        taken: Numbers in the room's log of posts that were taken though they were sent while the
            candidate knew the room as locked.
        unlocked_at: Number in the room's log at which the sitting gave the room up; 0 for never.
        reopened: Posts taken after that.
        problems: Refusals for other reasons, in words.
    """

    opened: int = 0
    refused: int = 0
    taken: list[int] = field(default_factory=list)
    unlocked_at: int = 0
    reopened: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def late(self) -> int:
        """Posts that the lock let through: taken, and not after the room was given up."""
        return sum(not self.unlocked_at or seq < self.unlocked_at for seq in self.taken)

    @property
    def tried(self) -> int:
        """Posts that the lock decided about."""
        return self.refused + self.late


@dataclass(slots=True)
class Log:
    """What one candidate's browser saw: the evidence the audit compares with the database.

    Attributes:
        sent: (question, seq) → value, everything the candidate entered.
        texts: (question, seq) → the words beside the answer, where there are any.
        acked: question → highest sequence the server acknowledged.
        save_ms: Time of each successful save, milliseconds.
        chat: What became of the posts to the class's room.
        applied: Ids of the commands whose report the server took.
        problems: What went wrong, in words.
    """

    attempt: int
    sent: dict[tuple[int, int], Any] = field(default_factory=dict)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    acked: dict[int, int] = field(default_factory=dict)
    save_ms: list[float] = field(default_factory=list)
    start_ms: list[float] = field(default_factory=list)
    submit_ms: list[float] = field(default_factory=list)
    saves_sent: int = 0
    saves_acked: int = 0
    receipt: str = ""
    chat: ChatLog = field(default_factory=ChatLog)
    applied: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class WatchLog:
    """What the invigilator's browser saw and did.

    Attributes:
        frames: Attempt id → decoded frames of its camera.
        board: Attempt id → latest progress row.
        commands_issued: Commands the server took, counted once for each attempt.
        problems: What went wrong, in words.
    """

    frames: Counter[int] = field(default_factory=Counter)
    board: dict[int, dict[str, Any]] = field(default_factory=dict)
    commands_issued: int = 0
    problems: list[str] = field(default_factory=list)
