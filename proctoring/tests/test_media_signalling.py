"""Signalling: who may send and see what, whose peers end with a socket, who hears which fact."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec
import pytest

from proctoring.media.errors import MediaForbidden, MediaUnavailable, PeerUnknown
from proctoring.media.looks import Viewer
from proctoring.media.messages import (
    MediaLayerWanted,
    MediaReassign,
    MediaSources,
    SlotChange,
    SlotWish,
)
from proctoring.media.ports import (
    LAYERS,
    Answer,
    IceCredentials,
    LayerWanted,
    MediaEvent,
    PeerLost,
    SourceDown,
    SourceRef,
    SourceUp,
    WorkerLost,
)
from proctoring.media.signalling import NEWS_SECONDS, MediaCaller, Signalling

ANA = MediaCaller(1, "ana-tab", 1, attempt_id=11)
BEN = MediaCaller(2, "ben-tab", 1, attempt_id=12)
IVO = MediaCaller(3, "ivo-tab", 1, is_staff=True)
OLGA = MediaCaller(4, "olga-tab", 1)
CAMERA = "attempt:11/camera"


class FakeEngine:
    """A MediaEngine that remembers; the real one is tested with a worker elsewhere."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.closed: list[str] = []
        self.facts: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self.gate: asyncio.Event | None = None
        self.asked: asyncio.Event | None = None
        self.is_down = False
        self.live: list[str] = []

    async def publish(
        self, room: str, who: str, offer_sdp: str, *, layers: Sequence[str] = LAYERS
    ) -> Answer:
        self.calls.append(("publish", room, who))
        if self.gate is not None:
            await self.gate.wait()
        return Answer("sdp", f"p{len(self.calls)}@w/1")

    async def subscribe(
        self, room: str, who: str, offer_sdp: str, slots: Sequence[SourceRef | None]
    ) -> Answer:
        self.calls.append(("subscribe", room, who, tuple(slots)))
        return Answer("sdp", f"p{len(self.calls)}@w/1")

    async def switch(self, peer_id: str, changes: Mapping[int, SourceRef | None]) -> None:
        if self.is_down:
            raise MediaUnavailable
        self.calls.append(("switch", peer_id, dict(changes)))

    async def restart_ice(self, peer_id: str) -> IceCredentials:
        return IceCredentials("u", "p")

    async def close(self, peer_id: str) -> None:
        self.closed.append(peer_id)

    async def sources(self, room: str) -> Sequence[str]:
        if self.is_down:
            raise MediaUnavailable
        if self.asked is not None:
            await self.asked.wait()
        return list(self.live)

    async def events(self) -> AsyncIterator[MediaEvent]:
        while True:
            yield await self.facts.get()


