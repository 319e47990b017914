"""Who is connected: online, unstable after 5 s of silence or a close, lost 15 s later (pure).

Last-seen times stay in the process that holds the socket; only changes leave it. A person with
several sockets is as present as the best of them. Times are seconds of a steady clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kernel.machine import Machine

SILENCE_S: Final = 5.0
GRACE_S: Final = 15.0
TICK_S: Final = 0.5
LAG_S: Final = 1.0


class Presence(StrEnum):
    """How a person is connected; never a state of the attempt."""

    ONLINE = "online"
    UNSTABLE = "unstable"
    LOST = "lost"


class PresenceAction(StrEnum):
    """What may happen."""

    HEAR = "hear"
    MISS = "miss"
    EXPIRE = "expire"


PRESENCE: Final[Machine[Presence, PresenceAction]] = Machine(
    name="presence",
    start=Presence.ONLINE,
    moves={
        (Presence.ONLINE, PresenceAction.MISS): Presence.UNSTABLE,
        (Presence.UNSTABLE, PresenceAction.HEAR): Presence.ONLINE,
        (Presence.UNSTABLE, PresenceAction.EXPIRE): Presence.LOST,
        (Presence.LOST, PresenceAction.HEAR): Presence.ONLINE,
    },
    ends=frozenset(),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One person's presence is now `state`, for these attempts."""

    user_id: int
    attempt_ids: tuple[int, ...]
    state: Presence


@dataclass(slots=True)
class _Person:
    state: Presence = PRESENCE.start
    since: float = 0.0
    heard: dict[str, float] = field(default_factory=dict)  # connection id → time
    attempts: dict[int, set[str]] = field(default_factory=dict)  # attempt id → connection ids

    def latest(self) -> float:
        return max(self.heard.values(), default=float("-inf"))


class Ledger:
    """The presence of everybody with a socket in this process, and of those who just lost it."""

    def __init__(self) -> None:
        self._people: dict[int, _Person] = {}
        self._ticked_at: float | None = None

    def opened(self, user_id: int, connection_id: str, now: float) -> list[Change]:
        """Note a new socket."""
        person = self._people.setdefault(user_id, _Person(since=now))
        if not person.heard:  # back again: the sockets that followed are gone, the attempts stay
            person.attempts = {attempt_id: set() for attempt_id in person.attempts}
        person.heard[connection_id] = now
        return self._move(user_id, person, PresenceAction.HEAR, now)

    def watched(self, user_id: int, connection_id: str, attempt_id: int) -> list[Change]:
        """Note that a socket follows an attempt; tells its presence at once."""
        person = self._people.get(user_id)
        if person is None or connection_id not in person.heard:
            return []
        is_new = attempt_id not in person.attempts
        person.attempts.setdefault(attempt_id, set()).add(connection_id)
        return [Change(user_id, (attempt_id,), person.state)] if is_new else []

    def unwatched(self, user_id: int, connection_id: str, attempt_id: int) -> None:
        """Note that a socket left an attempt on purpose: no more news of it."""
        person = self._people.get(user_id)
        if person is None:
            return
        followers = person.attempts.get(attempt_id, set())
        followers.discard(connection_id)
        if not followers:
            person.attempts.pop(attempt_id, None)

    def heard(self, user_id: int, connection_id: str, now: float) -> list[Change]:
        """Note a sign of life."""
        person = self._people.get(user_id)
        if person is None or connection_id not in person.heard:
            return []
        person.heard[connection_id] = now
        return self._move(user_id, person, PresenceAction.HEAR, now)

    def closed(self, user_id: int, connection_id: str, now: float) -> list[Change]:
        """Note a closed socket: unstable at once when it was the last one."""
        person = self._people.get(user_id)
        if person is None:
            return []
        person.heard.pop(connection_id, None)
        if person.heard:
            self._keep_followed(person)
            return []
        if person.state is Presence.LOST:
            del self._people[user_id]
            return []
        return self._move(user_id, person, PresenceAction.MISS, now)

    def adopt(self, user_id: int, attempt_ids: Iterable[int], now: float) -> list[Change]:
        """Take over a person whose process died, unless they are here already."""
        if user_id in self._people:
            return []
        person = _Person(since=now, attempts={attempt_id: set() for attempt_id in attempt_ids})
        self._people[user_id] = person
        return self._move(user_id, person, PresenceAction.MISS, now)

    def release(self, user_id: int) -> None:
        """Forget a person without a socket here: another process holds one."""
        person = self._people.get(user_id)
        if person is not None and not person.heard:
            del self._people[user_id]

    def tick(self, now: float) -> list[Change]:
        """Find who fell silent or is lost; to be called every half second.

        When the ticks themselves came late, this process was stalled, not the people: all times
        move on by the delay, so that nobody is declared lost by our own stall.
        """
        if self._ticked_at is not None:
            delay = now - self._ticked_at - TICK_S
            if delay > LAG_S:
                self._shift(delay)
        self._ticked_at = now
        changes: list[Change] = []
        for user_id, person in list(self._people.items()):
            changes += self._tick_one(user_id, person, now)
        return changes

    def present(self) -> dict[int, tuple[int, ...]]:
        """Return attempts by user id, of everybody with a socket here."""
        return {uid: tuple(sorted(p.attempts)) for uid, p in self._people.items() if p.heard}

    def state_of(self, user_id: int) -> Presence | None:
        """Return the presence as this process knows it; None for a stranger."""
        person = self._people.get(user_id)
        return person.state if person else None

    def _tick_one(self, user_id: int, person: _Person, now: float) -> list[Change]:
        if person.state is Presence.ONLINE and now - person.latest() > SILENCE_S:
            return self._move(user_id, person, PresenceAction.MISS, now)
        if person.state is Presence.UNSTABLE and now - person.since >= GRACE_S:
            changes = self._move(user_id, person, PresenceAction.EXPIRE, now)
            self.release(user_id)
            return changes
        return []

    def _move(
        self, user_id: int, person: _Person, action: PresenceAction, now: float
    ) -> list[Change]:
        if (person.state, action) not in PRESENCE.moves:
            return []
        person.state = PRESENCE.next_state(person.state, action)
        person.since = now
        return [Change(user_id, tuple(sorted(person.attempts)), person.state)]

    def _keep_followed(self, person: _Person) -> None:
        """Drop attempts that none of the sockets left follows."""
        still = {
            attempt_id: followers & person.heard.keys()
            for attempt_id, followers in person.attempts.items()
        }
        person.attempts = {attempt_id: left for attempt_id, left in still.items() if left}

    def _shift(self, delay: float) -> None:
        for person in self._people.values():
            person.since += delay
            for connection_id in person.heard:
                person.heard[connection_id] += delay
