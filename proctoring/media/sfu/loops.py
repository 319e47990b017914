"""Endless work on a Redis that may be away, and its certain end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from redis.exceptions import RedisError

RETRY_SECONDS: Final = 0.5
CANCEL_AGAIN_SECONDS: Final = 0.5


async def repeat(
    step: Callable[[], Awaitable[None]], away: Callable[[Exception, bool], None]
) -> None:
    """Run `step` for ever; while Redis is away wait a little before each try.

    Args:
        step: May raise RedisError or OSError; anything else ends the loop.
        away: Called after each failed try with the reason, and whether it is the first in a row.
    """
    is_away = False
    while True:
        try:
            await step()
        except (RedisError, OSError) as error:
            away(error, not is_away)
            is_away = True
            await asyncio.sleep(RETRY_SECONDS)
        else:
            is_away = False


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until every task has ended.

    redis-py can swallow a cancellation that meets it while it connects, so one is not enough.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
