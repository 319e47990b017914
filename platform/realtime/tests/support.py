"""Shared by the tests of the plane: a layer, a recording member, waiting for a fact."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

from realtime.sendqueue import Outgoing


def layer_on(url: str, prefix: str) -> Any:
    """Return a channel layer of the kind used in production."""
    host = {
        "address": url,
        "health_check_interval": 15,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
    }
    return RedisPubSubChannelLayer(hosts=[host], prefix=prefix)


class Recorder:
    """A member of a topic that remembers every event it was given."""

    def __init__(self) -> None:
        self.frames: list[Outgoing] = []

    def push(self, frame: Outgoing) -> None:
        self.frames.append(frame)

    @property
    def events(self) -> list[Any]:
        found: list[Any] = []
        for frame in self.frames:
            parsed = json.loads(frame.text)
            found += parsed if isinstance(parsed, list) else [parsed]
        return found

    def of(self, name: str) -> list[Any]:
        return [event for event in self.events if event["t"] == name]


async def until(fact: Callable[[], object], timeout_s: float = 10.0) -> None:
    """Wait until `fact()` is true; fail after `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not fact():  # noqa: ASYNC110 any fact, of any process
            await asyncio.sleep(0.01)
