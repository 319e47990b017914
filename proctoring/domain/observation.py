"""Rules that turn raw facts from a browser or a connection into incidents, or into nothing (pure).

A rule is a fact with a threshold, has a version, and never a score. A person decides what it means.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

RULES_VERSION: Final = "2026.1"
COALESCE_WITHIN: Final = timedelta(seconds=60)


class ObservationKind(StrEnum):
    """Raw facts that are recorded during an attempt."""

    FOCUS_LOST = "focus_lost"
    FULLSCREEN_LEFT = "fullscreen_left"
    PASTE = "paste"
    CAMERA_OFF = "camera_off"
    CAMERA_DENIED = "camera_denied"
    SECOND_DEVICE = "second_device"
    CONNECTION_LOST = "connection_lost"
    CLOCK_JUMP = "clock_jump"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a fact becomes an incident.

    Attributes:
        kind: The fact.
        threshold: At or above this the fact opens an incident; unit as in `unit`.
        unit: `seconds`, `characters` or `times`.
        severity: 0 to 1, as in the ACS vocabulary; orders the queue, accuses nobody.
    """

    kind: ObservationKind
    threshold: float
    unit: str
    severity: float


RULES: Final = {
    rule.kind: rule
    for rule in (
        Rule(ObservationKind.FOCUS_LOST, threshold=5, unit="seconds", severity=0.4),
        Rule(ObservationKind.FULLSCREEN_LEFT, threshold=5, unit="seconds", severity=0.3),
        Rule(ObservationKind.PASTE, threshold=40, unit="characters", severity=0.3),
        Rule(ObservationKind.CAMERA_OFF, threshold=20, unit="seconds", severity=0.6),
        Rule(ObservationKind.CAMERA_DENIED, threshold=1, unit="times", severity=0.6),
        Rule(ObservationKind.SECOND_DEVICE, threshold=1, unit="times", severity=0.9),
        Rule(ObservationKind.CONNECTION_LOST, threshold=60, unit="seconds", severity=0.2),
        Rule(ObservationKind.CLOCK_JUMP, threshold=30, unit="seconds", severity=0.3),
    )
}


# What a candidate with this exemption (exams.domain.accommodation) does without an incident.
ALLOWED_BY: Final = {
    "camera": frozenset({ObservationKind.CAMERA_OFF, ObservationKind.CAMERA_DENIED}),
    "lock": frozenset({ObservationKind.FOCUS_LOST, ObservationKind.FULLSCREEN_LEFT}),
}


def is_allowed(kind: ObservationKind, exemptions: Collection[str]) -> bool:
    """Whether an exemption makes this fact an ordinary thing; it is recorded all the same."""
    return any(kind in ALLOWED_BY.get(name, ()) for name in exemptions)


def rule_for(kind: ObservationKind, amount: float) -> Rule | None:
    """Return the rule that this fact meets, or None when it stays a mere fact.

    Args:
        kind: What was observed.
        amount: How much of it, in the rule's unit.
    """
    rule = RULES[kind]
    return rule if amount >= rule.threshold else None
