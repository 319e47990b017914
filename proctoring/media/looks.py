"""Keeps the watch log in step with what the walls of this process see at large."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol
from weakref import WeakValueDictionary

import structlog
from django.db import DatabaseError

from kernel.errors import DomainError
from proctoring.media.peerbook import PeerBook, attempts_at_large
from proctoring.media.ports import SourceRef

log = structlog.get_logger(__name__)

NOBODY: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, on which socket, at which sitting."""

    user_id: int
    connection_id: str
    sitting_id: int


class NoteLooks(Protocol):
    """Writes whom a viewer's connection sees at large from now on."""

    async def __call__(self, viewer: Viewer, attempt_ids: frozenset[int]) -> None:
        """Write it; may raise, and is then asked again."""
        ...


@dataclass(slots=True)
class _Written:
    """What the log says of one connection; `attempt_ids` None while nobody can be sure."""

    viewer: Viewer
    attempt_ids: frozenset[int] | None


class LookLog:
    """One per process. What one connection sees is written by one task at a time.

    A look is written before it is granted: if it cannot be written there is no picture.
    """

    def __init__(self, book: PeerBook, note: NoteLooks) -> None:
        self._book = book
        self._note = note
        self._written: dict[str, _Written] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def granting(
        self, viewer: Viewer, wanted: Iterable[SourceRef | None]
    ) -> AsyncIterator[None]:
        """Write the looks that are about to be granted; afterwards, what is left of all.

        Raises:
            DomainError: As the one who writes; nothing may be granted then.
        """
        async with self._turn(viewer.connection_id):
            seen = self._seen(viewer.connection_id)
            await self._write(viewer, seen | attempts_at_large(wanted))
            try:
                yield
            finally:
                await self._write(viewer, self._seen(viewer.connection_id))

    async def settle(self, connection_id: str) -> None:
        """Write what a connection still sees, after peers of it have gone."""
        async with self._turn(connection_id):
            written = self._written.get(connection_id)
            if written is not None:
                await self._write(written.viewer, self._seen(connection_id))

    async def renew(self) -> None:
        """Say of every look that it goes on, and mend what could not be written before."""
        for connection_id, written in list(self._written.items()):
            written.attempt_ids = None
            try:
                await self.settle(connection_id)
            except (DomainError, DatabaseError) as error:
                log.warning("looks.not_renewed", connection=connection_id, error=repr(error))

    async def _write(self, viewer: Viewer, attempt_ids: frozenset[int]) -> None:
        connection_id = viewer.connection_id
        written = self._written.get(connection_id)
        if (NOBODY if written is None else written.attempt_ids) == attempt_ids:
            return
        self._written[connection_id] = _Written(viewer, None)
        await self._note(viewer, attempt_ids)
        if attempt_ids:
            self._written[connection_id].attempt_ids = attempt_ids
        else:
            del self._written[connection_id]

    def _seen(self, connection_id: str) -> frozenset[int]:
        records = self._book.of_connection(connection_id)
        return attempts_at_large(wish for one in records for wish in one.slots.values())

    def _turn(self, connection_id: str) -> asyncio.Lock:
        return self._turns.setdefault(connection_id, asyncio.Lock())
