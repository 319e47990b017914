"""Who is connected: online, unstable after 5 s of silence or a close, lost 15 s later (pure).

Last-seen times stay in the process that holds the socket; only changes leave it. Several sockets
of one person are as present as the best of them. Times are seconds of a steady clock.
"""

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
class Seat:
    """What can be present: a person on the whole, or a person on one attempt.

    Attributes:
        user_id: The person.
        attempt_id: The attempt whose topic is followed; None is the person on the whole.
    """

    user_id: int
    attempt_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The presence of `seat` is now `state`."""

    seat: Seat
    state: Presence


@dataclass(slots=True)
class _Pulse:
    state: Presence
    since: float
    heard: dict[str, float] = field(default_factory=dict)  # connection id → time

    def latest(self) -> float:
        return max(self.heard.values(), default=float("-inf"))


class Ledger:
    """The presence of everybody with a socket in this process, and of those who just lost it.

    A student who closes the exam room but keeps another page open is online as a person and lost
    on the attempt.
    """

    def __init__(self) -> None:
        self._pulses: dict[Seat, _Pulse] = {}
        self._seats: dict[str, set[Seat]] = {}  # connection id → what it speaks for
        self._ticked_at: float | None = None

    def opened(self, user_id: int, connection_id: str, now: float) -> list[Change]:
        """Note a new socket."""
        self._seats[connection_id] = set()
        return self._join(Seat(user_id), connection_id, now)

    def watched(self, seat: Seat, connection_id: str, now: float) -> list[Change]:
        """Note that a socket follows an attempt; tells its presence at once."""
        return self._join(seat, connection_id, now) if connection_id in self._seats else []

    def unwatched(self, seat: Seat, connection_id: str, now: float) -> list[Change]:
        """Note that a socket left an attempt: for the attempt the same as a close.

        Why it left is no matter: a client that unsubscribes must not look present.
        """
        if seat not in self._seats.get(connection_id, ()):
            return []
        self._seats[connection_id].remove(seat)
        return self._part(seat, connection_id, now)

    def heard(self, connection_id: str, now: float) -> list[Change]:
        """Note a sign of life."""
        changes: list[Change] = []
        for seat in self._seats.get(connection_id, ()):
            pulse = self._pulses[seat]
            pulse.heard[connection_id] = now
            changes += self._move(seat, pulse, PresenceAction.HEAR, now)
        return changes

    def closed(self, connection_id: str, now: float) -> list[Change]:
        """Note a closed socket: unstable at once where it was the last one."""
        changes: list[Change] = []
        for seat in self._seats.pop(connection_id, ()):
            changes += self._part(seat, connection_id, now)
        return changes

    def adopt(self, seat: Seat, now: float) -> list[Change]:
        """Take over a seat whose process died, unless it is taken here already."""
        if seat in self._pulses:
            return []
        pulse = self._pulses[seat] = _Pulse(PRESENCE.start, now)
        return self._move(seat, pulse, PresenceAction.MISS, now)

    def release(self, seat: Seat) -> None:
        """Forget a seat without a socket here: another process holds one."""
        pulse = self._pulses.get(seat)
        if pulse is not None and not pulse.heard:
            del self._pulses[seat]

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
        for seat, pulse in list(self._pulses.items()):
            changes += self._tick_one(seat, pulse, now)
        return changes

    def present(self) -> dict[int, list[int]]:
        """Return attempts by user id, of everybody with a socket here."""
        people: dict[int, list[int]] = {}
        for seat, pulse in self._pulses.items():
            if pulse.heard:
                attempts = people.setdefault(seat.user_id, [])
                attempts += [] if seat.attempt_id is None else [seat.attempt_id]
        return people

    def states(self) -> dict[Seat, Presence]:
        """Return the presence of every seat known here."""
        return {seat: pulse.state for seat, pulse in self._pulses.items()}

    def state_of(self, seat: Seat) -> Presence | None:
        """Return the presence as this process knows it; None for a stranger."""
        pulse = self._pulses.get(seat)
        return pulse.state if pulse else None

    def _join(self, seat: Seat, connection_id: str, now: float) -> list[Change]:
        self._seats[connection_id].add(seat)
        pulse = self._pulses.get(seat)
        if pulse is None:
            self._pulses[seat] = _Pulse(PRESENCE.start, now, {connection_id: now})
            return [Change(seat, PRESENCE.start)]
        pulse.heard[connection_id] = now
        return self._move(seat, pulse, PresenceAction.HEAR, now)

    def _part(self, seat: Seat, connection_id: str, now: float) -> list[Change]:
        pulse = self._pulses[seat]
        del pulse.heard[connection_id]
        if pulse.heard:
            return []
        if pulse.state is Presence.LOST:
            del self._pulses[seat]
        return self._move(seat, pulse, PresenceAction.MISS, now)

    def _tick_one(self, seat: Seat, pulse: _Pulse, now: float) -> list[Change]:
        if pulse.state is Presence.ONLINE and now - pulse.latest() > SILENCE_S:
            return self._move(seat, pulse, PresenceAction.MISS, now)
        if pulse.state is Presence.UNSTABLE and now - pulse.since >= GRACE_S:
            changes = self._move(seat, pulse, PresenceAction.EXPIRE, now)
            self.release(seat)
            return changes
        return []

    def _move(self, seat: Seat, pulse: _Pulse, action: PresenceAction, now: float) -> list[Change]:
        if (pulse.state, action) not in PRESENCE.moves:
            return []
        pulse.state = PRESENCE.next_state(pulse.state, action)
        pulse.since = now
        return [Change(seat, pulse.state)]

    def _shift(self, delay: float) -> None:
        for pulse in self._pulses.values():
            pulse.since += delay
            for connection_id in pulse.heard:
                pulse.heard[connection_id] += delay
