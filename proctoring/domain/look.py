"""Looks at one student at large, as a person reads them (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody saw a student at large; `ended_at` None while they still do."""

    viewer_id: int
    started_at: datetime
    ended_at: datetime | None


def joined(looks: Iterable[Look]) -> list[Look]:
    """Return the looks by their start, overlapping ones of one viewer as one.

    Two tabs, or a reconnection before the old connection was given up, are one look.
    """
    found: list[Look] = []
    latest: dict[int, int] = {}
    for look in sorted(looks, key=lambda one: one.started_at):
        place = latest.get(look.viewer_id)
        if place is not None and _touch(found[place], look):
            found[place] = replace(found[place], ended_at=_later(found[place], look))
        else:
            latest[look.viewer_id] = len(found)
            found.append(look)
    return found


def _touch(first: Look, second: Look) -> bool:
    return first.ended_at is None or second.started_at <= first.ended_at


def _later(first: Look, second: Look) -> datetime | None:
    if first.ended_at is None or second.ended_at is None:
        return None
    return max(first.ended_at, second.ended_at)
