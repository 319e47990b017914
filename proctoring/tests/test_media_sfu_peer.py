"""Joining RTCP packets into datagrams."""

from hypothesis import given, strategies as st

from proctoring.media.sfu.peer import MAX_COMPOUND_BYTES, compounds


@given(st.lists(st.binary(min_size=1, max_size=900), max_size=30))
def test_nothing_is_lost_reordered_or_too_large(packets: list[bytes]) -> None:
    joined = compounds(packets)
    assert b"".join(joined) == b"".join(packets)
    assert all(len(datagram) <= MAX_COMPOUND_BYTES for datagram in joined)


def test_small_packets_share_a_datagram() -> None:
    assert compounds([b"a" * 500, b"b" * 500, b"c" * 500]) == [b"a" * 500 + b"b" * 500, b"c" * 500]
