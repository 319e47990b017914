"""ICE-lite (RFC 8445 section 2.5): answers authenticated checks, learns each peer's address.

Sans-I/O: a datagram goes in, the reply comes out. Many agents share one UDP port and are told
apart by the user fragment of the check.
"""

import secrets
import struct
from collections.abc import Callable
from typing import Final, Protocol

from aioice import stun

Address = tuple[str, int]
SendTo = Callable[[bytes, Address], int]

MAX_ADDRESSES: Final = 8
MAX_CHECKS_PER_SECOND: Final = 50
OWNED_SECONDS: Final = 5.0


class Receiver(Protocol):
    """What takes the datagrams of one peer, once its address is proven."""

    def receive_dtls(self, datagram: bytes) -> None:
        """Take one DTLS record."""

    def receive_srtp(self, datagram: bytes, now: float) -> None:
        """Take one SRTP or SRTCP packet."""


class IceAgent:
    """Credentials and whereabouts of one peer.

    Attributes:
        address: Where the peer listens, None before its first authenticated check.
        sendto: Sends from the local socket the peer chose.
        last_seen: Time of the last authenticated check (consent, RFC 7675), seconds.
    """

    __slots__ = (
        "_budget",
        "_refilled",
        "address",
        "addresses",
        "last_seen",
        "password",
        "receiver",
        "retired",
        "sendto",
        "ufrag",
    )

    def __init__(self, receiver: Receiver, now: float) -> None:
        self.ufrag, self.password = _new_credentials()
        self.retired: tuple[str, str] | None = None
        self.receiver = receiver
        self.address: Address | None = None
        self.addresses: list[Address] = []
        self.sendto: SendTo | None = None
        self.last_seen = now
        self._budget = MAX_CHECKS_PER_SECOND
        self._refilled = now

    def renew(self) -> None:
        """Take new credentials; the former stay valid until the new are used."""
        self.retired = (self.ufrag, self.password)
        self.ufrag, self.password = _new_credentials()

    def password_for(self, ufrag: str) -> str:
        """Return the password that goes with one of this agent's own fragments."""
        if self.retired is not None and ufrag == self.retired[0]:
            return self.retired[1]
        return self.password

    def spend_check(self, now: float) -> bool:
        """Return whether one more check may be verified in this second."""
        if now - self._refilled >= 1.0:
            self._refilled = now
            self._budget = MAX_CHECKS_PER_SECOND
        self._budget -= 1
        return self._budget >= 0


class IceLite:
    """All agents behind one port.

    Attributes:
        by_address: Proven remote address → its agent; the only admission of media packets.
    """

    def __init__(self) -> None:
        self.by_address: dict[Address, IceAgent] = {}
        self._by_ufrag: dict[str, IceAgent] = {}

    def open(self, receiver: Receiver, now: float) -> IceAgent:
        """Create an agent that waits for its peer's first check."""
        agent = IceAgent(receiver, now)
        self._by_ufrag[agent.ufrag] = agent
        return agent

    def restart(self, agent: IceAgent) -> None:
        """Give the agent new credentials (RFC 8445 section 2.4); its address stays."""
        if agent.retired is not None:
            self._by_ufrag.pop(agent.retired[0], None)
        agent.renew()
        self._by_ufrag[agent.ufrag] = agent

    def close(self, agent: IceAgent) -> None:
        """Forget the agent: its checks and its media are dropped from now on."""
        self._by_ufrag.pop(agent.ufrag, None)
        if agent.retired is not None:
            self._by_ufrag.pop(agent.retired[0], None)
        for address in agent.addresses:
            self.by_address.pop(address, None)
        agent.addresses.clear()
        agent.address = None

    def receive(
        self, datagram: bytes, address: Address, sendto: SendTo, now: float
    ) -> bytes | None:
        """Verify a check and return the response; None for anything that is not a valid check."""
        request = _parse_request(datagram)
        if request is None:
            return None
        ufrag = str(request.attributes.get("USERNAME", "")).partition(":")[0]
        agent = self._by_ufrag.get(ufrag)
        if agent is None or not agent.spend_check(now):
            return None
        password = agent.password_for(ufrag).encode()
        if not request.check_message_integrity(password):
            return None
        if not self._claim(agent, address, now):
            return None
        self._accept(agent, ufrag, now)
        if agent.address is None or "USE-CANDIDATE" in request.attributes:
            agent.address, agent.sendto = address, sendto
        return _response(request, address, password)

    def _claim(self, agent: IceAgent, address: Address, now: float) -> bool:
        """Bind the address to the agent unless another live agent proved it before."""
        owner = self.by_address.get(address)
        if owner is agent:
            return True
        if owner is not None:
            if now - owner.last_seen < OWNED_SECONDS:
                return False
            owner.addresses.remove(address)
            if owner.address == address:
                owner.address = None
        self.by_address[address] = agent
        agent.addresses.append(address)
        if len(agent.addresses) > MAX_ADDRESSES:
            self._drop_oldest_address(agent)
        return True

    def _drop_oldest_address(self, agent: IceAgent) -> None:
        oldest = next(a for a in agent.addresses if a != agent.address)
        agent.addresses.remove(oldest)
        self.by_address.pop(oldest, None)

    def _accept(self, agent: IceAgent, ufrag: str, now: float) -> None:
        agent.last_seen = now
        if agent.retired is not None and ufrag == agent.ufrag:
            self._by_ufrag.pop(agent.retired[0], None)
            agent.retired = None


def _new_credentials() -> tuple[str, str]:
    """RFC 8445 section 5.3 asks for 24 and 128 bits; these have 64 and 192."""
    return secrets.token_hex(8), secrets.token_hex(24)


def _parse_request(datagram: bytes) -> stun.Message | None:
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error, IndexError):
        return None
    is_check = (
        message.message_class is stun.Class.REQUEST
        and message.message_method is stun.Method.BINDING
    )
    return message if is_check else None


def _response(request: stun.Message, address: Address, password: bytes) -> bytes:
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
    )
    response.attributes["XOR-MAPPED-ADDRESS"] = address
    response.add_message_integrity(password)
    return bytes(response)
