"""DTLS-SRTP through aiortc: the contract on its private parts, and a real handshake."""

import asyncio
import inspect

import aiortc
from aiortc import RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCCertificate

from proctoring.media.sfu.counters import Counters
from proctoring.media.sfu.ice import IceLite
from proctoring.media.sfu.link import MAX_HANDSHAKE_QUEUE, Certificate, DtlsLink
from proctoring.media.sfu.mux import UdpMux
from proctoring.tests.media_peer import LoopbackBrowser, check, rtp


class Ears:
    """A peer that is nothing but its link."""

    def __init__(self, ice: IceLite) -> None:
        self.counters = Counters()
        self.agent = ice.open(self, 0.0)
        self.certificate = Certificate()
        self.link = DtlsLink(self.agent, self.certificate, self.counters)
        self.srtp: list[bytes] = []

    def receive_dtls(self, datagram: bytes) -> None:
        self.link.push(datagram)

    def receive_srtp(self, datagram: bytes, now: float) -> None:
        self.srtp.append(datagram)

    @property
    def answer(self) -> str:
        return (
            f"a=ice-ufrag:{self.agent.ufrag}\r\na=ice-pwd:{self.agent.password}\r\n"
            f"a=fingerprint:sha-256 {self.certificate.fingerprint}\r\n"
        )


def pair() -> tuple[Ears, LoopbackBrowser]:
    ice = IceLite()
    mux = UdpMux(ice, lambda: 0.0)
    return Ears(ice), LoopbackBrowser(mux, ("192.0.2.1", 5000), lambda: 0.0)


async def connected() -> tuple[Ears, LoopbackBrowser]:
    server, browser = pair()
    handshake = asyncio.ensure_future(server.link.connect([("sha-256", browser.fingerprint)]))
    await browser.connect(server.answer)
    assert await handshake
    return server, browser


def test_private_parts_of_aiortc_are_where_we_use_them() -> None:
    """Fails when aiortc moves what link.py relies on; then read its changes before unpinning."""
    assert aiortc.__version__.startswith("1.16.")
    source = inspect.getsource(RTCDtlsTransport)
    for used in (
        "self.transport._recv()",
        "self.transport._send(data)",
        "self._rx_srtp = Session(rx_policy)",
        "self._tx_srtp = Session(tx_policy)",
        "allow_repeat_tx = True",
        "def _set_role(self, role",
        'self.emit("statechange")',
    ):
        assert used in source, used
    assert "sha-256" in {
        f.algorithm for f in RTCCertificate.generateCertificate().getFingerprints()
    }


async def test_packets_pass_encrypted_in_both_directions_after_the_handshake() -> None:
    server, browser = await connected()
    packet = rtp(1)
    server.link.send(packet)
    assert browser.media == [packet]
    browser.send(packet)
    assert server.srtp[0] != packet
    assert server.link.unprotect is not None
    assert server.link.unprotect(server.srtp[0]) == packet
    assert server.counters.packets_out == 1
    await server.link.close()
    await browser.leave()


async def test_a_certificate_that_is_not_the_offered_one_is_refused() -> None:
    server, browser = pair()
    other = ":".join(["00"] * 32)
    handshake = asyncio.ensure_future(server.link.connect([("sha-256", other)]))
    browser.prove(server.answer)
    await browser.connect(server.answer)
    assert not await handshake
    assert server.link.unprotect is None
    await server.link.close()
    await browser.leave()


async def test_goodbye_of_the_browser_is_heard_once() -> None:
    server, browser = await connected()
    heard: list[bool] = []
    server.link.on_closed = lambda: heard.append(True)
    await browser.leave()
    for _ in range(20):
        await asyncio.sleep(0)
    assert heard == [True]
    await server.link.close()
    assert heard == [True]


async def test_sending_never_raises_and_counts_what_it_drops() -> None:
    server, browser = await connected()
    server.link.send(rtp(1, payload=bytes(3000)))

    def full(datagram: bytes, address: tuple[str, int]) -> int:
        raise BlockingIOError

    server.agent.sendto = full
    server.link.send(rtp(2))
    assert server.counters.dropped == 2
    server.agent.address = None
    server.link.send(rtp(3))
    await server.link.close()
    server.link.send(rtp(4))
    assert server.counters.dropped == 2
    await browser.leave()


async def test_closing_ends_a_handshake_that_never_came() -> None:
    server, browser = pair()
    handshake = asyncio.ensure_future(server.link.connect([("sha-256", browser.fingerprint)]))
    await asyncio.sleep(0)
    await server.link.close()
    assert not await handshake


def test_records_beyond_the_bound_are_dropped() -> None:
    server, _ = pair()
    for _ in range(MAX_HANDSHAKE_QUEUE + 50):
        server.link.push(b"\x16")
    assert server.link._records.qsize() == MAX_HANDSHAKE_QUEUE


async def test_nonsense_records_do_not_end_a_running_connection() -> None:
    server, browser = await connected()
    for junk in (b"\x16" * 40, b"\x17\xfe\xfd" + bytes(20), b"\x14"):
        server.link.push(junk)
    for _ in range(20):
        await asyncio.sleep(0)
    server.link.send(rtp(5))
    assert browser.media == [rtp(5)]
    assert check("a", "b")[0] == 0
    await server.link.close()
    await browser.leave()
