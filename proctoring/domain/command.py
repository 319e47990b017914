"""Commands to an attempt: their kinds and how far each has got (pure).

Pause, resume, terminate and extend are actions of the LTI Proctoring Services control interface
(extend is its `update`); message and force_submit are our own.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from kernel.machine import Machine


class CommandKind(StrEnum):
    """What an invigilator may tell an attempt to do."""

    MESSAGE = "message"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    FORCE_SUBMIT = "force_submit"
    TERMINATE = "terminate"


# These cost the student something, so the student is told why.
NEEDS_REASON = frozenset(
    {CommandKind.PAUSE, CommandKind.EXTEND, CommandKind.FORCE_SUBMIT, CommandKind.TERMINATE}
)


class DeliveryState(StrEnum):
    """How far a command has got. Its effect is in the database from the start."""

    SENT = "sent"
    DELIVERED = "delivered"
    APPLIED = "applied"


class DeliveryAction(StrEnum):
    """What the candidate's browser reports."""

    DELIVER = "deliver"
    APPLY = "apply"


_S, _A = DeliveryState, DeliveryAction

DELIVERY: Machine[DeliveryState, DeliveryAction] = Machine(
    name="command",
    start=_S.SENT,
    moves={
        (_S.SENT, _A.DELIVER): _S.DELIVERED,
        (_S.SENT, _A.APPLY): _S.APPLIED,
        (_S.DELIVERED, _A.APPLY): _S.APPLIED,
    },
    ends=frozenset({_S.APPLIED}),
)

# Seconds after issue at which an unacknowledged command is pushed again; then every 8 s.
RESEND_AFTER_S = (2, 4, 8)
RESEND_EVERY_S = 8
RESEND_AFTER_END: Final = timedelta(minutes=1)  # counted from the issue

# The most time one person may give at once.
MAX_EXTRA_INVIGILATOR: Final = timedelta(minutes=15)
MAX_EXTRA_CHIEF: Final = timedelta(hours=4)
