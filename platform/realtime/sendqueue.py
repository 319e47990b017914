"""Bounded queue of one socket by delivery class (pure): what waits when a client reads slowly.

STATE: only the latest value per key waits. LOG: at most 256 frames or 512 KiB; on overflow the
topic's frames are dropped and one gap is announced. COMMAND and control frames are never dropped
and overtake the rest. RTC: at most 64 frames, overflow as for LOG: the negotiation starts again.
More than 1 MiB in all means that the client does not read: the socket is to be closed.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import msgspec

from realtime.envelope import Changed, Gap, join, write
from realtime.topics import Delivery

LOG_FRAMES: Final = 256
LOG_BYTES: Final = 512 * 1024
RTC_FRAMES: Final = 64
MAX_BYTES: Final = 1024 * 1024
BATCH_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One encoded frame, shared by all sockets that get it.

    Attributes:
        text: The frame.
        topic: Empty for control frames (hello, ack, err, hb).
        delivery: None for control frames, which are never dropped.
        head: Highest sequence number inside; 0 when there is none.
        changed: For STATE deltas, the values by key, so that waiting deltas can be merged.
        rev: Revision of such a delta.
    """

    text: str
    topic: str = ""
    delivery: Delivery | None = None
    head: int = 0
    changed: Mapping[str, msgspec.Raw] | None = None
    rev: int = 0


class Outcome(Enum):
    """What became of a pushed frame."""

    QUEUED = auto()
    GAP = auto()  # dropped; a gap is announced in its place
    OVERFULL = auto()  # the socket must be closed


class SendQueue:
    """What one socket still has to be sent, in order within a topic.

    Attributes:
        waiting_bytes: Characters waiting, as a measure of bytes.
    """

    __slots__ = ("_gaps", "_normal", "_urgent", "waiting_bytes")

    def __init__(self) -> None:
        self._urgent: deque[Outgoing] = deque()
        self._normal: deque[Outgoing] = deque()
        self._gaps: set[str] = set()
        self.waiting_bytes = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._normal)

    def push(self, frame: Outgoing) -> Outcome:
        """Put `frame` into its lane by its delivery class."""
        if frame.changed is not None and self._merge(frame, frame.changed):
            return self._weighed()
        if frame.topic in self._gaps and frame.delivery in (Delivery.LOG, Delivery.RTC):
            return Outcome.GAP
        if self._overflows(frame):
            self._replace_by_gap(frame)
            return Outcome.GAP
        lane = self._normal if _may_wait(frame) else self._urgent
        lane.append(frame)
        self.waiting_bytes += len(frame.text)
        return self._weighed()

    def pop(self) -> str | None:
        """Return the next frames as one text, commands and control first; None when empty."""
        texts: list[str] = []
        size = 0
        while size < BATCH_BYTES and (self._urgent or self._normal):
            frame = (self._urgent or self._normal).popleft()
            self._gaps.discard(frame.topic)
            size += len(frame.text)
            texts.append(frame.text)
        self.waiting_bytes -= size
        return _flat_join(texts) if texts else None

    def forget(self, topic: str) -> None:
        """Drop everything that waits for `topic`: the client has left it."""
        self._keep(lambda frame: frame.topic != topic)
        self._gaps.discard(topic)

    def _weighed(self) -> Outcome:
        return Outcome.OVERFULL if self.waiting_bytes > MAX_BYTES else Outcome.QUEUED

    def _merge(self, frame: Outgoing, changed: Mapping[str, msgspec.Raw]) -> bool:
        """Merge a STATE delta into the one of the same topic that waits, in its place."""
        for place, waiting in enumerate(self._normal):
            if waiting.topic == frame.topic and waiting.changed is not None:
                merged = state_delta(frame.topic, frame.rev, {**waiting.changed, **changed})
                self._normal[place] = merged
                self.waiting_bytes += len(merged.text) - len(waiting.text)
                return True
        return False

    def _overflows(self, frame: Outgoing) -> bool:
        if frame.delivery is Delivery.LOG:
            waiting = [len(other.text) for other in self._normal if other.delivery is Delivery.LOG]
            return len(waiting) >= LOG_FRAMES or sum(waiting) + len(frame.text) > LOG_BYTES
        if frame.delivery is Delivery.RTC:
            same = sum(other.topic == frame.topic for other in self._urgent)
            return same >= RTC_FRAMES
        return False

    def _replace_by_gap(self, frame: Outgoing) -> None:
        self._keep(lambda other: other.topic != frame.topic or other.delivery is not frame.delivery)
        gap = Outgoing(write(Gap(top=frame.topic, head=frame.head)), topic=frame.topic)
        self._normal.append(gap)
        self._gaps.add(frame.topic)
        self.waiting_bytes += len(gap.text)

    def _keep(self, wanted: Callable[[Outgoing], bool]) -> None:
        self._urgent = deque(filter(wanted, self._urgent))
        self._normal = deque(filter(wanted, self._normal))
        self.waiting_bytes = sum(len(f.text) for f in (*self._urgent, *self._normal))


def state_delta(topic: str, rev: int, values: Mapping[str, msgspec.Raw]) -> Outgoing:
    """Return the `<noun>.changed` frame of a STATE topic."""
    noun = topic.partition(":")[0]
    text = write(Changed(t=f"{noun}.changed", top=topic, rev=rev, d=dict(values)))
    return Outgoing(text, topic, Delivery.STATE, changed=values, rev=rev)


def _may_wait(frame: Outgoing) -> bool:
    return frame.delivery in (Delivery.LOG, Delivery.STATE)


def _flat_join(texts: list[str]) -> str:
    """Join frames of which some are arrays already."""
    if len(texts) == 1:
        return texts[0]
    return join([text[1:-1] if text.startswith("[") else text for text in texts])
