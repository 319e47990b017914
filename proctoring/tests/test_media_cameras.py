"""Cameras that stay away: after the grace time, once believed by the whole media plane."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from kernel import clock
from proctoring.domain.link import CAMERA_GRACE
from proctoring.media.cameras import CameraLog, call_later

ANA = 11


@dataclass
class FakeTimer:
    act: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Desk:
    """A log whose grace time ends when the test says so; `live` is what the media plane says."""

    def __init__(self) -> None:
        self.live = False
        self.answer = asyncio.Event()
        self.answer.set()
        self.written = asyncio.Event()
        self.written.set()
        self.noted: list[str] = []
        self.times: list[datetime] = []
        self.timers: list[FakeTimer] = []
        self.log = CameraLog(self.is_live, self.note, self.call_later)

    def call_later(self, seconds: float, act: Callable[[], None]) -> FakeTimer:
        assert seconds == CAMERA_GRACE.total_seconds()
        self.timers.append(FakeTimer(act))
        return self.timers[-1]

    async def is_live(self, sitting_id: int, attempt_id: int) -> bool:
        assert (sitting_id, attempt_id) == (1, ANA)
        live = self.live
        await self.answer.wait()
        return live

    async def note(self, attempt_id: int, *, is_back: bool, at: datetime) -> None:
        assert attempt_id == ANA
        await self.written.wait()
        self.noted.append("back" if is_back else "lost")
        self.times.append(at)

    async def hear(self, *, is_live: bool) -> None:
        self.log.hear(1, ANA, is_live=is_live)
        await settle()

    async def let_the_grace_pass(self) -> None:
        due, self.timers = self.timers, []
        for timer in due:
            if not timer.is_cancelled:
                timer.act()
        await settle()


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_a_camera_that_stays_away_is_lost_and_then_back(desk: Desk) -> None:
    await desk.hear(is_live=False)
    await desk.hear(is_live=False)
    await desk.let_the_grace_pass()
    assert desk.noted == ["lost"]
    await desk.hear(is_live=True)
    assert desk.noted == ["lost", "back"]


async def test_a_reload_is_no_loss(desk: Desk) -> None:
    await desk.hear(is_live=False)
    await desk.hear(is_live=True)
    await desk.let_the_grace_pass()
    assert desk.noted == ["back"]


async def test_a_camera_that_came_back_through_another_process_is_no_loss(desk: Desk) -> None:
    await desk.hear(is_live=False)
    desk.live = True
    await desk.let_the_grace_pass()
    assert desk.noted == []


async def test_a_camera_that_is_back_before_the_media_plane_answers_is_no_loss(desk: Desk) -> None:
    await desk.hear(is_live=False)
    desk.answer.clear()
    await desk.let_the_grace_pass()
    await desk.hear(is_live=True)
    desk.answer.set()
    await settle()
    assert desk.noted == ["back"], "which the log leaves out: nothing was lost"


async def test_a_return_is_written_after_the_loss_that_is_being_written(desk: Desk) -> None:
    await desk.hear(is_live=False)
    desk.written.clear()
    await desk.let_the_grace_pass()
    await desk.hear(is_live=True)
    desk.written.set()
    await settle()
    assert desk.noted == ["lost", "back"]


async def test_a_camera_that_goes_again_has_its_grace_anew(desk: Desk) -> None:
    await desk.hear(is_live=False)
    desk.answer.clear()
    await desk.let_the_grace_pass()
    await desk.hear(is_live=True)
    await desk.hear(is_live=False)
    desk.answer.set()
    await settle()
    assert desk.noted == ["back"]
    await desk.let_the_grace_pass()
    assert desk.noted == ["back", "lost"]


async def test_the_loss_stands_at_the_moment_it_began(desk: Desk) -> None:
    before = clock.now()
    desk.log.hear(1, ANA, is_live=False)
    began = clock.now()
    await desk.let_the_grace_pass()
    assert before <= desk.times[0] <= began


async def test_nothing_is_kept_of_a_camera_that_is_back(desk: Desk) -> None:
    await desk.hear(is_live=False)
    await desk.let_the_grace_pass()
    await desk.hear(is_live=True)
    assert desk.log._cameras == {}


async def test_the_timer_is_the_loops_own() -> None:
    fired = asyncio.Event()
    call_later(0.0, fired.set)
    async with asyncio.timeout(30):
        await fired.wait()
