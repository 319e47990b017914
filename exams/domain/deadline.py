"""THE deadline: one formula over the time ledger, used by every caller (pure).

    base     = duration * (1 + extra_percent / 100) + extra_time
    close    = closes_at + (base - duration) + credit
    deadline = min(started_at + base + credit, close)      late_start = clip
             = started_at + base + credit                  late_start = full
    credit   = sum of the grants that were not revoked

Window and limit move together, so nobody has to remember to extend both. A grant that takes
time away never leaves less than a minute from the moment it was made (or from the start).
Where the sitting was ended early, close and deadline are never later than that, whatever was
granted before or after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LEAST_LEFT: Final = timedelta(seconds=60)


class LateStart(StrEnum):
    """What a late starter gets: the rest of the window, or the full time."""

    CLIP = "clip"
    FULL = "full"


class GrantKind(StrEnum):
    """Why an entry of the ledger was made."""

    MANUAL = "manual"
    TECHNICAL = "technical"
    BREAK = "break"
    PAUSE = "pause"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides a candidate's time besides the ledger."""

    duration: timedelta
    closes_at: datetime
    late_start: LateStart = LateStart.CLIP
    extra_percent: int = 0
    extra_time: timedelta = timedelta()
    ended_early_at: datetime | None = None

    def capped(self, limit: datetime) -> datetime:
        """Return the limit, or the early end of the sitting if that came first."""
        return limit if self.ended_early_at is None else min(limit, self.ended_early_at)


@dataclass(frozen=True, slots=True)
class Grant:
    """One entry of the ledger that counts (not revoked); negative `extra` takes time away."""

    extra: timedelta
    at: datetime


def base_of(terms: Terms) -> timedelta:
    """Return the candidate's own working time: the duration with the accommodation."""
    return terms.duration + terms.duration * terms.extra_percent / 100 + terms.extra_time


def close_of(terms: Terms, grants: Iterable[Grant] = ()) -> datetime:
    """Return the end of the candidate's own window: nobody starts after it."""
    window = terms.closes_at + (base_of(terms) - terms.duration)
    return terms.capped(_with_credit(window, grants, not_before=None))


def deadline_of(terms: Terms, started_at: datetime, grants: Iterable[Grant] = ()) -> datetime:
    """Return the instant after which no answer of this candidate counts (grace not included)."""
    limit = started_at + base_of(terms)
    if terms.late_start is LateStart.CLIP:
        limit = min(limit, terms.closes_at + (base_of(terms) - terms.duration))
    return terms.capped(_with_credit(limit, grants, not_before=started_at))


def _with_credit(
    limit: datetime, grants: Iterable[Grant], *, not_before: datetime | None
) -> datetime:
    for grant in sorted(grants, key=lambda grant: grant.at):
        moved = limit + grant.extra
        if grant.extra < timedelta():
            floor = max(grant.at, not_before or grant.at) + LEAST_LEFT
            moved = max(moved, min(limit, floor))
        limit = moved
    return limit


def pause_credit(paused_at: datetime, resumed_at: datetime, limit: timedelta) -> timedelta:
    """Return the time given back for a pause: its length, at most `limit`, never negative."""
    return min(max(resumed_at - paused_at, timedelta()), limit)
