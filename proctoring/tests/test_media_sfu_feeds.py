"""What is published in which room, and the facts that follow."""

from proctoring.media.ports import MediaEvent, SourceDown, SourceUp
from proctoring.media.sfu.feeds import FeedTable
from proctoring.media.sfu.inbound import Feed
from proctoring.tests.media_peer import rtp
from proctoring.tests.test_media_sfu_inbound import layer


def feed(room: str = "r", name: str = "a", peer: str = "p") -> Feed:
    return Feed(room, name, "video", peer, {"q": layer("q")})


def hear(found: Feed, now: float) -> None:
    found.layers["q"].receive(rtp(1), now)


def test_a_look_up_never_leaves_its_room() -> None:
    table = FeedTable(lambda _: None)
    mine, other = feed("r"), feed("s")
    table.add(mine)
    table.add(other)
    assert table.finder("r")("a") is mine
    assert table.finder("s")("a") is other
    assert table.finder("t")("a") is None
    assert table.rooms() == {"r", "s"}


def test_life_is_announced_once_per_change() -> None:
    events: list[MediaEvent] = []
    table = FeedTable(events.append)
    found = feed()
    table.add(found)
    table.announce([], 0.0)
    hear(found, 1.0)
    for now in (1.0, 2.0, 3.9):
        table.announce([], now)
    assert events == [SourceUp("r", "a", "p")]
    assert table.live("r") == ["a"]
    for now in (4.1, 5.0):
        table.announce([], now)
    assert events[1:] == [SourceDown("r", "a", "p")]
    assert table.live("r") == []


def test_a_replaced_feed_goes_down_and_its_old_peer_cannot_take_the_new_one_along() -> None:
    events: list[MediaEvent] = []
    table = FeedTable(events.append)
    old, new = feed(peer="p1"), feed(peer="p2")
    assert table.add(old) is None
    hear(old, 0.0)
    table.announce([], 0.0)
    assert table.add(new) is old
    assert events[-1] == SourceDown("r", "a", "p1")
    table.remove_of_peer("p1")
    assert table.finder("r")("a") is new
    table.remove_of_peer("p2")
    assert table.finder("r")("a") is None
