"""Which cameras stay away: from the facts of the media plane to lines of the board's log."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from kernel import clock
from proctoring.domain.link import CAMERA_GRACE
from realtime.tasks import spawn


class NoteCamera(Protocol):
    """Writes that a camera went or came back; knows it from before when nothing is new."""

    async def __call__(self, attempt_id: int, *, is_back: bool, at: datetime) -> None:
        """Write it once."""
        ...


class CameraLog:
    """Notes a camera that stays away for the grace time, and one that is back.

    A candidate may come back through another process. So the one that heard the camera go asks
    the media plane before it believes its own timer.
    """

    def __init__(self, is_live: Callable[[int, int], Awaitable[bool]], note: NoteCamera) -> None:
        """Take `is_live(sitting, attempt)`, which asks every process's media plane."""
        self._is_live = is_live
        self._note = note
        self._gone: dict[int, asyncio.TimerHandle] = {}

    def hear(self, sitting_id: int, attempt_id: int, *, is_live: bool) -> None:
        """Take one fact about a camera that this process carries."""
        timer = self._gone.pop(attempt_id, None)
        if timer is not None:
            timer.cancel()
        at = clock.now()
        if is_live:
            _ = spawn(self._note(attempt_id, is_back=True, at=at), name="camera-back")
            return
        self._gone[attempt_id] = asyncio.get_running_loop().call_later(
            CAMERA_GRACE.total_seconds(), self._give_up, sitting_id, attempt_id, at
        )

    def _give_up(self, sitting_id: int, attempt_id: int, at: datetime) -> None:
        del self._gone[attempt_id]
        _ = spawn(self._note_loss(sitting_id, attempt_id, at), name="camera-lost")

    async def _note_loss(self, sitting_id: int, attempt_id: int, at: datetime) -> None:
        if not await self._is_live(sitting_id, attempt_id):
            await self._note(attempt_id, is_back=False, at=at)
