"""Cameras that stay away: after the grace time, once believed by the whole media plane."""

import asyncio
from datetime import datetime, timedelta

import pytest

from kernel import clock
from proctoring.media import cameras
from proctoring.media.cameras import CameraLog

ANA = 11


class Desk:
    """A log with a short grace time; `live` is what the media plane would say."""

    def __init__(self) -> None:
        self.live = False
        self.noted: list[tuple[int, str]] = []
        self.log = CameraLog(self.is_live, self.note)

    async def is_live(self, sitting_id: int, attempt_id: int) -> bool:
        assert (sitting_id, attempt_id) == (1, ANA)
        return self.live

    async def note(self, attempt_id: int, *, is_back: bool, at: datetime) -> None:
        assert at.tzinfo
        self.noted.append((attempt_id, "back" if is_back else "lost"))

    def hear(self, *, is_live: bool) -> None:
        self.log.hear(1, ANA, is_live=is_live)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(cameras, "CAMERA_GRACE", timedelta(seconds=0.05))
    return Desk()


async def test_a_camera_that_stays_away_is_lost_and_then_back(desk: Desk) -> None:
    desk.hear(is_live=False)
    desk.hear(is_live=False)
    await asyncio.sleep(0.15)
    assert desk.noted == [(ANA, "lost")]
    desk.hear(is_live=True)
    await asyncio.sleep(0.01)
    assert desk.noted == [(ANA, "lost"), (ANA, "back")]


async def test_a_reload_is_no_loss(desk: Desk) -> None:
    desk.hear(is_live=False)
    await asyncio.sleep(0.01)
    desk.hear(is_live=True)
    await asyncio.sleep(0.15)
    assert desk.noted == [(ANA, "back")]


async def test_a_camera_that_came_back_through_another_process_is_no_loss(desk: Desk) -> None:
    desk.hear(is_live=False)
    desk.live = True
    await asyncio.sleep(0.15)
    assert desk.noted == []


async def test_the_loss_stands_at_the_moment_it_began(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[datetime] = []

    async def note(attempt_id: int, *, is_back: bool, at: datetime) -> None:
        del attempt_id, is_back
        times.append(at)

    before = clock.now()
    log = CameraLog(desk.is_live, note)
    log.hear(1, ANA, is_live=False)
    began = clock.now()
    await asyncio.sleep(0.15)
    assert before <= times[0] <= began
