"""Which peers belong to which socket."""

import pytest

from proctoring.media.errors import MediaBusy, PeerUnknown
from proctoring.media.peerbook import (
    MAX_PEERS_PER_CONNECTION,
    PeerBook,
    PeerRecord,
    attempts_at_large,
)
from proctoring.media.ports import SourceRef


def entered(book: PeerBook, *peers: str, connection: str = "c1") -> None:
    for peer in peers:
        assert book.add(PeerRecord(peer, connection, 1))


def test_a_peer_is_found_only_by_its_own_socket() -> None:
    book = PeerBook()
    entered(book, "a@w/1")
    assert book.owned("c1", "a@w/1").peer_id == "a@w/1"
    for connection, peer in (("c2", "a@w/1"), ("c1", "b@w/1")):
        with pytest.raises(PeerUnknown):
            book.owned(connection, peer)


def test_a_socket_may_have_only_so_many_peers_open_or_opening() -> None:
    book = PeerBook()
    entered(book, *(f"{n}@w/1" for n in range(MAX_PEERS_PER_CONNECTION - 1)))
    with book.opening("c1"):
        with pytest.raises(MediaBusy), book.opening("c1"):
            pass
        with book.opening("c2"):
            pass
    with book.opening("c1"):
        pass


def test_a_socket_that_closes_while_its_call_is_under_way_gets_no_peer() -> None:
    book = PeerBook()
    entered(book, "a@w/1")
    with book.opening("c1"):
        assert [r.peer_id for r in book.drop_connection("c1")] == ["a@w/1"]
        assert not book.add(PeerRecord("b@w/1", "c1", 1))
    assert book.find("b@w/1") is None
    entered(book, "c@w/1")


def test_peers_of_a_lost_worker_are_found_by_its_life() -> None:
    book = PeerBook()
    entered(book, "a@w/1", "b@w/2", "c@v/1")
    assert [r.peer_id for r in book.on_worker("w/1")] == ["a@w/1"]
    book.drop(book.on_worker("w/1"))
    assert book.find("a@w/1") is None


def test_the_holder_of_a_peer_hears_on_its_own_topic() -> None:
    assert PeerRecord("a", "c", 3, attempt_id=7).topic == "media:a7"
    assert PeerRecord("a", "c", 3).topic == "media:3"


def test_only_the_high_layer_of_a_slot_counts_as_at_large() -> None:
    low, high = SourceRef("attempt:7/camera", "q"), SourceRef("attempt:8/camera", "f")
    assert attempts_at_large([low, None, high]) == {8}
