"""What the hub keeps for one topic: members, frames of the present window, latest values."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from realtime.envelope import join
from realtime.sendqueue import Outgoing, state_delta
from realtime.topics import Delivery

EVENT_WINDOW_S: Final = 0.010
STATE_WINDOW_S: Final = 0.250


class Member(Protocol):
    """Somebody who gets the frames of a topic."""

    def push(self, frame: Outgoing) -> None:
        """Take one frame; must not wait."""
        ...


class Window:
    """Leading-edge batching: an idle topic sends at once, a busy one at the end of its window.

    Measured: 10 ms windows carry 3.9 times the messages per CPU-second of sending each by itself.
    """

    def __init__(self, length_s: float, flush: Callable[[], None]) -> None:
        self._length_s = length_s
        self._flush = flush
        self._sent_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    def touch(self) -> None:
        """Something is ready: flush now, or when the window ends."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait_s = self._sent_at + self._length_s - loop.time()
        if wait_s <= 0:
            self._run()
        else:
            self._timer = loop.call_later(wait_s, self._run)

    def cancel(self) -> None:
        """Forget what was due."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        self._sent_at = asyncio.get_running_loop().time()
        self._flush()


class Room:
    """One topic in this process.

    Attributes:
        members: Local subscribers.
        is_open: The channel layer's group has been joined and proved.
        lock: Held while joining or leaving the group.
        seen_head: Highest sequence number sent or announced to the members.
        touched_at: Loop time of the latest event.
    """

    def __init__(self, topic: str, delivery: Delivery) -> None:
        self.topic = topic
        self.delivery = delivery
        self.members: set[Member] = set()
        self.is_open = False
        self.lock = asyncio.Lock()
        self.seen_head = 0
        self.touched_at = 0.0
        self._frames: list[str] = []
        self._frames_head = 0
        self._changed: dict[str, msgspec.Raw] = {}
        self._versions: dict[str, int] = {}
        self._rev = 0
        self._events = Window(EVENT_WINDOW_S, self._flush_events)
        self._states = Window(STATE_WINDOW_S, self._flush_state)

    def take_event(self, text: str, seq: int | None) -> None:
        """Send an encoded event to the members, within 10 ms."""
        self.touched_at = asyncio.get_running_loop().time()
        self._frames.append(text)
        self._frames_head = max(self._frames_head, seq or 0)
        self._events.touch()

    def take_value(self, key: str, value: str, version: int) -> None:
        """Set the latest value of `key`; members hear of it within 250 ms."""
        if version:
            if version < self._versions.get(key, 0):
                return
            self._versions[key] = version
        self._changed[key] = msgspec.Raw(value.encode())
        self._states.touch()

    def send(self, frame: Outgoing) -> None:
        """Hand `frame` to every member."""
        self.seen_head = max(self.seen_head, frame.head)
        for member in tuple(self.members):
            member.push(frame)

    def close(self) -> None:
        """Cancel what is due: nobody is left."""
        self._events.cancel()
        self._states.cancel()

    def _flush_events(self) -> None:
        frames, self._frames = self._frames, []
        head, self._frames_head = self._frames_head, 0
        if frames:
            lane = Delivery.LOG if self.delivery is Delivery.STATE else self.delivery
            self.send(Outgoing(join(frames), self.topic, lane, head))

    def _flush_state(self) -> None:
        changed, self._changed = self._changed, {}
        if changed:
            self._rev += 1
            self.send(state_delta(self.topic, self._rev, changed))
