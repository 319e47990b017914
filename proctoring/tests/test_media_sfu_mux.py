"""The UDP port: demultiplexing, admission by proven address, hostile datagrams, real sockets."""

import asyncio
import socket

import pytest
from hypothesis import given, strategies as st

from kernel.tests.ports import free_port
from proctoring.media.sfu.ice import IceLite
from proctoring.media.sfu.mux import UdpMux
from proctoring.tests.media_peer import check

HOME = ("192.0.2.1", 5000)


class Ears:
    def __init__(self) -> None:
        self.dtls: list[bytes] = []
        self.srtp: list[tuple[bytes, float]] = []

    def receive_dtls(self, datagram: bytes) -> None:
        self.dtls.append(datagram)

    def receive_srtp(self, datagram: bytes, now: float) -> None:
        self.srtp.append((datagram, now))


class Line:
    """A mux with one peer and no socket."""

    def __init__(self) -> None:
        self.ice = IceLite()
        self.mux = UdpMux(self.ice, lambda: 1.0)
        self.ears = Ears()
        self.agent = self.ice.open(self.ears, 0.0)
        self.sent: list[bytes] = []

    def sendto(self, datagram: bytes, address: tuple[str, int]) -> int:
        self.sent.append(datagram)
        return len(datagram)

    def arrive(self, datagram: bytes, address: tuple[str, int] = HOME) -> None:
        self.mux.dispatch(datagram, address, self.sendto, 1.0)

    def prove(self) -> None:
        self.arrive(check(self.agent.ufrag, self.agent.password))


def test_first_byte_decides_who_gets_a_datagram() -> None:
    line = Line()
    line.prove()
    assert len(line.sent) == 1
    line.arrive(b"\x16dtls")
    line.arrive(b"\x80srtp")
    line.arrive(b"\x50other")
    assert line.ears.dtls == [b"\x16dtls"]
    assert line.ears.srtp == [(b"\x80srtp", 1.0)]


def test_media_from_an_address_that_proved_nothing_is_dropped() -> None:
    line = Line()
    line.prove()
    line.arrive(b"\x80srtp", ("192.0.2.1", 5001))
    line.arrive(b"\x16dtls", ("192.0.2.66", 5000))
    assert (line.ears.dtls, line.ears.srtp) == ([], [])


def test_a_full_socket_costs_one_answer_and_nothing_else() -> None:
    line = Line()

    def full(datagram: bytes, address: tuple[str, int]) -> int:
        raise BlockingIOError

    line.mux.dispatch(check(line.agent.ufrag, line.agent.password), HOME, full, 1.0)
    line.prove()
    assert len(line.sent) == 1


@given(st.binary(max_size=64))
def test_any_datagram_is_survived(datagram: bytes) -> None:
    line = Line()
    line.arrive(datagram)
    line.prove()
    line.arrive(datagram)
    assert len(line.sent) == 1


async def test_a_check_over_a_real_socket_is_answered() -> None:
    ice = IceLite()
    agent = ice.open(Ears(), 0.0)
    mux = UdpMux(ice, lambda: 1.0)
    port = mux.open(["127.0.0.1"], 0)
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as browser:
        browser.setblocking(False)
        browser.bind(("127.0.0.1", 0))
        for datagram in (b"", b"\x00", check(agent.ufrag, agent.password)):
            await loop.sock_sendto(browser, datagram, ("127.0.0.1", port))
        async with asyncio.timeout(5):
            response = await loop.sock_recv(browser, 2048)
        assert response[:2] == b"\x01\x01"
        assert agent.address == browser.getsockname()
    mux.close()


async def test_a_taken_port_is_an_error_and_leaves_no_socket_open() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        mux = UdpMux(IceLite(), lambda: 0.0)
        with pytest.raises(OSError, match="in use"):
            mux.open(["127.0.0.1"], other.getsockname()[1])
        mux.close()


async def test_a_public_address_of_the_gateway_is_served_by_one_wildcard_socket() -> None:
    mux = UdpMux(IceLite(), lambda: 0.0)
    port = free_port(socket.SOCK_DGRAM)
    assert mux.open(["127.0.0.1", "192.0.2.200"], port) == port
    assert [sock.getsockname()[0] for sock in mux._sockets] == ["0.0.0.0"]
    mux.close()
