"""A browser's end of a connection in memory: real checks, real DTLS, hand-made RTP. No sockets."""

import asyncio
import re
import struct
from typing import Any

from aioice import stun
from aiortc import RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters

from proctoring.media.sfu import rtcp
from proctoring.media.sfu.ice import Address
from proctoring.media.sfu.mux import UdpMux

KEY = b"\x10\x00\x9d\x01\x2a"
DELTA = b"\x10\x01\x00\x00"


def check(
    username: str, password: str, *, nominate: bool = True, transaction: bytes = b"0123456789ab"
) -> bytes:
    """Return a connectivity check as a browser sends it."""
    request = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        transaction_id=transaction,
    )
    request.attributes["USERNAME"] = f"{username}:there"
    request.attributes["PRIORITY"] = 1
    request.attributes["ICE-CONTROLLING"] = 7
    if nominate:
        request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity(password.encode())
    return bytes(request)


def rtp(
    seq: int,
    *,
    ssrc: int = 1111,
    timestamp: int = 0,
    payload: bytes = DELTA,
    payload_type: int = 96,
    marker: bool = True,
    rid: str | None = None,
    rid_id: int = 10,
) -> bytes:
    """Return an RTP packet."""
    kind = (0x80 if marker else 0) | payload_type
    if rid is None:
        return struct.pack("!BBHII", 0x80, kind, seq & 0xFFFF, timestamp, ssrc) + payload
    value = bytes([rid_id << 4 | (len(rid) - 1)]) + rid.encode()
    value += bytes(-len(value) % 4)
    head = struct.pack("!BBHII", 0x90, kind, seq & 0xFFFF, timestamp, ssrc)
    return head + struct.pack("!HH", 0xBEDE, len(value) // 4) + value + payload


class LoopbackBrowser:
    """Speaks to one mux; keeps what it receives, decrypted.

    Attributes:
        media: RTP packets received.
        control: RTCP compounds received.
    """

    role = "controlling"

    def __init__(self, mux: UdpMux, address: Address, clock: Any) -> None:
        self.address = address
        self.media: list[bytes] = []
        self.control: list[bytes] = []
        self.raw: list[bytes] = []
        self._mux = mux
        self._clock = clock
        self._records: asyncio.Queue[bytes] = asyncio.Queue()
        self._certificate = RTCCertificate.generateCertificate()
        self._dtls = RTCDtlsTransport(self, [self._certificate])  # type: ignore[arg-type] # a stand-in

    @property
    def fingerprint(self) -> str:
        found = {f.algorithm: f.value for f in self._certificate.getFingerprints()}
        return found["sha-256"]

    def offer(self, text: str) -> str:
        """Return a recorded offer with this browser's own fingerprint."""
        return re.sub(
            r"a=fingerprint:sha-256 \S+", f"a=fingerprint:sha-256 {self.fingerprint}", text
        )

    async def connect(self, answer: str) -> None:
        """Prove the address and run the handshake."""
        self.prove(answer)
        fingerprint = _attribute(answer, "fingerprint").split()[1]
        self._dtls._set_role("client")
        remote = RTCDtlsParameters([RTCDtlsFingerprint("sha-256", fingerprint)])
        async with asyncio.timeout(10):
            await self._dtls.start(remote)
        assert self._dtls.state == "connected"
        for _ in range(50):
            await asyncio.sleep(0)

    def prove(self, answer: str) -> None:
        request = check(_attribute(answer, "ice-ufrag"), _attribute(answer, "ice-pwd"))
        self.send_raw(request)

    def send(self, packet: bytes) -> None:
        self.send_raw(self._dtls._tx_srtp.protect(packet))

    def send_control(self, packet: bytes) -> None:
        self.send_raw(self._dtls._tx_srtp.protect_rtcp(packet))

    def send_raw(self, datagram: bytes) -> None:
        self._mux.dispatch(datagram, self.address, self.take, self._clock())

    def take(self, datagram: bytes, address: Address) -> int:
        """Be the socket the server sends through."""
        assert address == self.address
        self.raw.append(datagram)
        if 20 <= datagram[0] < 64:
            self._records.put_nowait(datagram)
        elif datagram[0] >= 128 and 192 <= datagram[1] <= 223:
            self.control.append(self._dtls._rx_srtp.unprotect_rtcp(datagram))
        elif datagram[0] >= 128:
            self.media.append(self._dtls._rx_srtp.unprotect(datagram))
        return len(datagram)

    @property
    def was_closed(self) -> bool:
        """Whether the other side has said goodbye."""
        return bool(self._dtls.state == "closed")

    def controls(self, kind: type) -> list[Any]:
        """Return the RTCP packets of one kind received so far."""
        found = [packet for compound in self.control for packet in rtcp.parse(compound)]
        return [packet for packet in found if isinstance(packet, kind)]

    async def leave(self) -> None:
        await self._dtls.stop()

    async def _recv(self) -> bytes:
        return await self._records.get()

    async def _send(self, data: bytes) -> None:
        self.send_raw(data)


def _attribute(answer: str, name: str) -> str:
    found = re.search(rf"a={name}:(.*?)\r", answer)
    assert found is not None
    return found[1]
