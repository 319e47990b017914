"""Coroutines that run in place until they wait."""

import asyncio

import pytest

from realtime import eager


async def test_what_never_waits_has_ended_at_once() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    assert eager.start(work()) is None
    assert done == [1]


async def test_what_waits_goes_on_when_the_rest_is_awaited() -> None:
    gate = asyncio.Event()
    done: list[int] = []

    async def work() -> None:
        done.append(1)
        await gate.wait()
        done.append(2)
        await asyncio.sleep(0)
        done.append(3)

    rest = eager.start(work())
    assert rest is not None
    assert done == [1]
    task = asyncio.ensure_future(_awaited(rest))
    await asyncio.sleep(0)
    gate.set()
    await task
    assert done == [1, 2, 3]


async def test_an_error_before_the_first_wait_is_raised_at_once() -> None:
    async def work() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        eager.start(work())


async def test_an_error_after_a_wait_comes_out_of_the_rest() -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await gate

    rest = eager.start(work())
    assert rest is not None
    gate.set_exception(ConnectionError())
    with pytest.raises(ConnectionError):
        await rest


async def test_cancelling_reaches_the_coroutine() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    rest = eager.start(work())
    assert rest is not None
    task = asyncio.ensure_future(_awaited(rest))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]


async def _awaited(rest: eager.Rest) -> None:
    await rest