class Desk:
    """Signalling with its engine and what it pushed."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.pushed: list[tuple[str, msgspec.Struct]] = []
        self.looks: list[tuple[str, set[int]]] = []
        self.signalling = Signalling(
            self.engine,
            lambda topic, message: self.pushed.append((topic, message)),
            self.note_looks,
        )

    async def note_looks(self, viewer: Viewer, attempt_ids: frozenset[int]) -> None:
        if 404 in attempt_ids:
            raise MediaForbidden
        self.looks.append((viewer.connection_id, set(attempt_ids)))


async def test_a_candidate_sends_its_own_camera_into_the_room_of_its_sitting() -> None:
    desk = Desk()
    answer = await desk.signalling.handle_publish(ANA, 11, "offer")
    assert answer.peer == "p1@w/1"
    assert desk.engine.calls == [("publish", "sitting:1", "attempt:11")]


@pytest.mark.parametrize("caller", [BEN, IVO, OLGA])
async def test_nobody_sends_as_another_candidate(caller: MediaCaller) -> None:
    desk = Desk()
    with pytest.raises(MediaForbidden):
        await desk.signalling.handle_publish(caller, 11, "offer")
    assert desk.engine.calls == []


@pytest.mark.parametrize("caller", [ANA, OLGA, MediaCaller(5, "x", 2, is_staff=True)])
async def test_only_staff_of_the_sitting_watch(caller: MediaCaller) -> None:
    desk = Desk()
    with pytest.raises(MediaForbidden):
        await desk.signalling.handle_subscribe(caller, 1, "offer", [])
    assert desk.engine.calls == []


async def test_staff_see_only_the_attempts_assigned_to_them() -> None:
    desk = Desk()
    ivo = MediaCaller(3, "ivo-tab", 1, is_staff=True, visible=frozenset({11}))
    mine, other = SlotWish(source=CAMERA), SlotWish(source="attempt:12/camera")
    answer = await desk.signalling.handle_subscribe(ivo, 1, "offer", [mine])
    with pytest.raises(MediaForbidden):
        await desk.signalling.handle_subscribe(ivo, 1, "offer", [other])
    with pytest.raises(MediaForbidden):
        await desk.signalling.handle_switch(ivo, answer.peer, [SlotChange(slot=0, show=other)])
    assert len(desk.engine.calls) == 1


async def test_a_wall_is_turned_by_its_own_socket_only() -> None:
    desk = Desk()
    answer = await desk.signalling.handle_subscribe(IVO, 1, "offer", [])
    wish = SlotWish(source=CAMERA, layer="f")
    await desk.signalling.handle_switch(IVO, answer.peer, [SlotChange(slot=2, show=wish)])
    assert desk.engine.calls[-1] == ("switch", answer.peer, {2: SourceRef(CAMERA, "f")})
    for caller in (ANA, OLGA, MediaCaller(3, "other-tab", 1, is_staff=True)):
        with pytest.raises(PeerUnknown):
            await desk.signalling.handle_switch(caller, answer.peer, [])
        with pytest.raises(PeerUnknown):
            await desk.signalling.handle_restart(caller, answer.peer)
        with pytest.raises(PeerUnknown):
            await desk.signalling.handle_close(caller, answer.peer)


async def test_a_candidates_own_peer_is_not_a_wall() -> None:
    desk = Desk()
    answer = await desk.signalling.handle_publish(ANA, 11, "offer")
    with pytest.raises(PeerUnknown):
        await desk.signalling.handle_switch(ANA, answer.peer, [])
    with pytest.raises(PeerUnknown):
        await desk.signalling.handle_layer(ANA, answer.peer, 0, "f")


async def test_layer_of_a_slot_is_changed_for_what_it_shows() -> None:
    desk = Desk()
    wish = SlotWish(source=CAMERA)
    answer = await desk.signalling.handle_subscribe(IVO, 1, "offer", [wish, None])
    await desk.signalling.handle_layer(IVO, answer.peer, 0, "f")
    assert desk.engine.calls[-1] == ("switch", answer.peer, {0: SourceRef(CAMERA, "f")})
    for slot in (1, 9):
        with pytest.raises(PeerUnknown):
            await desk.signalling.handle_layer(IVO, answer.peer, slot, "f")


async def test_a_closed_socket_closes_its_peers_and_tells_the_wall() -> None:
    desk = Desk()
    camera = await desk.signalling.handle_publish(ANA, 11, "offer")
    await desk.signalling.handle_subscribe(IVO, 1, "offer", [])
    await desk.signalling.connection_closed("ana-tab")
    await desk.signalling.connection_closed("ana-tab")
    assert desk.engine.closed == [camera.peer]
    await desk.signalling.push_news()
    assert desk.pushed == [("media:1", MediaSources(down=(CAMERA,)))]


async def test_a_socket_closed_during_its_call_leaves_no_peer_behind() -> None:
    desk = Desk()
    desk.engine.gate = asyncio.Event()
    call = asyncio.ensure_future(desk.signalling.handle_publish(ANA, 11, "offer"))
    await asyncio.sleep(0)
    await desk.signalling.connection_closed("ana-tab")
    desk.engine.gate.set()
    with pytest.raises(PeerUnknown):
        await call
    assert desk.engine.closed == ["p1@w/1"]


async def test_restart_and_close_work_for_the_holder() -> None:
    desk = Desk()
    answer = await desk.signalling.handle_publish(ANA, 11, "offer")
    assert (await desk.signalling.handle_restart(ANA, answer.peer)).ufrag == "u"
    await desk.signalling.handle_close(ANA, answer.peer)
    assert desk.engine.closed == [answer.peer]
    with pytest.raises(PeerUnknown):
        await desk.signalling.handle_restart(ANA, answer.peer)


async def test_a_lost_worker_sends_its_own_peers_elsewhere_once() -> None:
    desk = Desk()
    camera = await desk.signalling.handle_publish(ANA, 11, "offer")
    wall = await desk.signalling.handle_subscribe(IVO, 1, "offer", [])
    desk.signalling.hear(WorkerLost("v", "1"))
    assert desk.pushed == []
    desk.signalling.hear(WorkerLost("w", "1"))
    desk.signalling.hear(WorkerLost("w", "1"))
    await desk.signalling.push_news()
    assert desk.pushed == [
        ("media:a11", MediaReassign(peers=(camera.peer,))),
        ("media:1", MediaReassign(peers=(wall.peer,))),
        ("media:1", MediaSources(down=(CAMERA,))),
    ]


async def test_facts_reach_those_they_concern_and_only_from_the_process_with_the_peer() -> None:
    desk = Desk()
    camera = await desk.signalling.handle_publish(ANA, 11, "offer")
    other = "x@w/1"
    for peer in (other, camera.peer):
        desk.signalling.hear(SourceUp("sitting:1", CAMERA, peer))
        await desk.signalling.push_news()
        desk.signalling.hear(LayerWanted("sitting:1", CAMERA, "f", True, peer))
        desk.signalling.hear(SourceDown("sitting:1", CAMERA, peer))
        await desk.signalling.push_news()
        desk.signalling.hear(PeerLost("sitting:1", peer))
        await desk.signalling.push_news()
    assert desk.pushed == [
        ("media:1", MediaSources(up=(CAMERA,))),
        ("media:a11", MediaLayerWanted(layer="f", wanted=True)),
        ("media:1", MediaSources(down=(CAMERA,))),
        ("media:a11", MediaReassign(peers=(camera.peer,))),
        ("media:1", MediaSources(down=(CAMERA,))),
    ]


async def test_facts_are_read_from_the_engine() -> None:
    desk = Desk()
    camera = await desk.signalling.handle_publish(ANA, 11, "offer")
    running = asyncio.ensure_future(desk.signalling.run())
    desk.engine.facts.put_nowait(SourceUp("sitting:1", CAMERA, camera.peer))
    await asyncio.sleep(2 * NEWS_SECONDS)
    assert desk.pushed == [("media:1", MediaSources(up=(CAMERA,)))]
    running.cancel()


async def test_cameras_that_come_together_are_one_push_with_the_last_word_on_each() -> None:
    desk = Desk()
    ana = await desk.signalling.handle_publish(ANA, 11, "offer")
    ben = await desk.signalling.handle_publish(BEN, 12, "offer")
    other = "attempt:12/camera"
    desk.signalling.hear(SourceUp("sitting:1", CAMERA, ana.peer))
    desk.signalling.hear(SourceUp("sitting:1", other, ben.peer))
    desk.signalling.hear(SourceDown("sitting:1", CAMERA, ana.peer))
    await desk.signalling.push_news()
    assert desk.pushed == [("media:1", MediaSources(up=(other,), down=(CAMERA,)))]


async def test_the_end_of_an_old_socket_does_not_darken_the_camera_of_the_new_one() -> None:
    desk = Desk()
    later = MediaCaller(1, "ana-tab-again", 1, attempt_id=11)
    await desk.signalling.handle_publish(ANA, 11, "offer")
    await desk.signalling.handle_publish(later, 11, "offer")
    desk.engine.live = [CAMERA]
    await desk.signalling.connection_closed("ana-tab")
    await desk.signalling.push_news()
    assert desk.pushed == [("media:1", MediaSources(up=(CAMERA,)))]
    desk.engine.live = []
    await desk.signalling.connection_closed("ana-tab-again")
    await desk.signalling.push_news()
    assert desk.pushed[1:] == [("media:1", MediaSources(down=(CAMERA,)))]


async def test_a_camera_that_is_back_while_the_media_plane_is_asked_is_told_last() -> None:
    desk = Desk()
    camera = await desk.signalling.handle_publish(ANA, 11, "offer")
    desk.engine.asked = asyncio.Event()
    desk.signalling.hear(SourceDown("sitting:1", CAMERA, camera.peer))
    first = asyncio.ensure_future(desk.signalling.push_news())
    await asyncio.sleep(0)
    desk.signalling.hear(SourceUp("sitting:1", CAMERA, camera.peer))
    second = asyncio.ensure_future(desk.signalling.push_news())
    await asyncio.sleep(0)
    desk.engine.asked.set()
    await asyncio.gather(first, second)
    assert [message for _, message in desk.pushed] == [
        MediaSources(down=(CAMERA,)),
        MediaSources(up=(CAMERA,)),
    ]


async def test_cameras_are_down_for_all_one_knows_while_no_worker_answers() -> None:
    desk = Desk()
    camera = await desk.signalling.handle_publish(ANA, 11, "offer")
    desk.engine.is_down = True
    desk.signalling.hear(SourceDown("sitting:1", CAMERA, camera.peer))
    await desk.signalling.push_news()
    assert desk.pushed == [("media:1", MediaSources(down=(CAMERA,)))]


async def test_the_room_is_empty_while_no_worker_answers() -> None:
    desk = Desk()
    desk.engine.live = [CAMERA]
    assert (await desk.signalling.room(1)).sources == (CAMERA,)
    desk.engine.is_down = True
    assert (await desk.signalling.room(1)).sources == ()


# ── who is seen at large ────────────────────────────────────────────────────────────────────
LOW, LARGE = SlotWish(source=CAMERA), SlotWish(source=CAMERA, layer="f")
LARGE_BEN = SlotWish(source="attempt:12/camera", layer="f")


def shown(wish: SlotWish | None) -> list[SlotChange]:
    return [SlotChange(slot=0, show=wish)]


async def test_a_thumbnail_is_no_look_and_the_high_layer_is_one_however_it_is_asked_for() -> None:
    desk = Desk()
    wall = await desk.signalling.handle_subscribe(IVO, 1, "offer", [LOW])
    assert desk.looks == []
    await desk.signalling.handle_layer(IVO, wall.peer, 0, "f")
    await desk.signalling.handle_layer(IVO, wall.peer, 0, "q")
    await desk.signalling.handle_switch(IVO, wall.peer, shown(LARGE))
    await desk.signalling.handle_switch(IVO, wall.peer, shown(None))
    await desk.signalling.handle_subscribe(IVO, 1, "offer", [LARGE_BEN])
    sets = [seen for _, seen in desk.looks]
    assert sets == [{11}, set(), {11}, set(), {12}]


async def test_the_next_student_is_logged_before_the_last_one_is_left() -> None:
    desk = Desk()
    wall = await desk.signalling.handle_subscribe(IVO, 1, "offer", [LARGE])
    await desk.signalling.handle_switch(IVO, wall.peer, shown(LARGE_BEN))
    assert [seen for _, seen in desk.looks] == [{11}, {11, 12}, {12}]


async def test_a_look_that_cannot_be_logged_is_not_granted() -> None:
    desk = Desk()
    wall = await desk.signalling.handle_subscribe(IVO, 1, "offer", [])
    stranger = SlotWish(source="attempt:404/camera", layer="f")
    with pytest.raises(MediaForbidden):
        await desk.signalling.handle_switch(IVO, wall.peer, shown(stranger))
    with pytest.raises(MediaForbidden):
        await desk.signalling.handle_subscribe(IVO, 1, "offer", [stranger])
    assert [call[0] for call in desk.engine.calls] == ["subscribe"]


async def test_a_look_that_the_engine_refuses_ends_at_once() -> None:
    desk = Desk()
    wall = await desk.signalling.handle_subscribe(IVO, 1, "offer", [])
    desk.engine.is_down = True
    with pytest.raises(MediaUnavailable):
        await desk.signalling.handle_switch(IVO, wall.peer, shown(LARGE))
    assert [seen for _, seen in desk.looks] == [{11}, set()]


async def test_looks_end_with_the_socket_the_peer_or_the_worker_that_carried_them() -> None:
    desk = Desk()
    for end in ("socket", "peer", "worker"):
        wall = await desk.signalling.handle_subscribe(IVO, 1, "offer", [LARGE])
        if end == "socket":
            await desk.signalling.connection_closed("ivo-tab")
        elif end == "peer":
            await desk.signalling.handle_close(IVO, wall.peer)
        else:
            desk.signalling.hear(WorkerLost("w", "1"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert desk.looks == [("ivo-tab", {11}), ("ivo-tab", set())], end
        desk.looks.clear()


async def test_after_a_reconnect_the_student_is_seen_by_the_new_socket() -> None:
    desk = Desk()
    later = MediaCaller(3, "ivo-tab-again", 1, is_staff=True)
    await desk.signalling.handle_subscribe(IVO, 1, "offer", [LARGE])
    await desk.signalling.handle_subscribe(later, 1, "offer", [LARGE])
    await desk.signalling.connection_closed("ivo-tab")
    assert desk.looks == [("ivo-tab", {11}), ("ivo-tab-again", {11}), ("ivo-tab", set())]
