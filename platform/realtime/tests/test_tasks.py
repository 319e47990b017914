"""Background tasks are kept, named, and never fail in silence."""

import asyncio
import gc
import logging

import pytest

from realtime import tasks
from realtime.tasks import spawn


async def test_a_task_is_kept_until_it_ends_even_if_nobody_holds_it() -> None:
    done: list[int] = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append(1)

    _ = spawn(work(), name="work")
    gc.collect()
    await asyncio.sleep(0.05)
    assert done == [1]
    assert not [task for task in tasks._running if task.get_name() == "work"]


async def test_a_failure_is_logged_with_its_name_and_cause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> None:
        raise ValueError("broken")

    task = spawn(work(), name="fragile")
    with caplog.at_level(logging.ERROR):
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert "task.failed" in caplog.text
    assert "fragile" in caplog.text
    assert "broken" in caplog.text


async def test_cancelling_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    task = spawn(asyncio.sleep(60), name="sleep")
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert "task.failed" not in caplog.text


async def test_the_result_can_be_awaited() -> None:
    async def work() -> int:
        return 7

    assert await spawn(work(), name="seven") == 7
