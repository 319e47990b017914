"""Domain events and the in-transaction bus. The map itself is in invigil/wiring.py.

A handler runs synchronously inside the transaction of whoever emits, so that what depends on
a fact commits with it (the chat lock with the opening of a sitting). Slow or fallible work
belongs in the outbox, never in a handler.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Event:
    """Base of every domain event: past tense, ids and values only, never model objects."""


E = TypeVar("E", bound=Event)


class Bus:
    """Dispatches an event to the handlers bound to its exact type, in binding order."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[Callable[[Any], None]]] = {}

    def bind(self, event_type: type[E], handler: Callable[[E], None]) -> None:
        """Bind `handler` to `event_type`; binding the same pair twice has no effect."""
        handlers = self._handlers.setdefault(event_type, [])
        if handler not in handlers:
            handlers.append(handler)

    def emit(self, event: Event) -> None:
        """Run every handler of `event` now, inside the caller's transaction.

        Raises:
            Exception: Whatever a handler raises; the caller's transaction then rolls back.
        """
        for handler in self._handlers.get(type(event), ()):
            handler(event)

    def handlers_of(self, event_type: type[Event]) -> tuple[Callable[[Any], None], ...]:
        """Return the handlers bound to `event_type`, for the wiring test."""
        return tuple(self._handlers.get(event_type, ()))


bus = Bus()
