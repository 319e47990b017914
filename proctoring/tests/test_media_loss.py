"""A lossy line in both directions, in memory and in virtual time: repairs keep the picture whole.

A frame counts when all its packets reached the viewer. Without repair 5 % loss on two hops of four
packets leaves about two thirds of the frames; one unrepeated NACK about 57 % decodable (measured).
"""

import random
from typing import Any

import pytest

from proctoring.media.ports import SourceRef
from proctoring.media.sfu import rtcp
from proctoring.media.sfu.gaps import GapTracker
from proctoring.tests.media_peer import DELTA, KEY, LoopbackBrowser, rtp
from proctoring.tests.test_media_sfu_engine import ANA, Hall, hall

FRAMES = 150
PACKETS_PER_FRAME = 4
STEP_SECONDS = 0.02


class Line:
    """Loses packets of one browser, both ways, RTCP included."""

    def __init__(self, browser: LoopbackBrowser, loss: float, seed: int) -> None:
        self._random = random.Random(seed)
        self._loss = loss
        self._browser = browser
        self._take, self._send_raw = browser.take, browser.send_raw
        browser.take = self._lossy_take  # type: ignore[method-assign] # the line under test
        browser.send_raw = self._lossy_send  # type: ignore[method-assign] # as above
        agent = next(
            a for a in browser._mux._ice.by_address.values() if a.address == browser.address
        )
        agent.sendto = browser.take

    def _lossy_take(self, datagram: bytes, address: tuple[str, int]) -> int:
        if self._random.random() < self._loss:
            return len(datagram)
        return self._take(datagram, address)

    def _lossy_send(self, datagram: bytes) -> None:
        if self._random.random() >= self._loss:
            self._send_raw(datagram)


class Camera:
    """Sends frames and repeats what is asked for."""

    def __init__(self, browser: LoopbackBrowser) -> None:
        self._browser = browser
        self._sent: dict[int, bytes] = {}
        self._seq = 0
        self._heard = 0

    def send_frame(self, number: int) -> None:
        for part in range(PACKETS_PER_FRAME):
            self._seq += 1
            first = KEY if number == 0 else DELTA
            head = first if part == 0 else b"\x00\x00"
            packet = rtp(
                self._seq,
                timestamp=number * 6000,
                payload=head + number.to_bytes(2, "big") + bytes([part]),
                marker=part == PACKETS_PER_FRAME - 1,
                rid="q",
            )
            self._sent[self._seq & 0xFFFF] = packet
            self._browser.send(packet)

    def answer(self) -> None:
        nacks = self._browser.controls(rtcp.TransportFeedback)
        for nack in nacks[self._heard :]:
            for seq in nack.lost:
                if seq & 0xFFFF in self._sent:
                    self._browser.send(self._sent[seq & 0xFFFF])
        self._heard = len(nacks)


class Screen:
    """Asks again for what is missing and notes which frames are whole."""

    def __init__(self, browser: LoopbackBrowser) -> None:
        self._browser = browser
        self._gaps = GapTracker()
        self._next: int | None = None
        self._seen = 0
        self.frames: dict[int, set[int]] = {}

    def watch(self, now: float) -> None:
        ssrc = None
        for packet in self._browser.media[self._seen :]:
            is_rtx = packet[1] & 0x7F == 97
            body = packet[14:] if is_rtx else packet[20:]
            seq = int.from_bytes(packet[12:14] if is_rtx else packet[2:4], "big")
            ssrc = ssrc or (None if is_rtx else int.from_bytes(packet[8:12], "big"))
            self.frames.setdefault(int.from_bytes(body[-3:-1], "big"), set()).add(body[-1])
            self._note(seq, now)
        self._seen = len(self._browser.media)
        lost = self._gaps.due(now)
        if lost:
            self._browser.send_control(
                rtcp.receiver_report(1, []) + rtcp.nack(1, self._ssrc(), lost)
            )

    def whole(self) -> int:
        return sum(len(parts) == PACKETS_PER_FRAME for parts in self.frames.values())

    def _ssrc(self) -> int:
        own = next(p for p in self._browser.media if p[1] & 0x7F == 96)
        return int.from_bytes(own[8:12], "big")

    def _note(self, seq: int, now: float) -> None:
        self._gaps.close(seq)
        if self._next is None:
            self._next = seq
        ahead = (seq - self._next) & 0xFFFF
        if ahead < 0x8000:
            self._gaps.open(self._next, ahead, now)
            self._next = (seq + 1) & 0xFFFF


async def play(place: Hall, loss: float, seed: int) -> tuple[int, Any]:
    camera_end, _ = await place.camera(ANA)
    screen_end, _ = await place.wall(SourceRef(f"{ANA}/camera"))
    camera, screen = Camera(camera_end), Screen(screen_end)
    camera.send_frame(0)
    place.pass_time(0.2)
    Line(camera_end, loss, seed)
    Line(screen_end, loss, seed + 1)
    for step in range(FRAMES * 4):
        place.now += STEP_SECONDS
        if step % 3 == 0 and step // 3 < FRAMES:
            camera.send_frame(step // 3)
        camera.answer()
        screen.watch(place.now)
        if step % 2:
            place.sfu.tick()
    return screen.whole(), place.sfu.counters


@pytest.mark.parametrize(("loss", "least"), [(0.02, 0.99), (0.05, 0.98), (0.10, 0.95)])
async def test_repairs_keep_nearly_every_frame_whole(loss: float, least: float) -> None:
    async with hall() as place:
        whole, counters = await play(place, loss, seed=7)
    assert whole >= least * FRAMES
    assert counters.nacks_out > 0
    assert counters.repairs_out > 0


async def test_without_loss_nothing_is_asked_for_twice() -> None:
    async with hall() as place:
        whole, counters = await play(place, 0.0, seed=7)
    assert whole == FRAMES
    assert (counters.nacks_out, counters.repairs_out) == (0, 0)
