"""Events of the real-time plane."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    """A person who follows an attempt came, fell silent or was lost.

    Attributes:
        user_id: Who.
        attempt_ids: Attempts whose topic the person follows or followed last. Invigilators follow
            attempts of others: the handler decides whose connection matters.
        state: `online`, `unstable` or `lost` (realtime.presence.Presence).
        at: When the server noticed, aware UTC.
    """

    user_id: int
    attempt_ids: tuple[int, ...]
    state: str
    at: datetime
