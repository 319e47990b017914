"""Endless work on a Redis that may be away, and its certain end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from redis.exceptions import RedisError

RETRY_SECONDS: Final = 0.5
CANCEL_AGAIN_SECONDS: Final = 0.5


async def repeat(step: Callable[[], Awaitable[None]], away: Callable[[Exception], None]) -> None:
    """Run `step` for ever; when Redis is away call `away` with the reason and wait a little."""
    while True:
        try:
            await step()
        except (RedisError, OSError) as error:
            away(error)
            await asyncio.sleep(RETRY_SECONDS)


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until every task has ended.

    redis-py can swallow a cancellation that meets it while it connects, so one is not enough.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
