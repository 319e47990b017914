"""What a person is owed in every exam, and how it meets what one sitting gives (pure).

The diagnosis behind an accommodation is nowhere in this product: only what follows from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MAX_PERCENT: Final = 400
MAX_TIME: Final = timedelta(hours=12)
MAX_BREAKS: Final = 20
MAX_BREAK: Final = timedelta(hours=1)


class Exemption(StrEnum):
    """A rule of the sitting that does not hold for this candidate. The list is closed."""

    CAMERA = "camera"
    LOCK = "lock"
    SECOND_PERSON = "second_person"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a candidate gets on top of the plan of the sitting.

    Attributes:
        extra_percent: Of the duration.
        extra_time: Fixed, besides the percentage.
        breaks: How many, each of `break_length`; the clock stands still while one is taken.
        exemptions: Rules that do not hold.
    """

    extra_percent: int = 0
    extra_time: timedelta = timedelta()
    breaks: int = 0
    break_length: timedelta = timedelta()
    exemptions: frozenset[Exemption] = frozenset()

    @property
    def is_storable(self) -> bool:
        """Whether every figure is within its range, and breaks have a length."""
        return (
            0 <= self.extra_percent <= MAX_PERCENT
            and timedelta() <= self.extra_time <= MAX_TIME
            and 0 <= self.breaks <= MAX_BREAKS
            and timedelta() <= self.break_length <= MAX_BREAK
            and bool(self.breaks) == bool(self.break_length)
        )

    @property
    def is_empty(self) -> bool:
        """Whether it gives nothing at all."""
        return self == Adjustment()

    def time_on(self, duration: timedelta) -> timedelta:
        """Return the time that is added to this duration."""
        return duration * self.extra_percent / 100 + self.extra_time


NOTHING: Final = Adjustment()


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which an accommodation holds, both ends included; None is without an end."""

    first: date
    last: date | None = None

    @property
    def is_in_order(self) -> bool:
        """Whether there is a day in it."""
        return self.last is None or self.first <= self.last

    def covers(self, instant: datetime, zone: str) -> bool:
        """Whether the day of an instant, as the institution's calendar has it, is one of them."""
        day = instant.astimezone(ZoneInfo(zone)).date()
        return self.first <= day and (self.last is None or day <= self.last)


def meet(person: Adjustment, own: Adjustment) -> Adjustment:
    """Return what a candidate gets by an accommodation and by what this one sitting gives.

    They do not add up: a scheduler who types 25 percent for somebody who has 25 percent anyway
    means the same 25. Of each figure the larger one counts.
    """
    longest = max(person, own, key=lambda one: (one.breaks * one.break_length, one.breaks))
    return Adjustment(
        extra_percent=max(person.extra_percent, own.extra_percent),
        extra_time=max(person.extra_time, own.extra_time),
        breaks=longest.breaks,
        break_length=longest.break_length,
        exemptions=person.exemptions | own.exemptions,
    )


def gained(before: Adjustment, after: Adjustment, duration: timedelta) -> Adjustment:
    """Return what an attempt that has started keeps: it only ever gains.

    Time that was given at the start is part of how a candidate paces the work; to take some of it
    back is an act of its own, with a reason, in the time ledger.
    """
    time = after if after.time_on(duration) >= before.time_on(duration) else before
    return replace(
        meet(before, after), extra_percent=time.extra_percent, extra_time=time.extra_time
    )


def exemptions_of(names: Iterable[str]) -> frozenset[Exemption]:
    """Return stored names as exemptions.

    Raises:
        ValueError: A name is not on the list.
    """
    return frozenset(Exemption(name) for name in names)
