"""The lives of an exam version, a sitting, an attempt and a result, as tables (pure)."""

from enum import StrEnum

from kernel.machine import Machine


class ExamState(StrEnum):
    """Where one exam version stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


class ExamAction(StrEnum):
    """What may happen to it."""

    SEND_TO_REVIEW = "send_to_review"
    RETURN = "return"
    APPROVE = "approve"


class SittingState(StrEnum):
    """Where one sitting stands."""

    SCHEDULED = "scheduled"
    LOBBY = "lobby"
    RUNNING = "running"
    CLOSED = "closed"
    GRADED = "graded"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class SittingAction(StrEnum):
    """What may happen to it."""

    OPEN_LOBBY = "open_lobby"
    START = "start"
    CLOSE = "close"
    FINISH_GRADING = "finish_grading"
    PUBLISH = "publish"
    CANCEL = "cancel"


class AttemptState(StrEnum):
    """Where one candidate's attempt stands."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    TERMINATED = "terminated"
    ABSENT = "absent"


class AttemptAction(StrEnum):
    """What may happen to it. pause, resume and terminate are the ACS verbs."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    SUBMIT = "submit"
    EXPIRE = "expire"
    TERMINATE = "terminate"
    MARK_ABSENT = "mark_absent"


class SubmissionKind(StrEnum):
    """Who ended an attempt: the candidate, the clock, or staff."""

    SELF = "self"
    AUTO = "auto"
    STAFF = "staff"


class ResultState(StrEnum):
    """Where one result stands."""

    GRADING = "grading"
    GRADED = "graded"
    RELEASED = "released"


class ResultAction(StrEnum):
    """What may happen to it."""

    GRADE = "grade"
    RELEASE = "release"


EXAM: Machine[ExamState, ExamAction] = Machine(
    name="exam",
    start=ExamState.DRAFT,
    moves={
        (ExamState.DRAFT, ExamAction.SEND_TO_REVIEW): ExamState.IN_REVIEW,
        (ExamState.IN_REVIEW, ExamAction.RETURN): ExamState.DRAFT,
        (ExamState.IN_REVIEW, ExamAction.APPROVE): ExamState.APPROVED,
    },
    ends=frozenset({ExamState.APPROVED}),
)

SITTING: Machine[SittingState, SittingAction] = Machine(
    name="sitting",
    start=SittingState.SCHEDULED,
    moves={
        (SittingState.SCHEDULED, SittingAction.OPEN_LOBBY): SittingState.LOBBY,
        (SittingState.LOBBY, SittingAction.START): SittingState.RUNNING,
        (SittingState.RUNNING, SittingAction.CLOSE): SittingState.CLOSED,
        (SittingState.CLOSED, SittingAction.FINISH_GRADING): SittingState.GRADED,
        (SittingState.GRADED, SittingAction.PUBLISH): SittingState.PUBLISHED,
        (SittingState.SCHEDULED, SittingAction.CANCEL): SittingState.CANCELLED,
        (SittingState.LOBBY, SittingAction.CANCEL): SittingState.CANCELLED,
    },
    ends=frozenset({SittingState.PUBLISHED, SittingState.CANCELLED}),
)

ATTEMPT: Machine[AttemptState, AttemptAction] = Machine(
    name="attempt",
    start=AttemptState.READY,
    moves={
        (AttemptState.READY, AttemptAction.START): AttemptState.RUNNING,
        (AttemptState.READY, AttemptAction.MARK_ABSENT): AttemptState.ABSENT,
        (AttemptState.READY, AttemptAction.TERMINATE): AttemptState.TERMINATED,
        (AttemptState.RUNNING, AttemptAction.PAUSE): AttemptState.PAUSED,
        (AttemptState.PAUSED, AttemptAction.RESUME): AttemptState.RUNNING,
        (AttemptState.RUNNING, AttemptAction.SUBMIT): AttemptState.SUBMITTED,
        (AttemptState.PAUSED, AttemptAction.SUBMIT): AttemptState.SUBMITTED,
        (AttemptState.RUNNING, AttemptAction.EXPIRE): AttemptState.EXPIRED,
        (AttemptState.PAUSED, AttemptAction.EXPIRE): AttemptState.EXPIRED,
        (AttemptState.RUNNING, AttemptAction.TERMINATE): AttemptState.TERMINATED,
        (AttemptState.PAUSED, AttemptAction.TERMINATE): AttemptState.TERMINATED,
    },
    ends=frozenset(
        {
            AttemptState.SUBMITTED,
            AttemptState.EXPIRED,
            AttemptState.TERMINATED,
            AttemptState.ABSENT,
        }
    ),
)

RESULT: Machine[ResultState, ResultAction] = Machine(
    name="result",
    start=ResultState.GRADING,
    moves={
        (ResultState.GRADING, ResultAction.GRADE): ResultState.GRADED,
        (ResultState.GRADED, ResultAction.GRADE): ResultState.GRADED,
        (ResultState.GRADED, ResultAction.RELEASE): ResultState.RELEASED,
    },
    ends=frozenset({ResultState.RELEASED}),
)

# A sitting in one of these is to come or goes on.
UNFINISHED = frozenset({SittingState.SCHEDULED, SittingState.LOBBY, SittingState.RUNNING})

# An attempt in one of these can still change what is handed in.
LIVE = frozenset({AttemptState.READY, AttemptState.RUNNING, AttemptState.PAUSED})

# An attempt in one of these has handed something in, if only empty pages.
HANDED_IN = frozenset({AttemptState.SUBMITTED, AttemptState.EXPIRED, AttemptState.TERMINATED})

# LTI Proctoring Services status of each attempt state (none, running, paused, terminated, complete).
ACS_STATUS = {
    AttemptState.READY: "none",
    AttemptState.RUNNING: "running",
    AttemptState.PAUSED: "paused",
    AttemptState.SUBMITTED: "complete",
    AttemptState.EXPIRED: "complete",
    AttemptState.TERMINATED: "terminated",
    AttemptState.ABSENT: "none",
}
