"""The life of a notice as a table, and who it may be for (pure)."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.machine import Machine


class NoticeState(StrEnum):
    """Where one notice stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    EXPANDING = "expanding"
    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"


class NoticeAction(StrEnum):
    """What may happen to it."""

    SCHEDULE = "schedule"
    RETURN = "return"
    EXPAND = "expand"
    POSTPONE = "postpone"
    SEND = "send"
    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"


_S, _A = NoticeState, NoticeAction

NOTICE: Machine[NoticeState, NoticeAction] = Machine(
    name="notice",
    start=_S.DRAFT,
    moves={
        (_S.DRAFT, _A.SCHEDULE): _S.SCHEDULED,
        (_S.DRAFT, _A.CANCEL): _S.CANCELLED,
        (_S.SCHEDULED, _A.RETURN): _S.DRAFT,
        (_S.SCHEDULED, _A.CANCEL): _S.CANCELLED,
        (_S.SCHEDULED, _A.EXPAND): _S.EXPANDING,
        (_S.EXPANDING, _A.POSTPONE): _S.SCHEDULED,  # its sitting has moved to later
        (_S.EXPANDING, _A.SEND): _S.SENDING,
        (_S.EXPANDING, _A.CANCEL): _S.CANCELLED,
        (_S.SENDING, _A.FINISH): _S.DONE,
        (_S.SENDING, _A.CANCEL): _S.CANCELLED,
        (_S.CANCELLED, _A.REOPEN): _S.DRAFT,  # only if nothing was sent: the service checks
    },
    ends=frozenset({_S.DONE}),
)


class AudienceKind(StrEnum):
    """By which rule the recipients are found, at the moment of sending."""

    CLASS = "class"
    SITTING = "sitting"
    ROLE = "role"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a notice is for.

    Attributes:
        kind: The rule.
        institution_id: Always; nobody of another institution is ever reached.
        class_id: Of CLASS.
        sitting_id: Of SITTING; also gives the exam and its start to the text.
        role: Of CLASS (within the class) and ROLE (anywhere in the institution).
        person_id: Of PERSON: a test to oneself.
    """

    kind: AudienceKind
    institution_id: int
    class_id: int | None = None
    sitting_id: int | None = None
    role: str = "student"
    person_id: int | None = None
