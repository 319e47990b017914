"""The life of an incident: opened by a rule, a person or a student; decided by a person (pure)."""

from enum import StrEnum

from kernel.machine import Machine


class IncidentState(StrEnum):
    """Where one incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    DISMISSED = "dismissed"
    ESCALATED = "escalated"


UNDECIDED = frozenset({IncidentState.OPEN, IncidentState.ACKNOWLEDGED})


class IncidentAction(StrEnum):
    """What a person may do with it."""

    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    DISMISS = "dismiss"
    ESCALATE = "escalate"


_S, _A = IncidentState, IncidentAction

INCIDENT: Machine[IncidentState, IncidentAction] = Machine(
    name="incident",
    start=_S.OPEN,
    moves={
        (_S.OPEN, _A.ACKNOWLEDGE): _S.ACKNOWLEDGED,
        (_S.OPEN, _A.NOTE): _S.NOTED,
        (_S.OPEN, _A.DISMISS): _S.DISMISSED,
        (_S.OPEN, _A.ESCALATE): _S.ESCALATED,
        (_S.ACKNOWLEDGED, _A.NOTE): _S.NOTED,
        (_S.ACKNOWLEDGED, _A.DISMISS): _S.DISMISSED,
        (_S.ACKNOWLEDGED, _A.ESCALATE): _S.ESCALATED,
    },
    ends=frozenset({_S.NOTED, _S.DISMISSED, _S.ESCALATED}),
)


def with_words(statement: str, words: str) -> str:
    """Return the student's statement with new words below the former ones, which stay.

    The same words once more are a repeat of the call, not a new statement.
    """
    lines = statement.split("\n") if statement else []
    return statement if lines[-1:] == [words] else "\n".join([*lines, words])
