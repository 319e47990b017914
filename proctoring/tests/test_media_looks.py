"""The watch log follows what a connection sees, one write at a time, and mends what failed."""

import asyncio

import pytest
from django.db import DatabaseError

from proctoring.media.looks import LookLog, Viewer
from proctoring.media.peerbook import PeerBook, PeerRecord
from proctoring.media.ports import SourceRef

IVO = Viewer(3, "ivo-tab", 1)
ANA, BEN = (SourceRef(f"attempt:{attempt}/camera", "f") for attempt in (11, 12))


class Room:
    """A wall of one slot, and what was written of it."""

    def __init__(self) -> None:
        self.book = PeerBook()
        self.wall = PeerRecord("p@w/1", IVO.connection_id, 1)
        self.book.add(self.wall)
        self.written: list[set[int]] = []
        self.is_away = False
        self.log = LookLog(self.book, self.note)

    async def note(self, viewer: Viewer, attempt_ids: frozenset[int]) -> None:
        await asyncio.sleep(0)
        if self.is_away:
            raise DatabaseError
        self.written.append(set(attempt_ids))

    async def show(self, wish: SourceRef | None) -> None:
        async with self.log.granting(IVO, [wish]):
            await asyncio.sleep(0)
            self.wall.slots[0] = wish


async def test_what_does_not_change_is_not_written() -> None:
    room = Room()
    await room.show(SourceRef("attempt:11/camera", "q"))
    assert room.written == []
    await room.show(ANA)
    await room.show(ANA)
    assert room.written == [{11}]


async def test_switches_at_the_same_time_leave_what_is_shown_in_the_log() -> None:
    room = Room()
    await asyncio.gather(room.show(ANA), room.show(BEN), room.show(None), room.show(BEN))
    assert room.wall.slots == {0: BEN}
    assert room.written == [{11}, {11, 12}, {12}, set(), {12}]


async def test_every_look_is_renewed_and_nothing_when_nobody_looks() -> None:
    room = Room()
    await room.log.renew()
    assert room.written == []
    await room.show(ANA)
    await room.log.renew()
    await room.log.renew()
    assert room.written == [{11}, {11}, {11}]
    await room.show(None)
    await room.log.renew()
    assert room.written[3:] == [set()]


async def test_without_the_log_there_is_no_picture() -> None:
    room = Room()
    room.is_away = True
    with pytest.raises(DatabaseError):
        await room.show(ANA)
    assert room.wall.slots == {}


async def test_an_end_that_could_not_be_written_is_written_by_a_later_renewal() -> None:
    room = Room()
    await room.show(ANA)
    room.book.drop([room.wall])
    room.is_away = True
    with pytest.raises(DatabaseError):
        await room.log.settle(IVO.connection_id)
    await room.log.renew()
    room.is_away = False
    await room.log.renew()
    await room.log.renew()
    assert room.written == [{11}, set()]
