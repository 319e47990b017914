"""DTLS-SRTP of one peer: the only place that touches aiortc's private attributes.

aiortc is pinned below 1.17; `tests/test_media_sfu_link.py` fails loudly when these move.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import pylibsrtp
from aiortc import RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters

from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.ice import IceAgent

MAX_HANDSHAKE_QUEUE: Final = 64
HANDSHAKE_SECONDS: Final = 20.0


class Certificate:
    """The worker's certificate; one for all peers, made once per process."""

    def __init__(self) -> None:
        self.rtc = RTCCertificate.generateCertificate()
        fingerprints = {f.algorithm: f.value for f in self.rtc.getFingerprints()}
        self.fingerprint = fingerprints["sha-256"]


class DtlsLink:
    """Encrypts and decrypts for one peer once the handshake is done.

    Looks like an RTCIceTransport to RTCDtlsTransport (`role`, `_recv`, `_send`); media packets
    never pass through aiortc, they use its SRTP contexts directly.

    Attributes:
        unprotect, unprotect_control: Decrypt, None until connected; raise pylibsrtp.Error.
        on_closed: Called once when the browser closed the connection.
    """

    role = "controlled"

    def __init__(self, agent: IceAgent, certificate: Certificate, counters: Counters) -> None:
        self.unprotect: Callable[[bytes], bytes] | None = None
        self.unprotect_control: Callable[[bytes], bytes] | None = None
        self.on_closed: Callable[[], None] | None = None
        self._agent = agent
        self._counters = counters
        self._records: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_HANDSHAKE_QUEUE)
        self._protect: Callable[[bytes], bytes] | None = None
        self._protect_control: Callable[[bytes], bytes] | None = None
        transport = cast("RTCIceTransport", self)  # it only needs what this class has
        self._dtls = RTCDtlsTransport(transport, [certificate.rtc])

    async def connect(self, fingerprints: list[tuple[str, str]]) -> bool:
        """Run the handshake as DTLS server; return whether media can flow.

        Args:
            fingerprints: (algorithm, value) from the offer; one must match the certificate.
        """
        remote = [RTCDtlsFingerprint(algorithm, value) for algorithm, value in fingerprints]
        self._dtls._set_role("server")  # noqa: SLF001 no public way without an ICE controller
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await self._dtls.start(RTCDtlsParameters(fingerprints=remote))
        except TimeoutError:
            return False
        if self._dtls.state != "connected":
            return False
        received, sent = self._dtls._rx_srtp, self._dtls._tx_srtp  # noqa: SLF001 keys live there
        self.unprotect, self.unprotect_control = received.unprotect, received.unprotect_rtcp
        self._protect, self._protect_control = sent.protect, sent.protect_rtcp
        self._dtls.on("statechange", self._on_state)
        return True

    def push(self, record: bytes) -> None:
        """Hand in a DTLS record; dropped when the handshake is far behind (DTLS repeats)."""
        if not self._records.full():
            self._records.put_nowait(record)

    def send(self, packet: bytes) -> None:
        """Encrypt and send an RTP packet; never waits, drops and counts when it cannot."""
        if self._protect is not None:
            self._emit(self._protect, packet)

    def send_control(self, packet: bytes) -> None:
        """Encrypt and send an RTCP compound, as `send`."""
        if self._protect_control is not None:
            self._emit(self._protect_control, packet)

    async def close(self) -> None:
        """Say goodbye and stop."""
        self.on_closed = None
        self.unprotect = self.unprotect_control = None
        self._protect = self._protect_control = None
        if self._records.full():
            self._records.get_nowait()
        self._records.put_nowait(None)
        await self._dtls.stop()

    def _emit(self, protect: Callable[[bytes], bytes], packet: bytes) -> None:
        agent, counters = self._agent, self._counters
        if agent.address is None or agent.sendto is None:
            return
        try:
            counters.bytes_out += agent.sendto(protect(packet), agent.address)
            counters.packets_out += 1
        except (OSError, ValueError, pylibsrtp.Error):  # full socket, oversized packet
            counters.dropped += 1

    def _on_state(self) -> None:
        if self._dtls.state == "closed" and self.on_closed is not None:
            self.on_closed()

    async def _recv(self) -> bytes:
        """Return the next DTLS record, as aiortc expects of an ICE transport."""
        record = await self._records.get()
        if record is None:
            raise ConnectionError
        return record

    async def _send(self, data: bytes) -> None:
        """Send a DTLS record, as aiortc expects of an ICE transport."""
        if self._agent.address is not None and self._agent.sendto is not None:
            try:
                self._agent.sendto(data, self._agent.address)
            except OSError:
                self._counters.dropped += 1
