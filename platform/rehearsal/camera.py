"""A candidate's camera: VP8 that was encoded once, sent by a real WebRTC peer."""

import asyncio
import fractions
import functools
import random
import time
from typing import Final

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtcrtpsender import RTCRtpSender
from av.video.codeccontext import VideoCodecContext

WIDTH: Final = 320
HEIGHT: Final = 180
FRAMES_PER_S: Final = 10
KBIT_PER_S: Final = 100
SECONDS: Final = 5
CLOCK: Final = 90_000  # RTP clock of video (RFC 3551 section 5)


@functools.cache
def encoded_film() -> tuple[bytes, ...]:
    """Return five seconds of a moving test picture as VP8 frames; the first is a key frame."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = WIDTH, HEIGHT
    encoder.pix_fmt = "yuv420p"
    encoder.bit_rate = KBIT_PER_S * 1000
    encoder.time_base = fractions.Fraction(1, FRAMES_PER_S)
    encoder.gop_size = FRAMES_PER_S * SECONDS
    encoder.options = {"deadline": "realtime", "cpu-used": "-6", "lag-in-frames": "0"}
    frames: list[bytes] = []
    for number in range(FRAMES_PER_S * SECONDS):
        frames += [bytes(packet) for packet in encoder.encode(_picture(number))]
    return tuple(frames)


def _picture(number: int) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    for index, plane in enumerate(frame.planes):
        row = bytes((number * 7 + column * (index + 2)) % 256 for column in range(plane.line_size))
        plane.update(row * plane.height)
    frame.pts = number
    frame.time_base = fractions.Fraction(1, FRAMES_PER_S)
    return frame


class Film(MediaStreamTrack):
    """Plays the film at its own pace, for ever; starts again at the key frame when asked to."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._frames = encoded_film()
        self._next = 0
        self._sent = 0
        self._began = 0.0
        self._phase = random.random() / FRAMES_PER_S  # noqa: S311 spreads the senders, no secret

    def restart(self) -> None:
        """Send the key frame next; called when the other side lost the picture."""
        self._next = 0

    async def recv(self) -> av.Packet:  # type: ignore[type-arg] # generic in the stubs only
        """Return the next encoded frame when its time has come."""
        if not self._began:
            self._began = time.monotonic() + self._phase
        due = self._began + self._sent / FRAMES_PER_S - time.monotonic()
        if due > 0:
            await asyncio.sleep(due)
        packet = av.Packet(self._frames[self._next % len(self._frames)])
        packet.pts = self._sent * CLOCK // FRAMES_PER_S
        packet.time_base = fractions.Fraction(1, CLOCK)
        self._next += 1
        self._sent += 1
        return packet


def video_preferences() -> list[RTCRtpCodecCapability]:
    """Return the codecs the film can be sent in: VP8 and its retransmissions."""
    codecs = RTCRtpSender.getCapabilities("video").codecs
    return [codec for codec in codecs if codec.name in {"VP8", "rtx"}]


def new_connection() -> RTCPeerConnection:
    """Return a peer without STUN servers: the media server is reached directly."""
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


async def offer_film(connection: RTCPeerConnection) -> str:
    """Add the film to a connection and return the offer's text."""
    film = Film()
    sender = connection.addTrack(film)
    # aiortc tells an encoder about lost pictures; for encoded frames it must be told by us.
    sender._send_keyframe = film.restart  # type: ignore[method-assign] # noqa: SLF001
    transceiver = connection.getTransceivers()[0]
    transceiver.direction = "sendonly"
    transceiver.setCodecPreferences(video_preferences())
    await connection.setLocalDescription(await connection.createOffer())
    return str(connection.localDescription.sdp)


async def accept(connection: RTCPeerConnection, answer_sdp: str) -> None:
    """Take the media server's answer."""
    await connection.setRemoteDescription(RTCSessionDescription(answer_sdp, "answer"))
