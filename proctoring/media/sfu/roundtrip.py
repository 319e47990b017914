"""Several Redis commands in one transaction and one round trip."""

from typing import Any

from redis import asyncio as aioredis

Command = tuple[str | bytes | int | float, ...]


async def in_one_trip(redis: aioredis.Redis, *commands: Command) -> list[Any]:
    """Run the commands atomically and return their results in order.

    Raises:
        RedisError: Redis is away or refused a command.
    """
    pipe: Any = redis.pipeline(transaction=True)  # its commands are typed as awaitables, wrongly
    async with pipe:
        for command in commands:
            pipe.execute_command(*command)
        results: list[Any] = await pipe.execute()
    return results
