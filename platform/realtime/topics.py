"""Topic names, what an app supplies for a topic, and the registry filled by invigil/wiring.py."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import msgspec

from realtime.envelope import Pushed
from realtime.errors import UnknownTopic
from realtime.ratelimit import Rate

_NAME: Final = re.compile(r"([a-z]{1,20}):([A-Za-z0-9_-]{1,60})")


class Delivery(StrEnum):
    """What may happen to a topic's frames when a client reads too slowly."""

    STATE = "state"  # latest value per key; older ones are dropped
    LOG = "log"  # bounded; on overflow all are dropped and a gap is announced
    COMMAND = "command"  # few and never dropped
    RTC = "rtc"  # bounded; on overflow the negotiation has to start again


@dataclass(frozen=True, slots=True)
class Caller:
    """Who speaks, on which socket."""

    user_id: int
    connection_id: str
    session_key: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a new subscriber gets: the state, its head, and the events missed since `since`."""

    head: int = 0
    state: msgspec.Struct | None = None
    events: Sequence[Pushed] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One imperative of a topic.

    Attributes:
        schema: Frozen msgspec struct with forbid_unknown_fields; the shape of `d`.
        run: `async (caller, key, message) -> Struct | None`; its return value is the ack's `d`.
        result: Shape of the ack, for the generated TypeScript.
        rate: Limit per socket; without one only the socket's own limit holds.
    """

    schema: type[msgspec.Struct]
    run: Callable[[Caller, str, Any], Awaitable[msgspec.Struct | None]]
    result: type[msgspec.Struct] | None = None
    rate: Rate | None = None


class TopicHandler(Protocol):
    """What an app supplies for one noun. Derive from `Topic` for the defaults."""

    @property
    def noun(self) -> str:
        """First part of the topic names served, for example `chat`."""
        ...

    @property
    def delivery(self) -> Delivery:
        """What may happen to frames of a slow reader."""
        ...

    @property
    def calls(self) -> Mapping[str, Call]:
        """What may be asked for, by name `noun.verb`."""
        ...

    @property
    def state(self) -> type[msgspec.Struct] | None:
        """Shape of `Snapshot.state`, for the generated TypeScript."""
        ...

    @property
    def value(self) -> type[msgspec.Struct] | None:
        """Shape of the values given to `publish_state`."""
        ...

    @property
    def events(self) -> Sequence[type[msgspec.Struct]]:
        """Tagged structs given to `publish`."""
        ...

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        """Return the snapshot for `caller`.

        Raises:
            DomainError: Not found, or not allowed.
        """
        ...

    async def left(self, caller: Caller, key: str) -> None:
        """Hear that a subscription that had succeeded is over."""
        ...

    async def heads(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return the latest sequence number by key; only LOG topics have any."""
        ...


class Topic:
    """Defaults of a TopicHandler: no calls, no events, nothing to do on leaving.

    Subclasses set `noun` and `delivery` and define `subscribe`. After a gap or a lost connection
    `subscribe` runs again on the same topic; `left` runs once, at the end.
    """

    noun: str
    delivery: Delivery
    calls: Mapping[str, Call] = {}
    state: type[msgspec.Struct] | None = None
    value: type[msgspec.Struct] | None = None
    events: Sequence[type[msgspec.Struct]] = ()

    async def left(self, caller: Caller, key: str) -> None:
        """Do nothing."""

    async def heads(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Return nothing: this topic has no log."""
        del keys
        return {}


class Registry:
    """Which handler serves which noun; filled once, by invigil/wiring.py."""

    def __init__(self) -> None:
        self._handlers: dict[str, TopicHandler] = {}

    def register(self, handler: TopicHandler) -> None:
        """Bind `handler` to its noun.

        Raises:
            ValueError: Another handler has this noun, or a call is not named `noun.verb`.
        """
        bound = self._handlers.get(handler.noun)
        if bound is not None and type(bound) is not type(handler):
            raise ValueError(f"topic {handler.noun}: already served by {type(bound).__name__}")
        for name in handler.calls:
            if not name.startswith(f"{handler.noun}."):
                raise ValueError(f"call {name}: must begin with {handler.noun}.")
        self._handlers[handler.noun] = handler

    def find(self, topic: str) -> tuple[TopicHandler, str]:
        """Return the handler of `topic` and the key after the colon.

        Raises:
            UnknownTopic: Nobody serves it, or the name breaks the grammar.
        """
        noun, key = split(topic)
        handler = self._handlers.get(noun)
        if handler is None:
            raise UnknownTopic(topic=noun)
        return handler, key

    def delivery_of(self, topic: str) -> Delivery:
        """Return the delivery class of `topic`; LOG when nobody serves it."""
        handler = self._handlers.get(topic.partition(":")[0])
        return handler.delivery if handler else Delivery.LOG

    def handlers(self) -> tuple[TopicHandler, ...]:
        """Return every handler by noun, for the generated declarations."""
        return tuple(self._handlers[noun] for noun in sorted(self._handlers))


registry = Registry()


def register(handler: TopicHandler) -> None:
    """Bind `handler` to its noun in this process; called only from invigil/wiring.py."""
    registry.register(handler)


def split(topic: str) -> tuple[str, str]:
    """Return noun and key of `noun:key`.

    Raises:
        UnknownTopic: The name breaks the grammar.
    """
    match = _NAME.fullmatch(topic)
    if match is None:
        raise UnknownTopic(topic=topic[:40])
    return match[1], match[2]


def group_of(topic: str) -> str:
    """Return the channel-layer group of `topic`: groups may not contain a colon."""
    return topic.replace(":", ".", 1)
