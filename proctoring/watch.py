"""What one person may do on one wall; decided by policies.py, read by selectors and topics."""

from dataclasses import dataclass
from datetime import timedelta

from exams.selectors.sittings import SittingView


@dataclass(frozen=True, slots=True)
class Watch:
    """What a person may do on one wall.

    Attributes:
        can_lead: May terminate and give more time than an invigilator.
        max_extra: The most time this person may give at once.
    """

    sitting: SittingView
    can_command: bool
    can_lead: bool
    max_extra: timedelta
