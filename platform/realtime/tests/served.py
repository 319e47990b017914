"""The real ASGI application with topics of our own, for tests that start real servers."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection as database
from django.utils.module_loading import import_string

from kernel.errors import DomainError
from kernel.events import bus
from realtime import connection, hub, leases, metrics, node, presence, roster, topics
from realtime.envelope import Pushed
from realtime.errors import Forbidden
from realtime.events import PresenceChanged
from realtime.publish import publish, publish_state
from realtime.ratelimit import Rate
from realtime.threads import in_database
from realtime.topics import Call, Caller, Delivery, Snapshot, Topic

application = import_string(settings.ASGI_APPLICATION)

layers: Any = settings.CHANNEL_LAYERS
layers["default"]["CONFIG"]["prefix"] = os.environ["TEST_PREFIX"]
SHORTER: tuple[tuple[ModuleType, str, float], ...] = (
    (node, "SESSIONS_S", float(os.environ.get("TEST_SESSIONS_S", "60"))),
    (hub, "WATCH_S", 0.3),
    (hub, "HEADS_S", 0.3),
    (roster, "RENEW_S", 0.5),
    (leases, "LEASE_S", 1),
    (presence, "SILENCE_S", float(os.environ.get("TEST_SILENCE_S", "5"))),
    (presence, "GRACE_S", float(os.environ.get("TEST_GRACE_S", "15"))),
    (connection, "BLOCKED_S", float(os.environ.get("TEST_BLOCKED_S", "10"))),
)
for module, name, value in SHORTER:
    setattr(module, name, value)
topics.registry._handlers.clear()


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str


class Said(msgspec.Struct, frozen=True, tag="talk.said", tag_field="t"):
    body: str
    by: int


class Number(msgspec.Struct, frozen=True):
    seq: int


class State(msgspec.Struct, frozen=True):
    title: str


class Muted(DomainError):
    code = "muted"
    http_status = 409


class Talk(Topic):
    """A log in memory; key `secret` is closed to everybody, `slow` answers late."""

    noun = "talk"
    delivery = Delivery.LOG
    state = State
    events = (Said,)

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {
            "talk.say": Call(Say, self.say, result=Number),
            "talk.seldom": Call(Say, self.say, rate=Rate(per_second=0.1, burst=1)),
            "talk.mute": Call(Say, self.mute),
            "talk.crash": Call(Say, self.crash),
            "talk.wait": Call(Say, self.wait),
            "talk.flood": Call(Say, self.flood),
            "talk.closed": Call(Say, self.closed, result=Number),
        }
        self.log: dict[str, list[Pushed]] = {}

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        if key == "secret":
            raise Forbidden(topic=key)
        if key == "bug":
            raise RuntimeError("a bug in subscribe")
        if key == "slow":
            await asyncio.sleep(0.5)
        log = self.log.setdefault(key, [])
        events = [event for event in log if since is not None and (event.seq or 0) > since]
        return Snapshot(head=len(log), state=State(title=key), events=events)

    async def left(self, caller: Caller, key: str) -> None:
        await self.add(f"left by {caller.user_id}", caller, "diary")

    async def heads(self, keys: Sequence[str]) -> Mapping[str, int]:
        return {key: len(self.log.get(key, ())) for key in keys}

    async def say(self, caller: Caller, key: str, message: Say) -> Number:
        return Number(await self.add(message.body, caller, key))

    async def add(self, body: str, caller: Caller, key: str) -> int:
        log = self.log.setdefault(key, [])
        said = Said(body, caller.user_id)
        log.append(Pushed.of(f"talk:{key}", said, seq=len(log) + 1))
        publish(f"talk:{key}", said, seq=len(log))
        return len(log)

    async def mute(self, caller: Caller, key: str, message: Say) -> None:
        raise Muted(until=5)

    async def crash(self, caller: Caller, key: str, message: Say) -> None:
        raise RuntimeError("a bug in a call")

    async def wait(self, caller: Caller, key: str, message: Say) -> None:
        """Hold a database thread until the advisory lock of the body's number is free."""
        await in_database(self.wait_for_lock, int(message.body))

    async def flood(self, caller: Caller, key: str, message: Say) -> None:
        """Push the body's number of frames of 4 KB."""
        for _ in range(int(message.body)):
            await self.add("x" * 4096, caller, key)
            await asyncio.sleep(0)

    async def closed(self, caller: Caller, key: str, message: Say) -> Number:
        """Tell how many sockets this process has closed with the body's code."""
        return Number(int(metrics.CLOSED.labels(message.body)._value.get()))

    def wait_for_lock(self, number: int) -> None:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [number])
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


class Wall(Topic):
    noun = "wall"
    delivery = Delivery.STATE
    value = Number

    def __init__(self) -> None:
        self.calls: Mapping[str, Call] = {"wall.set": Call(Say, self.set)}

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        return Snapshot()

    async def set(self, caller: Caller, key: str, message: Say) -> None:
        publish_state(f"wall:{key}", message.body, Number(len(message.body)))


class Attempt(Topic):
    noun = "attempt"
    delivery = Delivery.COMMAND

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        return Snapshot()


class Seen(msgspec.Struct, frozen=True, tag="watch.seen", tag_field="t"):
    user: int
    attempts: tuple[int, ...]
    state: str


class Watch(Topic):
    """Tells every change of presence of this process."""

    noun = "watch"
    delivery = Delivery.COMMAND

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        return Snapshot()


def tell(change: PresenceChanged) -> None:
    publish("watch:all", Seen(change.user_id, change.attempt_ids, change.state))


bus._handlers.pop(PresenceChanged, None)
bus.bind(PresenceChanged, tell)
for handler in (Talk(), Wall(), Attempt(), Watch()):
    topics.register(handler)
