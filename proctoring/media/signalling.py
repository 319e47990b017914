"""media.* messages → engine calls, and engine facts → pushes.

Who may do what is decided by the caller's facts alone: a candidate sends its own attempt's picture
and sees nobody; staff see the room of their sitting and send nothing. The engine itself never
shows a source outside the viewer's room.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Container, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
import structlog

from kernel.errors import DomainError
from proctoring.media.errors import MediaForbidden, PeerUnknown
from proctoring.media.looks import LookLog, NoteLooks, Viewer
from proctoring.media.messages import (
    MediaAnswer,
    MediaIce,
    MediaLayerWanted,
    MediaReassign,
    MediaRoom,
    MediaSources,
    SlotChange,
    SlotWish,
)
from proctoring.media.peerbook import PeerBook, PeerRecord, attempt_of
from proctoring.media.ports import (
    Layer,
    LayerWanted,
    MediaEngine,
    MediaEvent,
    PeerLost,
    SourceDown,
    SourceRef,
    SourceUp,
    WorkerLost,
)
from realtime.tasks import spawn

log = structlog.get_logger(__name__)

Push = Callable[[str, msgspec.Struct], None]


class HearCamera(Protocol):
    """Is told of every camera that comes and goes, with its sitting and attempt."""

    def __call__(self, sitting_id: int, attempt_id: int, *, is_live: bool) -> None:
        """Take one fact."""
        ...


CAMERA: Final = "camera"
NEWS_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class MediaCaller:
    """What the topic has found out about who is speaking.

    Attributes:
        sitting_id: The sitting of the topic, which the caller may enter.
        attempt_id: The caller's own attempt in it, None for staff.
        is_staff: Whether the caller may watch this sitting.
        visible: Attempts this member of staff may see; None means all of the sitting.
    """

    user_id: int
    connection_id: str
    sitting_id: int
    attempt_id: int | None = None
    is_staff: bool = False
    visible: Container[int] | None = None

    @property
    def viewer(self) -> Viewer:
        """Return the caller as the watch log knows them."""
        return Viewer(self.user_id, self.connection_id, self.sitting_id)


class Signalling:
    """One per rt process; knows the peers of its own sockets only.

    Attributes:
        hear_camera: Told of the cameras of those peers; nobody by default.
        looks: The watch log of those sockets.
    """

    def __init__(self, engine: MediaEngine, push: Push, note_looks: NoteLooks) -> None:
        self._engine = engine
        self._push = push
        self.hear_camera: HearCamera | None = None
        self._book = PeerBook()
        self.looks = LookLog(self._book, note_looks)
        self._news: defaultdict[int, dict[str, bool]] = defaultdict(dict)
        self._telling = asyncio.Lock()

    async def handle_publish(self, caller: MediaCaller, attempt_id: int, offer: str) -> MediaAnswer:
        """Take a candidate's camera.

        Raises:
            MediaForbidden: Not the caller's own attempt.
            DomainError: As MediaEngine.publish.
        """
        if caller.attempt_id is None or caller.attempt_id != attempt_id:
            raise MediaForbidden
        with self._book.opening(caller.connection_id):
            answer = await self._engine.publish(
                _room(caller.sitting_id), f"attempt:{attempt_id}", offer
            )
            former = [r for r in self._book.of_connection(caller.connection_id) if r.attempt_id]
            self._book.drop(former)
            record = PeerRecord(answer.peer_id, caller.connection_id, caller.sitting_id, attempt_id)
            await self._enter(record)
        return MediaAnswer(sdp=answer.sdp, peer=answer.peer_id)

    async def handle_subscribe(
        self,
        caller: MediaCaller,
        sitting_id: int,
        offer: str,
        slots: Sequence[SlotWish | None] = (),
    ) -> MediaAnswer:
        """Open a wall's slots.

        Raises:
            MediaForbidden: Not staff of this sitting, or a source the caller may not see.
            DomainError: As MediaEngine.subscribe.
        """
        if not caller.is_staff or caller.sitting_id != sitting_id:
            raise MediaForbidden
        wanted = [_checked(caller, wish) for wish in slots]
        async with self._opening_wall(caller, wanted):
            answer = await self._engine.subscribe(
                _room(sitting_id), f"user:{caller.user_id}", offer, wanted
            )
            record = PeerRecord(answer.peer_id, caller.connection_id, sitting_id)
            record.slots.update(enumerate(wanted))
            await self._enter(record)
        return MediaAnswer(sdp=answer.sdp, peer=answer.peer_id)

    async def handle_switch(
        self, caller: MediaCaller, peer_id: str, changes: Sequence[SlotChange]
    ) -> None:
        """Show other sources in a wall's slots.

        Raises:
            PeerUnknown: Not a wall of this socket.
            MediaForbidden: A source the caller may not see.
            DomainError: As MediaEngine.switch.
        """
        record = self._wall(caller, peer_id)
        wanted = {change.slot: _checked(caller, change.show) for change in changes}
        async with self.looks.granting(caller.viewer, wanted.values()):
            await self._engine.switch(peer_id, wanted)
            record.slots |= wanted

    async def handle_layer(
        self, caller: MediaCaller, peer_id: str, slot: int, layer: Layer
    ) -> None:
        """Ask for another layer of what a slot shows; the candidate's browser is told to send it.

        Raises:
            PeerUnknown: Not a wall of this socket, or an empty slot.
            DomainError: As MediaEngine.switch.
        """
        record = self._wall(caller, peer_id)
        shown = record.slots.get(slot)
        if shown is None:
            raise PeerUnknown(reason="empty_slot")
        wanted = SourceRef(shown.name, layer)
        async with self.looks.granting(caller.viewer, [wanted]):
            await self._engine.switch(peer_id, {slot: wanted})
            record.slots[slot] = wanted

    async def handle_restart(self, caller: MediaCaller, peer_id: str) -> MediaIce:
        """Give a peer new ICE credentials.

        Raises:
            PeerUnknown: Not a peer of this socket.
            DomainError: As MediaEngine.restart_ice.
        """
        self._book.owned(caller.connection_id, peer_id)
        fresh = await self._engine.restart_ice(peer_id)
        return MediaIce(ufrag=fresh.ufrag, password=fresh.password)

    async def handle_close(self, caller: MediaCaller, peer_id: str) -> None:
        """Close a peer.

        Raises:
            PeerUnknown: Not a peer of this socket.
        """
        record = self._book.owned(caller.connection_id, peer_id)
        self._book.drop([record])
        await self._close([record])

    async def connection_closed(self, connection_id: str) -> None:
        """Close every peer of a socket that is gone; harmless when it has none."""
        await self._close(self._book.drop_connection(connection_id))

    async def room(self, sitting_id: int) -> MediaRoom:
        """Return the live sources of a sitting; empty while no worker answers."""
        try:
            names = await self._engine.sources(_room(sitting_id))
        except DomainError as error:
            log.warning("media.room_unknown", code=error.code)
            names = ()
        return MediaRoom(sources=tuple(names))

    async def shows(self, sitting_id: int, attempt_id: int) -> bool:
        """Whether an attempt's camera is live, through whichever process; False if nobody knows."""
        return source_of(attempt_id) in (await self.room(sitting_id)).sources

    async def run(self) -> None:
        """Turn the engine's facts into pushes, for ever."""
        async for event in self._engine.events():
            self.hear(event)

    def hear(self, event: MediaEvent) -> None:
        """Push one fact to those it concerns; only the process that holds the peer speaks."""
        match event:
            case WorkerLost(worker, epoch):
                self._reassign(self._book.on_worker(f"{worker}/{epoch}"))
            case PeerLost(peer_id=peer_id):
                self._reassign(self._held(peer_id))
            case LayerWanted(layer=layer, wanted=wanted, peer_id=peer_id):
                for record in self._held(peer_id):
                    self._push(record.topic, MediaLayerWanted(layer=layer, wanted=wanted))
            case SourceUp(name=name, peer_id=peer_id):
                self._tell_room(self._held(peer_id), name, is_live=True)
            case SourceDown(name=name, peer_id=peer_id):
                self._tell_room(self._held(peer_id), name, is_live=False)

    @asynccontextmanager
    async def _opening_wall(
        self, caller: MediaCaller, wanted: Sequence[SourceRef | None]
    ) -> AsyncIterator[None]:
        with self._book.opening(caller.connection_id):
            async with self.looks.granting(caller.viewer, wanted):
                yield

    async def _enter(self, record: PeerRecord) -> None:
        if not self._book.add(record):
            await self._engine.close(record.peer_id)
            raise PeerUnknown(reason="connection_closed")

    def _wall(self, caller: MediaCaller, peer_id: str) -> PeerRecord:
        record = self._book.owned(caller.connection_id, peer_id)
        if record.attempt_id is not None or record.sitting_id != caller.sitting_id:
            raise PeerUnknown
        if not caller.is_staff:
            raise MediaForbidden
        return record

    def _held(self, peer_id: str) -> list[PeerRecord]:
        record = self._book.find(peer_id)
        return [] if record is None else [record]

    def _reassign(self, records: Sequence[PeerRecord]) -> None:
        self._book.drop(records)
        by_topic: defaultdict[str, list[str]] = defaultdict(list)
        for record in records:
            by_topic[record.topic].append(record.peer_id)
        for topic, peers in by_topic.items():
            self._push(topic, MediaReassign(peers=tuple(peers)))
        for record in records:
            self._tell_down(record)
        for connection_id in {record.connection_id for record in records}:
            _ = spawn(self.looks.settle(connection_id), name="looks-ended")

    async def _close(self, records: Sequence[PeerRecord]) -> None:
        try:
            for record in records:
                await self._engine.close(record.peer_id)
                self._tell_down(record)
        finally:
            for connection_id in {record.connection_id for record in records}:
                await self.looks.settle(connection_id)

    def _tell_down(self, record: PeerRecord) -> None:
        if record.attempt_id is not None:
            self._tell_room([record], source_of(record.attempt_id), is_live=False)

    def _tell_room(self, records: Sequence[PeerRecord], name: str, *, is_live: bool) -> None:
        """Note a source that came or went; what happens within 100 ms is one push per sitting.

        Two hundred cameras that come back after a restart are then twenty frames, not two hundred.
        """
        for record in records:
            if not self._news:
                asyncio.get_running_loop().call_later(NEWS_SECONDS, self._push_soon)
            self._news[record.sitting_id][name] = is_live
            if record.attempt_id is not None and self.hear_camera is not None:
                self.hear_camera(record.sitting_id, record.attempt_id, is_live=is_live)

    def _push_soon(self) -> None:
        _ = spawn(self.push_news(), name="media-news")

    async def push_news(self) -> None:
        """Push what was noted; one round at a time, so that the last word stays the last."""
        async with self._telling:
            news, self._news = self._news, defaultdict(dict)
            await asyncio.gather(*(self._tell_wall(*one) for one in news.items()))

    async def _tell_wall(self, sitting_id: int, changes: dict[str, bool]) -> None:
        """Push a sitting's news.

        A camera comes back through another socket or process before its old socket is given up:
        whether it is down is asked of the media plane, which knows the newer peer.
        """
        gone = {name for name, is_live in changes.items() if not is_live}
        if gone:
            gone -= set((await self.room(sitting_id)).sources)
        up = tuple(name for name in changes if name not in gone)
        down = tuple(name for name in changes if name in gone)
        self._push(f"media:{sitting_id}", MediaSources(up=up, down=down))


def source_of(attempt_id: int) -> str:
    """Return the name of an attempt's camera in the media plane."""
    return f"attempt:{attempt_id}/{CAMERA}"


def _room(sitting_id: int) -> str:
    return f"sitting:{sitting_id}"


def _checked(caller: MediaCaller, wish: SlotWish | None) -> SourceRef | None:
    """Return the wish as a source reference.

    Raises:
        MediaForbidden: The caller may not see this attempt.
    """
    if wish is None:
        return None
    attempt_id = attempt_of(wish.source)
    if caller.visible is not None and attempt_id not in caller.visible:
        raise MediaForbidden(attempt=attempt_id)
    return SourceRef(wish.source, wish.layer)
