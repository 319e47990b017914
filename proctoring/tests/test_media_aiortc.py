"""A second WebRTC implementation as both ends: aiortc, without simulcast, through a real worker."""

import asyncio
import contextlib
import fractions
from collections.abc import AsyncIterator

import av
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from proctoring.media.embedded import EmbeddedEngine
from proctoring.media.ports import Answer, SourceRef
from proctoring.tests.media_stage import SfuProcess, private_valkey

pytestmark = pytest.mark.timeout(60)
BUNDLED = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


class Picture(MediaStreamTrack):
    """A grey picture that changes, encoded by aiortc's own VP8 encoder."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(0.05)
        self._count += 1
        frame = av.VideoFrame(320, 240, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([self._count % 200]) * plane.buffer_size)
        frame.pts = self._count * 4500
        frame.time_base = fractions.Fraction(1, 90000)
        return frame


@contextlib.asynccontextmanager
async def connection() -> AsyncIterator[RTCPeerConnection]:
    peer = RTCPeerConnection(BUNDLED)
    try:
        yield peer
    finally:
        await peer.close()


async def offer_of(peer: RTCPeerConnection) -> str:
    await peer.setLocalDescription(await peer.createOffer())
    return str(peer.localDescription.sdp)


async def accept(peer: RTCPeerConnection, answer: Answer) -> None:
    await peer.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[EmbeddedEngine]:
    with private_valkey() as url:
        worker, engine = SfuProcess(url), EmbeddedEngine(url)
        await worker.start()
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()
            assert worker.stop() == 0


async def test_aiortc_publishes_and_watches() -> None:
    async with served() as engine, connection() as camera, connection() as wall:
        camera.addTransceiver(Picture(), "sendonly")
        offer = await offer_of(camera)
        await accept(camera, await engine.publish("sitting:1", "attempt:1", offer))
        slot = wall.addTransceiver("video", "recvonly")
        wish = [SourceRef("attempt:1/camera")]
        offer = await offer_of(wall)
        await accept(wall, await engine.subscribe("sitting:1", "user:1", offer, wish))
        shown = slot.receiver.track
        async with asyncio.timeout(20):
            frames = [await shown.recv() for _ in range(10)]
        sizes = [(f.width, f.height) for f in frames if isinstance(f, av.VideoFrame)]
        assert sizes == [(320, 240)] * 10
        assert await engine.sources("sitting:1") == ("attempt:1/camera",)
