"""Endless loops survive an absent Redis and end for certain."""

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisAway

from proctoring.media.sfu import loops


async def test_a_step_is_repeated_through_an_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "RETRY_SECONDS", 0.0)
    outcomes: list[Exception | None] = [None, RedisAway("gone"), OSError("reset"), None]
    heard: list[tuple[str, bool]] = []

    async def step() -> None:
        if not outcomes:
            raise KeyError("enough")
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    with pytest.raises(KeyError):
        await loops.repeat(step, lambda error, is_first: heard.append((str(error), is_first)))
    assert heard == [("gone", True), ("reset", False)]


async def test_a_task_that_swallows_one_cancellation_is_still_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops, "CANCEL_AGAIN_SECONDS", 0.01)
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            swallowed += 1
        await asyncio.sleep(60)

    task = asyncio.ensure_future(stubborn())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await loops.end([task])
    assert task.cancelled()
    assert swallowed == 1
