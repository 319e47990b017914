"""The Signalling of this process: bound once in wiring, made on the first use of the loop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from proctoring.domain.link import Link
from proctoring.media.cameras import CameraLog
from proctoring.media.embedded import EmbeddedEngine
from proctoring.media.looks import LookLog, Viewer
from proctoring.media.signalling import Push, Signalling
from proctoring.services.links import note_link
from proctoring.services.watch import VIEW_LIFE, keep_views
from realtime.tasks import spawn
from realtime.threads import in_database


@dataclass(slots=True)
class _Binding:
    make_engine: Callable[[], EmbeddedEngine] | None = None
    push: Push | None = None
    started: asyncio.Task[Signalling] | None = None
    facts: asyncio.Task[None] | None = None
    renewal: asyncio.Task[None] | None = None


_binding: Final = _Binding()


def bind(make_engine: Callable[[], EmbeddedEngine], push: Push) -> None:
    """Say which engine and which publisher to use; nothing is opened yet."""
    _binding.make_engine = make_engine
    _binding.push = push
    _binding.started = None


async def current() -> Signalling:
    """Return the process's signalling, started.

    Raises:
        RuntimeError: `bind` was not called; a mistake in wiring.
    """
    if _binding.started is None:
        _binding.started = spawn(_start(), name="media-start")
    return await asyncio.shield(_binding.started)


async def _start() -> Signalling:
    if _binding.make_engine is None or _binding.push is None:
        raise RuntimeError("proctoring.media.binding.bind was not called")
    engine = _binding.make_engine()
    await engine.start()
    signalling = Signalling(engine, _binding.push, note_looks)
    signalling.hear_camera = CameraLog(signalling.shows, note_camera).hear
    _binding.facts = spawn(signalling.run(), name="media-facts")
    _binding.renewal = spawn(renew_looks(signalling.looks), name="looks-renewal")
    return signalling


async def note_camera(attempt_id: int, *, is_back: bool, at: datetime) -> None:
    """Write that a camera went or came back into the board's log."""
    await in_database(note_link, attempt_id, Link.CAMERA, is_back=is_back, at=at)


async def note_looks(viewer: Viewer, attempt_ids: frozenset[int]) -> None:
    """Write whom a connection sees at large into the watch log.

    Raises:
        NotAllowed: An attempt of another sitting.
    """
    await in_database(
        keep_views,
        viewer.user_id,
        viewer.connection_id,
        attempt_ids,
        sitting_id=viewer.sitting_id,
    )


async def renew_looks(looks: LookLog) -> None:
    """Say three times in the life of a view that those of this process go on, for ever."""
    while True:
        await asyncio.sleep(VIEW_LIFE.total_seconds() / 3)
        await looks.renew()
