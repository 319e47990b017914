"""ICE-lite: who is answered, what a proven address allows, restart, and hostile checks."""

from aioice import stun
from hypothesis import given, strategies as st

from proctoring.media.sfu.ice import MAX_ADDRESSES, MAX_CHECKS_PER_SECOND, IceAgent, IceLite
from proctoring.tests.media_peer import check

HOME = ("192.0.2.1", 5000)
ELSEWHERE = ("192.0.2.1", 5001)


class Deaf:
    def receive_dtls(self, datagram: bytes) -> None:
        raise AssertionError

    def receive_srtp(self, datagram: bytes, now: float) -> None:
        raise AssertionError


def sendto(datagram: bytes, address: tuple[str, int]) -> int:
    return len(datagram)


def opened(now: float = 0.0) -> tuple[IceLite, IceAgent]:
    ice = IceLite()
    return ice, ice.open(Deaf(), now)


def test_valid_check_is_answered_and_proves_the_address() -> None:
    ice, agent = opened()
    response = ice.receive(check(agent.ufrag, agent.password), HOME, sendto, 1.0)
    assert response is not None
    message = stun.parse_message(response)
    assert message.message_class is stun.Class.RESPONSE
    assert message.attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert message.check_message_integrity(agent.password.encode())
    assert agent.address == HOME
    assert agent.last_seen == 1.0
    assert ice.by_address[HOME] is agent


def test_wrong_password_unknown_user_and_missing_integrity_are_ignored() -> None:
    ice, agent = opened()
    bare = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    bare.attributes["USERNAME"] = f"{agent.ufrag}:x"
    for datagram in (
        check(agent.ufrag, "wrong"),
        check("nobody", agent.password),
        bytes(bare),
        bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST)),
        bytes(stun.Message(stun.Method.BINDING, stun.Class.RESPONSE)),
    ):
        assert ice.receive(datagram, HOME, sendto, 0.0) is None
    assert ice.by_address == {}
    assert agent.address is None


def test_peer_moves_only_when_it_nominates_the_new_address() -> None:
    ice, agent = opened()
    ice.receive(check(agent.ufrag, agent.password), HOME, sendto, 0.0)
    ice.receive(check(agent.ufrag, agent.password, nominate=False), ELSEWHERE, sendto, 0.1)
    assert agent.address == HOME
    assert ice.by_address[ELSEWHERE] is agent
    ice.receive(check(agent.ufrag, agent.password), ELSEWHERE, sendto, 0.2)
    assert agent.address == ELSEWHERE


def test_restart_keeps_the_old_credentials_until_the_new_ones_are_used() -> None:
    ice, agent = opened()
    old = (agent.ufrag, agent.password)
    ice.receive(check(*old), HOME, sendto, 0.0)
    ice.restart(agent)
    assert ice.receive(check(*old), HOME, sendto, 0.1) is not None
    assert ice.receive(check(agent.ufrag, agent.password), ELSEWHERE, sendto, 0.2) is not None
    assert ice.receive(check(*old), HOME, sendto, 0.3) is None
    assert agent.address == ELSEWHERE


def test_second_restart_forgets_the_first_credentials() -> None:
    ice, agent = opened()
    first = (agent.ufrag, agent.password)
    ice.restart(agent)
    second = (agent.ufrag, agent.password)
    ice.restart(agent)
    assert ice.receive(check(*first), HOME, sendto, 0.0) is None
    assert ice.receive(check(*second), HOME, sendto, 0.0) is not None


def test_a_live_peers_address_cannot_be_taken_over() -> None:
    ice, victim = opened()
    attacker = ice.open(Deaf(), 0.0)
    ice.receive(check(victim.ufrag, victim.password), HOME, sendto, 0.0)
    assert ice.receive(check(attacker.ufrag, attacker.password), HOME, sendto, 4.9) is None
    assert ice.by_address[HOME] is victim
    assert ice.receive(check(attacker.ufrag, attacker.password), HOME, sendto, 5.1) is not None
    assert ice.by_address[HOME] is attacker
    assert victim.address is None


def test_checks_of_one_peer_are_limited_per_second() -> None:
    ice, agent = opened()
    datagram = check(agent.ufrag, agent.password)
    answers = [ice.receive(datagram, HOME, sendto, 0.5) for _ in range(MAX_CHECKS_PER_SECOND + 5)]
    assert answers.count(None) == 5
    assert ice.receive(datagram, HOME, sendto, 1.6) is not None


def test_addresses_of_one_peer_are_bounded_and_the_used_one_is_kept() -> None:
    ice, agent = opened()
    ice.receive(check(agent.ufrag, agent.password), HOME, sendto, 0.0)
    for port in range(6000, 6020):
        datagram = check(agent.ufrag, agent.password, nominate=False)
        ice.receive(datagram, ("192.0.2.1", port), sendto, 0.0)
    assert len(agent.addresses) == MAX_ADDRESSES
    assert HOME in ice.by_address
    assert len(ice.by_address) == MAX_ADDRESSES


def test_closed_agent_leaves_nothing_behind() -> None:
    ice, agent = opened()
    ice.receive(check(agent.ufrag, agent.password), HOME, sendto, 0.0)
    ice.restart(agent)
    old = (agent.ufrag, agent.password)
    ice.close(agent)
    assert ice.by_address == {}
    assert agent.address is None
    assert ice.receive(check(*old), HOME, sendto, 0.0) is None


@given(st.binary(max_size=200))
def test_random_bytes_are_never_answered(datagram: bytes) -> None:
    ice, _ = opened()
    assert ice.receive(datagram, HOME, sendto, 0.0) is None


@given(st.data())
def test_a_damaged_check_is_never_answered(data: st.DataObject) -> None:
    ice, agent = opened()
    good = check(agent.ufrag, agent.password)
    at = data.draw(st.integers(0, len(good) - 9))  # the FINGERPRINT after it is not signed
    flip = data.draw(st.integers(1, 255))
    bad = good[:at] + bytes([good[at] ^ flip]) + good[at + 1 :]
    assert ice.receive(bad, HOME, sendto, 0.0) is None
    assert ice.receive(good[:at], HOME, sendto, 0.0) is None
