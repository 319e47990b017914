"""When a sitting takes place, and whether its times fit together (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MAX_DURATION: Final = timedelta(days=7)
MAX_YEAR: Final = 9000  # from here on zones and extra time lead beyond the last day that there is


@dataclass(frozen=True, slots=True)
class SittingTimes:
    """The plan of a sitting.

    Attributes:
        lobby_opens_at: Candidates may check in.
        starts_at: Candidates may begin.
        closes_at: End of the common window.
        duration: Working time of a candidate without an accommodation.
    """

    lobby_opens_at: datetime
    starts_at: datetime
    closes_at: datetime
    duration: timedelta

    @property
    def is_in_order(self) -> bool:
        """Whether lobby, start and end follow each other, and there is time to work in this age."""
        fits = self.lobby_opens_at <= self.starts_at < self.closes_at
        lasts = timedelta() < self.duration <= MAX_DURATION
        return fits and lasts and self.closes_at.year <= MAX_YEAR
