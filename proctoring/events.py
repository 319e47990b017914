"""Facts that proctoring tells the rest of the system."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class IncidentRaised(Event):
    """A rule, an invigilator or the student opened an incident."""

    incident_id: int
    attempt_id: int
    sitting_id: int
    kind: str
    severity: float


@dataclass(frozen=True, slots=True)
class CommandApplied(Event):
    """The candidate's browser reported a command as applied."""

    command_id: str
    attempt_id: int


@dataclass(frozen=True, slots=True)
class InvigilatorAssigned(Event):
    """Somebody watches a sitting from now on; with the first one, nobody else but leaders does."""

    sitting_id: int
    invigilator_id: int


@dataclass(frozen=True, slots=True)
class InvigilatorRemoved(Event):
    """Somebody no longer watches a sitting; after the last one, every invigilator may again."""

    sitting_id: int
    invigilator_id: int
