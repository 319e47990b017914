"""Which cameras stay away: from the facts of the media plane to lines of the board's log."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from kernel import clock
from proctoring.domain.link import CAMERA_GRACE
from realtime.tasks import spawn


class NoteCamera(Protocol):
    """Writes that a camera went or came back; knows it from before when nothing is new."""

    async def __call__(self, attempt_id: int, *, is_back: bool, at: datetime) -> None:
        """Write it once."""
        ...


class Timer(Protocol):
    """What runs until the grace time is over."""

    def cancel(self) -> None:
        """Let it not fire."""
        ...


def call_later(seconds: float, act: Callable[[], None]) -> Timer:
    """Start a timer of the running loop."""
    return asyncio.get_running_loop().call_later(seconds, act)


@dataclass(slots=True)
class _Camera:
    """One candidate's camera.

    Attributes:
        heard: How many facts; what was begun on an earlier one is out of date.
        timer: Runs while it is away.
        notes: Held by who writes, in the order in which the facts were heard.
    """

    heard: int = 0
    timer: Timer | None = None
    notes: asyncio.Lock = field(default_factory=asyncio.Lock)


class CameraLog:
    """Notes a camera that stays away for the grace time, and one that is back.

    A candidate may come back through another process. So the one that heard the camera go asks
    the media plane before it believes its own timer. What it hears while it waits for the answer
    is newer than the answer.
    """

    def __init__(
        self,
        is_live: Callable[[int, int], Awaitable[bool]],
        note: NoteCamera,
        call_later: Callable[[float, Callable[[], None]], Timer] = call_later,
    ) -> None:
        """Take `is_live(sitting, attempt)`, which asks every process's media plane."""
        self._is_live = is_live
        self._note = note
        self._call_later = call_later
        self._cameras: dict[int, _Camera] = {}

    def hear(self, sitting_id: int, attempt_id: int, *, is_live: bool) -> None:
        """Take one fact about a camera that this process carries."""
        camera = self._cameras.setdefault(attempt_id, _Camera())
        camera.heard += 1
        if camera.timer is not None:
            camera.timer.cancel()
            camera.timer = None
        at = clock.now()
        if is_live:
            _ = spawn(self._note_return(attempt_id, camera, at), name="camera-back")
            return
        give_up = partial(self._give_up, sitting_id, attempt_id, camera, at)
        camera.timer = self._call_later(CAMERA_GRACE.total_seconds(), give_up)

    def _give_up(self, sitting_id: int, attempt_id: int, camera: _Camera, at: datetime) -> None:
        camera.timer = None
        _ = spawn(self._note_loss(sitting_id, attempt_id, camera, at), name="camera-lost")

    async def _note_return(self, attempt_id: int, camera: _Camera, at: datetime) -> None:
        heard = camera.heard
        async with camera.notes:
            await self._note(attempt_id, is_back=True, at=at)
        if camera.heard == heard:
            self._cameras.pop(attempt_id, None)

    async def _note_loss(
        self, sitting_id: int, attempt_id: int, camera: _Camera, at: datetime
    ) -> None:
        heard = camera.heard
        if await self._is_live(sitting_id, attempt_id):
            return
        async with camera.notes:
            if camera.heard == heard:
                await self._note(attempt_id, is_back=False, at=at)
