"""The whole SFU in memory: real checks and DTLS, hand-made RTP, a clock that is turned by hand."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proctoring.media.errors import MediaBusy, OfferRefused, PeerUnknown
from proctoring.media.ports import (
    LAYERS,
    Answer,
    LayerWanted,
    MediaEvent,
    PeerLost,
    SourceDown,
    SourceRef,
    SourceUp,
)
from proctoring.media.sfu import rtcp
from proctoring.media.sfu.engine import IDLE_SECONDS, Limits, Sfu
from proctoring.media.sfu.ice import IceLite
from proctoring.media.sfu.mux import UdpMux
from proctoring.tests.media_peer import DELTA, KEY, LoopbackBrowser, rtp

OFFERS = Path(__file__).parent / "offers"
CAMERA = (OFFERS / "chromium_camera.sdp").read_bytes().decode()
WALL = (OFFERS / "chromium_wall.sdp").read_bytes().decode()
ANA, BEN = "attempt:1", "attempt:2"
ROOM = "sitting:1"
ROOMY = Limits()


class Hall:
    """An Sfu with browsers around it."""

    def __init__(self, tasks: asyncio.TaskGroup, limits: Limits) -> None:
        self.now = 100.0
        self.events: list[MediaEvent] = []
        ice = IceLite()
        self.mux = UdpMux(ice, lambda: self.now)
        self.sfu = Sfu(
            name="w/1",
            ice=ice,
            addresses=(("127.0.0.1", 8002),),
            spawn=tasks.create_task,
            emit=self.events.append,
            clock=lambda: self.now,
            limits=limits,
        )
        self.browsers: list[LoopbackBrowser] = []

    def browser(self) -> LoopbackBrowser:
        address = ("192.0.2.1", 5000 + len(self.browsers))
        browser = LoopbackBrowser(self.mux, address, lambda: self.now)
        self.browsers.append(browser)
        return browser

    async def camera(self, who: str, room: str = ROOM) -> tuple[LoopbackBrowser, Answer]:
        browser = self.browser()
        answer = self.sfu.publish(room, who, browser.offer(CAMERA), LAYERS)
        await browser.connect(answer.sdp)
        return browser, answer

    async def wall(
        self, *slots: SourceRef | None, room: str = ROOM, who: str = "user:9"
    ) -> tuple[LoopbackBrowser, Answer]:
        browser = self.browser()
        answer = self.sfu.subscribe(room, who, browser.offer(WALL), slots)
        await browser.connect(answer.sdp)
        return browser, answer

    def pass_time(self, seconds: float) -> None:
        """Let the ticks of a worker run."""
        for step in range(round(seconds / 0.04)):
            self.now += 0.04
            self.sfu.tick()
            if step % 5 == 4:
                self.sfu.keep_house(1_800_000_000.0 + self.now)

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def hall(limits: Limits = ROOMY) -> AsyncIterator[Hall]:
    async with asyncio.TaskGroup() as tasks:
        place = Hall(tasks, limits)
        try:
            yield place
        finally:
            for peer_id in list(place.sfu.peers):
                place.sfu.close(peer_id)
            for browser in place.browsers:
                await browser.leave()


def payloads(packets: list[bytes]) -> list[bytes]:
    return [packet[20:] for packet in packets]


async def test_a_viewer_sees_a_candidate_from_the_first_key_frame() -> None:
    async with hall() as place:
        camera, _ = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, rid="q", payload=DELTA))
        place.pass_time(0.2)
        camera.send(rtp(2, payload=KEY))
        camera.send(rtp(3, payload=DELTA))
        assert payloads(viewer.media) == [KEY, DELTA]
        assert SourceUp(ROOM, f"{ANA}/camera", place.events[0].peer_id) in place.events  # type: ignore[union-attr] # has a peer


async def test_a_source_that_comes_later_is_shown_without_another_call() -> None:
    async with hall() as place:
        viewer, _ = await place.wall(None, SourceRef(f"{ANA}/camera"))
        camera, _ = await place.camera(ANA)
        place.pass_time(0.2)
        camera.send(rtp(1, rid="q", payload=KEY))
        assert payloads(viewer.media) == [KEY]


async def test_a_viewer_of_another_room_sees_nothing() -> None:
    async with hall() as place:
        camera, _ = await place.camera(ANA, room="sitting:2")
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.4)
        camera.send(rtp(2, payload=KEY))
        assert viewer.media == []


async def test_focus_asks_for_the_high_layer_and_switches_at_its_key_frame() -> None:
    async with hall() as place:
        camera, published = await place.camera(ANA)
        viewer, watching = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, ssrc=5, rid="q", payload=KEY))
        place.pass_time(0.2)
        place.sfu.switch(watching.peer_id, {0: SourceRef(f"{ANA}/camera", "f")})
        wish = LayerWanted(ROOM, f"{ANA}/camera", "f", True, published.peer_id)
        assert place.events[-1] == wish
        camera.send(rtp(2, ssrc=5, payload=KEY + b"low"))
        camera.send(rtp(70, ssrc=6, rid="f", payload=KEY + b"high"))
        camera.send(rtp(3, ssrc=5, payload=DELTA + b"low"))
        assert payloads(viewer.media)[-1] == KEY + b"high"
        place.sfu.switch(watching.peer_id, {0: None})
        assert place.events[-1] == LayerWanted(ROOM, f"{ANA}/camera", "f", False, published.peer_id)


async def test_a_new_publication_replaces_the_old_one_and_the_viewer_stays_connected() -> None:
    async with hall() as place:
        old, first = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        old.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.2)
        new, _ = await place.camera(ANA)
        assert SourceDown(ROOM, f"{ANA}/camera", first.peer_id) in place.events
        assert first.peer_id not in place.sfu.peers
        old.send(rtp(2, payload=KEY + b"old"))
        new.send(rtp(1, rid="q", ssrc=77, payload=DELTA))
        place.pass_time(0.2)
        new.send(rtp(2, ssrc=77, payload=KEY + b"new"))
        assert payloads(viewer.media)[-1] == KEY + b"new"
        assert KEY + b"old" not in payloads(viewer.media)


async def test_lost_packets_are_asked_for_upstream_and_repaired_downstream() -> None:
    async with hall() as place:
        camera, _ = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.2)
        camera.send(rtp(2, payload=KEY))
        camera.send(rtp(4, payload=DELTA))
        place.pass_time(0.12)
        asked = [list(p.lost) for p in camera.controls(rtcp.TransportFeedback)]
        assert asked == [[3], [3], [3], [3]]
        number = int.from_bytes(viewer.media[0][2:4], "big")
        ssrc = int.from_bytes(viewer.media[0][8:12], "big")
        viewer.send_control(rtcp.receiver_report(1, []) + rtcp.nack(1, ssrc, [number]))
        assert viewer.media[-1][12:] == number.to_bytes(2, "big") + KEY
        assert viewer.media[-1][1] & 0x7F == 97


async def test_reports_go_both_ways() -> None:
    async with hall() as place:
        camera, _ = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.2)
        camera.send_control(
            rtcp.sender_report(1111, ntp_seconds=4.0, rtp_time=0, packets=1, octets=1)
        )
        camera.send(rtp(2, payload=KEY))
        place.pass_time(1.0)
        assert camera.controls(rtcp.ReceiverReport)[-1].reports[0].lsr != 0
        limits = camera.controls(rtcp.PayloadFeedback)
        assert any(rtcp.parse_bandwidth(packet) for packet in limits)
        assert viewer.controls(rtcp.SenderReport)[-1].sender_info.packet_count >= 1


async def test_silence_is_announced_after_three_seconds_and_the_peer_dropped_after_thirty() -> None:
    async with hall() as place:
        camera, published = await place.camera(ANA)
        camera.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.2)
        assert place.sfu.feeds.live(ROOM) == [f"{ANA}/camera"]
        place.pass_time(3.2)
        place.pass_time(IDLE_SECONDS)
        assert place.events[-2:] == [
            SourceDown(ROOM, f"{ANA}/camera", published.peer_id),
            PeerLost(ROOM, published.peer_id),
        ]
        await place.settle()
        assert place.sfu.peers == {}
        assert place.sfu.ice.by_address == {}
        assert place.sfu.feeds.rooms() == set()


async def test_goodbye_of_a_browser_frees_everything_at_once() -> None:
    async with hall() as place:
        camera, published = await place.camera(ANA)
        camera.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.2)
        await camera.leave()
        await place.settle()
        assert place.sfu.peers == {}
        assert place.events[-2:] == [
            SourceDown(ROOM, f"{ANA}/camera", published.peer_id),
            PeerLost(ROOM, published.peer_id),
        ]


async def test_ice_restart_moves_a_peer_without_stopping_its_media() -> None:
    async with hall() as place:
        camera, published = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, rid="q", payload=KEY))
        place.pass_time(0.2)
        fresh = place.sfu.restart_ice(published.peer_id)
        camera.send(rtp(2, payload=KEY + b"before"))
        camera.address = ("192.0.2.1", 6000)
        camera.prove(f"a=ice-ufrag:{fresh.ufrag}\r\na=ice-pwd:{fresh.password}\r\n")
        camera.send(rtp(3, payload=KEY + b"after"))
        assert payloads(viewer.media) == [KEY, KEY + b"before", KEY + b"after"]


async def test_hostile_packets_of_a_connected_peer_are_counted_and_dropped() -> None:
    async with hall() as place:
        camera, _ = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"))
        camera.send(rtp(1, rid="q", payload=KEY))
        for junk in (b"\x80", b"\x80\x60" + bytes(40), b"\x80\xc8" + bytes(40), bytes(12)):
            camera.send_raw(junk)
        for ssrc in range(500):
            camera.send(rtp(1, ssrc=ssrc + 10_000, rid="zz"))
        camera.send_control(rtcp.nack(1, 2, [3]) + b"\x80\xcd\x00\xff")
        viewer.send(rtp(1))
        assert place.sfu.counters.refused >= 2 + 500 + 1
        camera.send(rtp(2, payload=DELTA))
        assert payloads(viewer.media) == [KEY]  # this tick's packets are used up
        place.pass_time(0.04)
        camera.send(rtp(3, payload=DELTA))
        assert payloads(viewer.media) == [KEY, DELTA]


async def test_limits_are_kept() -> None:
    async with hall(Limits(peers=3, viewers_per_person=2)) as place:
        for _ in range(2):
            place.sfu.subscribe(ROOM, "user:9", place.browser().offer(WALL), [])
        with pytest.raises(MediaBusy):
            place.sfu.subscribe(ROOM, "user:9", WALL, [])
        place.sfu.publish(ROOM, ANA, CAMERA, LAYERS)
        with pytest.raises(MediaBusy):
            place.sfu.publish(ROOM, BEN, CAMERA, LAYERS)
        assert len(place.sfu.peers) == 3


async def test_offers_with_nothing_for_us_and_unknown_peers_are_refused() -> None:
    async with hall() as place:
        with pytest.raises(OfferRefused):
            place.sfu.publish(ROOM, ANA, WALL, LAYERS)
        with pytest.raises(OfferRefused):
            place.sfu.subscribe(ROOM, "user:9", CAMERA, [])
        for call in (place.sfu.restart_ice, lambda peer: place.sfu.switch(peer, {})):
            with pytest.raises(PeerUnknown):
                call("nobody@w/1")
        answer = place.sfu.subscribe(ROOM, "user:9", WALL, [])
        with pytest.raises(PeerUnknown):
            place.sfu.switch(answer.peer_id, {3: None})
        place.sfu.close("nobody@w/1")
        assert list(place.sfu.peers) == [answer.peer_id]


async def test_a_peer_whose_turn_fails_is_dropped_and_the_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with hall() as place:
        _, first = await place.wall(SourceRef(f"{ANA}/camera"))
        camera, _ = await place.camera(ANA)
        viewer, _ = await place.wall(SourceRef(f"{ANA}/camera"), who="user:8")

        def fail(*_: object) -> None:
            raise OverflowError

        monkeypatch.setattr(place.sfu.peers[first.peer_id], "report", fail)
        place.pass_time(0.4)
        assert first.peer_id not in place.sfu.peers
        camera.send(rtp(1, rid="q", payload=KEY))
        assert payloads(viewer.media) == [KEY]


async def test_a_peer_that_is_closed_is_told_so() -> None:
    async with hall() as place:
        viewer, answer = await place.wall(SourceRef(f"{ANA}/camera"))
        place.sfu.close(answer.peer_id)
        await place.settle()
        assert viewer.was_closed
