"""The UDP port: drains its sockets and tells STUN, DTLS and SRTP apart (RFC 7983)."""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from typing import Final

from proctoring.media.sfu.ice import Address, IceLite, SendTo

BATCH: Final = 256
MAX_DATAGRAM: Final = 2048
BUFFER_BYTES: Final = 4 << 20


class UdpMux:
    """Every peer's datagrams, on one port.

    One socket per local address, so that replies leave from the address the browser asked; if one
    address is not of this machine (behind NAT), a single wildcard socket serves all.
    """

    def __init__(self, ice: IceLite, clock: Callable[[], float]) -> None:
        self._ice = ice
        self._clock = clock
        self._sockets: list[socket.socket] = []

    def open(self, hosts: Sequence[str], port: int) -> int:
        """Bind and start to listen on the running loop; return the port (for port 0, the free one).

        Raises:
            OSError: The port is taken.
        """
        try:
            self._bind_each(hosts, port)
        except OSError as error:
            self._close_sockets()
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            self._bind_each(["0.0.0.0"], port)  # noqa: S104 we are behind a public address
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.add_reader(sock.fileno(), self.drain, sock)
        return int(self._sockets[0].getsockname()[1])

    def drain(self, sock: socket.socket) -> None:
        """Dispatch what has arrived, at most 256 datagrams before others get their turn."""
        receive, sendto, dispatch = sock.recvfrom, sock.sendto, self.dispatch
        now = self._clock()
        for _ in range(BATCH):
            try:
                datagram, address = receive(MAX_DATAGRAM)
            except OSError:  # nothing left, or an ICMP error of an earlier send
                return
            dispatch(datagram, address, sendto, now)

    def dispatch(self, datagram: bytes, address: Address, sendto: SendTo, now: float) -> None:
        """Route one datagram by its first byte; media only from proven addresses."""
        first = datagram[0] if datagram else 255
        if 128 <= first < 192:
            agent = self._ice.by_address.get(address)
            if agent is not None:
                agent.receiver.receive_srtp(datagram, now)
        elif 20 <= first < 64:
            agent = self._ice.by_address.get(address)
            if agent is not None:
                agent.receiver.receive_dtls(datagram)
        elif first < 4:
            self._answer_check(datagram, address, sendto, now)

    def close(self) -> None:
        """Stop listening."""
        loop = asyncio.get_running_loop()
        for sock in self._sockets:
            loop.remove_reader(sock.fileno())
        self._close_sockets()

    def _bind_each(self, hosts: Sequence[str], port: int) -> None:
        for host in hosts:
            sock = _bind(host, port)
            self._sockets.append(sock)
            port = sock.getsockname()[1]

    def _close_sockets(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    def _answer_check(self, datagram: bytes, address: Address, sendto: SendTo, now: float) -> None:
        response = self._ice.receive(datagram, address, sendto, now)
        if response is not None:
            try:
                sendto(response, address)
            except OSError:  # a full socket; the browser repeats its check
                return


def _bind(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
