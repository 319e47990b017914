"""Process-local fan-out: ONE channel-layer channel per process, each frame encoded once.

The stock way (one channel per socket) costs 12 to 40 times the CPU per delivery and blocks all
sockets behind one slow query (measured). Only the public channel-layer API is used. The layer may
lose messages at any time; what was lost is found by heads of LOG topics and gaps of the others.
"""

import asyncio
import contextlib
import itertools
import random
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from realtime import metrics
from realtime.envelope import Gap, Heads, write
from realtime.publish import CONTROL, Item, send_items
from realtime.rooms import Member, Room
from realtime.sendqueue import Outgoing
from realtime.tasks import spawn
from realtime.topics import Delivery, Registry, group_of

log = structlog.get_logger(__name__)

BARRIER_S: Final = 2.0
WATCH_S: Final = 2.0
HEADS_S: Final = 5.0
HEADS_AGAIN_S: Final = 30.0
GAPS_PER_S: Final = 200.0  # after a fault the topics ask again spread over time
BURST: Final = 100
RETRY_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)


class Hub:
    """Rooms of this process and the one channel that feeds them.

    Attributes:
        is_faulty: The layer has failed and has not been proved to work since.
    """

    def __init__(
        self,
        make_layer: Callable[[], Any],
        registry: Registry,
        on_command: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self.is_faulty = False
        self._make_layer = make_layer
        self._registry = registry
        self._on_command = on_command
        self._own_topic = f"rt:{secrets.token_hex(8)}"
        self._rooms: dict[str, Room] = {}
        self._marks: dict[str, asyncio.Future[None]] = {}
        self._mark_count = 0
        self._announced: dict[str, float] = {}
        self._layer: Any = None
        self._channel = ""
        self._is_listening = asyncio.Event()
        self._failures = 0  # of the layer since it last brought a message
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open the channel and begin to listen; a layer that is down is tried again for ever."""
        self._layer = self._make_layer()
        self._tasks = [
            spawn(self._pump(), name="hub-pump"),
            spawn(self._watch(), name="hub-watch"),
            spawn(self._announce_heads(), name="hub-heads"),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BARRIER_S):
                await self._is_listening.wait()

    async def stop(self) -> None:
        """Stop listening and release the layer's connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for room in self._rooms.values():
            room.close()
        self._rooms.clear()
        if hasattr(self._layer, "flush"):
            await self._layer.flush()

    async def join(self, topic: str, member: Member) -> None:
        """Add `member`; on return every later publish reaches it (unless the layer is down).

        On the first join of a topic a marker is sent round through the layer and awaited, because
        the layer does not wait for Redis to confirm a subscription.
        """
        while True:
            room = self._rooms.get(topic)
            if room is None:
                room = self._rooms[topic] = Room(topic, self._registry.delivery_of(topic))
            room.members.add(member)
            async with room.lock:
                if self._rooms.get(topic) is not room:
                    continue  # it was given up while we waited
                if not room.is_open and not self.is_faulty:
                    await self._open(room)
                return

    async def leave(self, topic: str, member: Member) -> None:
        """Remove `member`; the last one closes the topic in this process."""
        room = self._rooms.get(topic)
        if room is None:
            return
        room.members.discard(member)
        async with room.lock:
            if room.members or self._rooms.get(topic) is not room:
                return
            del self._rooms[topic]
            self._announced.pop(topic, None)
            room.close()
            await self._quietly(self._layer.group_discard(group_of(topic), self._channel))

    def topics(self) -> tuple[str, ...]:
        """Return the topics with members in this process."""
        return tuple(self._rooms)

    async def heal(self) -> None:
        """After a fault: join every group again and tell members what they may have missed."""
        rooms = list(self._rooms.values())
        log.warning("hub.healing", topics=len(rooms))
        for room in rooms:
            async with room.lock:
                if self._rooms.get(room.topic) is room:
                    await self._open(room)
        await self._tell_heads(
            [room for room in rooms if room.delivery is Delivery.LOG], force=True
        )
        self._tell_gaps([room for room in rooms if room.delivery is not Delivery.LOG])

    async def _open(self, room: Room) -> None:
        try:
            async with asyncio.timeout(BARRIER_S):
                await self._is_listening.wait()
                await self._layer.group_add(group_of(room.topic), self._channel)
            await self._go_round(room.topic)
        except Exception as error:  # noqa: BLE001 whatever the layer's driver raises: the watch heals
            self._fault("join", error)
        else:
            room.is_open = True

    async def _go_round(self, topic: str) -> None:
        """Publish a marker to `topic` and wait until it comes back."""
        self._mark_count += 1
        mark = f"{self._own_topic}.{self._mark_count}"
        arrived = self._marks[mark] = asyncio.get_running_loop().create_future()
        try:
            await send_items(self._layer, topic, [["m", mark]])
            async with asyncio.timeout(BARRIER_S):
                await arrived
        finally:
            del self._marks[mark]

    # ── Listening ───────────────────────────────────────────────────────────────────────────

    async def _pump(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 the pump outlives every fault of the layer
                self._fault("receive", error)
                await asyncio.sleep(RETRY_S[min(self._failures, len(RETRY_S) - 1)])
                self._failures += 1

    async def _listen(self) -> None:
        self._channel = self._channel or await self._layer.new_channel()
        for topic in (self._own_topic, CONTROL):
            await self._layer.group_add(group_of(topic), self._channel)
        self._is_listening.set()
        for count in itertools.count(1):
            # Never cancelled by a time-out: cancelling receive() gives the channel up.
            self._take(await self._layer.receive(self._channel))
            self._failures = 0
            if count % BURST == 0:
                await asyncio.sleep(0)  # a full queue never suspends; let the sockets be served

    def _take(self, message: Mapping[str, Any]) -> None:
        for item in message.get("i", ()):
            try:
                self._take_item(message["k"], item)
            except Exception:  # one bad message must not stop the rest of the hall
                log.exception("hub.bad_item", topic=message.get("k"))

    def _take_item(self, topic: str, item: Item) -> None:
        """Act on one item; of a topic just left it is dropped.

        Raises:
            ValueError: It has none of the shapes that publish makes.
        """
        room = self._rooms.get(topic)
        match item:
            case ["m", str(mark)]:
                self._mark_arrived(mark)
            case ["x", dict(command)]:
                self._on_command(command)
            case ["f", str(text), int() | None as seq]:
                if room is not None:
                    room.take_event(text, seq)
            case ["s", str(key), str(value), int(version)]:
                if room is not None:
                    room.take_value(key, value, version)
            case _:
                raise ValueError(f"unknown item {str(item)[:100]}")

    def _mark_arrived(self, mark: str) -> None:
        arrived = self._marks.get(mark)
        if arrived is not None and not arrived.done():
            arrived.set_result(None)

    # ── Trouble ─────────────────────────────────────────────────────────────────────────────

    def _fault(self, where: str, error: BaseException) -> None:
        metrics.LAYER_FAULTS.inc()
        if not self.is_faulty:
            log.warning("hub.layer_fault", where=where, error=repr(error))
        self.is_faulty = True

    async def _watch(self) -> None:
        """Send a marker round every 2 s; the first one to return after a fault starts the mend."""
        while True:
            await asyncio.sleep(WATCH_S * random.uniform(0.75, 1.25))  # noqa: S311 spreads load, no secret
            try:
                await self._go_round(self._own_topic)
            except Exception as error:  # noqa: BLE001 whatever the layer's driver raises
                self._fault("watch", error)
                continue
            if self.is_faulty:
                self.is_faulty = False
                await self.heal()

    def _tell_gaps(self, rooms: list[Room]) -> None:
        loop = asyncio.get_running_loop()
        metrics.GAPS.labels("layer").inc(len(rooms))
        for room in rooms:
            frame = Outgoing(write(Gap(top=room.topic, head=room.seen_head)), room.topic)
            delay_s = random.uniform(0, len(rooms) / GAPS_PER_S)  # noqa: S311 spreads load, no secret
            loop.call_later(delay_s, room.send, frame)

    async def _announce_heads(self) -> None:
        """Every 5 s tell idle LOG topics where their log ends, if that is news."""
        while True:
            await asyncio.sleep(HEADS_S)
            idle_since = asyncio.get_running_loop().time() - HEADS_S
            await self._tell_heads(
                [
                    room
                    for room in self._rooms.values()
                    if room.delivery is Delivery.LOG and room.touched_at < idle_since
                ],
                force=False,
            )

    async def _tell_heads(self, rooms: list[Room], *, force: bool) -> None:
        by_noun: dict[str, dict[str, Room]] = {}
        for room in rooms:
            noun, _, key = room.topic.partition(":")
            by_noun.setdefault(noun, {})[key] = room
        for keyed in by_noun.values():
            heads = await self._heads_of(keyed)
            for key, room in keyed.items():
                self._announce(room, heads.get(key, room.seen_head), force=force)

    async def _heads_of(self, rooms: Mapping[str, Room]) -> Mapping[str, int]:
        handler, _ = self._registry.find(next(iter(rooms.values())).topic)
        try:
            return await handler.heads(list(rooms))
        except (
            Exception
        ):  # the database may be down: what this process has seen is better than nothing
            log.exception("hub.heads_failed", noun=handler.noun)
            return {}

    def _announce(self, room: Room, head: int, *, force: bool) -> None:
        now = asyncio.get_running_loop().time()
        is_due = now - self._announced.setdefault(room.topic, now) > HEADS_AGAIN_S
        if head > room.seen_head or force or is_due:
            self._announced[room.topic] = now
            room.send(Outgoing(write(Heads(d={room.topic: head})), room.topic, head=head))

    async def _quietly(self, work: Any) -> None:  # noqa: ANN401 an awaitable of the untyped layer
        try:
            async with asyncio.timeout(BARRIER_S):
                await work
        except Exception as error:  # noqa: BLE001 whatever the layer's driver raises
            self._fault("leave", error)
