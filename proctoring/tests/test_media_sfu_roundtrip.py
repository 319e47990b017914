"""Several commands in one transaction and one round trip."""

import pytest
from redis import asyncio as aioredis
from redis.exceptions import ResponseError

from proctoring.media.sfu.roundtrip import in_one_trip
from proctoring.tests.media_stage import private_valkey


async def test_results_come_in_order_and_a_refused_command_is_an_error() -> None:
    with private_valkey() as url:
        async with aioredis.Redis.from_url(url) as redis:
            commands = (("RPUSH", "list", b"a", "b"), ("LLEN", "list"), ("GET", "nothing"))
            assert await in_one_trip(redis, *commands) == [2, 2, None]
            with pytest.raises(ResponseError):
                await in_one_trip(redis, ("INCR", "list"))
