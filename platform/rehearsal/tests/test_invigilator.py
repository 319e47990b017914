"""A simulated invigilator: the board, commands, and every decoded frame of a real peer."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from rehearsal import camera
from rehearsal.invigilator import Invigilator
from rehearsal.tests.site import ANA, Frame, Site, refuse, until

IVO = ANA


@pytest.fixture
async def ivo(site: Site) -> AsyncIterator[Invigilator]:
    """Ivo with his socket open, watching attempts 7 and 8; no picture is sent yet."""
    site.calls["media.subscribe"] = refuse("media_busy")
    site.snapshots["wall:3"] = {"rows": {"7": {"answered": 1}}}
    player = Invigilator(IVO, base_url=site.base_url, ws_url=site.ws_url, sitting=3)
    await player.arrive([7, 8])
    running = asyncio.ensure_future(player.live.run())
    await player.live.is_open.wait()
    yield player
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await player.leave()


async def test_the_board_is_the_snapshot_and_then_its_changes(site: Site, ivo: Invigilator) -> None:
    await until(lambda: ivo.log.board)
    assert ivo.log.board == {7: {"answered": 1}}
    changed = {"rev": 2, "7": {"answered": 2}, "8": {"answered": 0}}
    await site.push({"t": "wall.changed", "top": "wall:3", "d": changed})
    await until(lambda: 8 in ivo.log.board)
    assert ivo.log.board == {7: {"answered": 2}, 8: {"answered": 0}}


async def test_a_refused_board_is_a_problem(site: Site, ivo: Invigilator) -> None:
    """Finding 28: an error frame names no topic, so the refusal was never heard."""
    await site.push({"t": "err", "re": "s:wall:3", "code": "forbidden", "d": {}})
    await until(lambda: ivo.log.problems)
    assert ivo.log.problems == ["board refused: forbidden"]


async def test_a_command_is_sent_once_with_an_id_of_its_own(site: Site, ivo: Invigilator) -> None:
    site.calls["wall.command"] = lambda _frame: {"t": "ack", "d": {"outcome": {"7": "issued"}}}
    await ivo.command("extend", [7], text="Wi-Fi was slow.", extra_s=60)
    await ivo.command("message", [7], text="Hello")
    first, second = (frame["d"] for frame in site.heard("wall.command"))
    assert (first["kind"], first["attempts"], first["extra_s"]) == ("extend", [7], 60)
    assert first["command_id"] != second["command_id"]
    assert ivo.log.commands_issued == 2
    assert ivo.log.problems == []


async def test_what_was_refused_is_a_problem(site: Site, ivo: Invigilator) -> None:
    site.calls["wall.command"] = refuse("forbidden")
    await ivo.command("pause", [7], text="x")
    outcome = {"7": "issued", "8": "attempt_over"}
    site.calls["wall.command"] = lambda _frame: {"t": "ack", "d": {"outcome": outcome}}
    await ivo.command("pause", [7, 8], text="x")
    assert ivo.log.commands_issued == 1
    assert ivo.log.problems == ["pause: forbidden", "pause: {'8': 'attempt_over'}"]


async def test_slots_are_asked_for_again_until_the_server_takes_them(
    site: Site, ivo: Invigilator
) -> None:
    await until(lambda: len(site.heard("media.subscribe")) >= 2)
    asked = site.heard("media.subscribe")[-1]
    assert asked["top"] == "media:3"
    assert asked["d"]["slots"] == [
        {"source": f"attempt:{attempt}/camera", "layer": "q"} for attempt in (7, 8)
    ]
    assert asked["d"]["offer"].count("a=recvonly") == 2


async def test_frames_of_a_real_camera_are_counted_for_their_attempt(
    site: Site, ivo: Invigilator
) -> None:
    sender = camera.new_connection()
    answered: list[asyncio.Task[None]] = []

    def take(frame: Frame) -> Frame:
        answered.append(asyncio.ensure_future(send_film(site, sender, frame)))
        return {}

    site.calls["media.subscribe"] = take
    try:
        ivo._watch_again()
        await until(lambda: ivo.log.frames[7] >= 3)
    finally:
        await asyncio.gather(*answered)
        await sender.close()
    assert ivo.log.frames[8] == 0


async def send_film(site: Site, sender: RTCPeerConnection, frame: Frame) -> None:
    """Answer a wall's offer with the film in its first slot."""
    await sender.setRemoteDescription(RTCSessionDescription(frame["d"]["offer"], "offer"))
    film = camera.Film()
    first = sender.getTransceivers()[0]
    first.sender.replaceTrack(film)
    first.sender._send_keyframe = film.restart  # type: ignore[method-assign]
    first.direction = "sendonly"
    await sender.setLocalDescription(await sender.createAnswer())
    answer = {"sdp": sender.localDescription.sdp}
    await site.push({"t": "ack", "re": frame["id"], "d": answer})
