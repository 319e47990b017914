"""Topic names and the registry."""

from collections.abc import Mapping

import msgspec
import pytest

from realtime.errors import UnknownTopic
from realtime.topics import Call, Caller, Delivery, Registry, Snapshot, Topic, group_of, split


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str


async def post(caller: Caller, key: str, message: Post) -> None:
    del caller, key, message


class Room(Topic):
    noun = "chat"
    delivery = Delivery.LOG
    calls: Mapping[str, Call] = {"chat.post": Call(Post, post)}

    async def subscribe(self, caller: Caller, key: str, since: int | None) -> Snapshot:
        return Snapshot()


class Board(Room):
    noun = "chat"


class Misnamed(Room):
    noun = "wall"


def test_a_name_is_a_noun_and_a_key() -> None:
    assert split("chat:12") == ("chat", "12")
    assert split("rt:control") == ("rt", "control")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "chat",
        "chat:",
        ":1",
        "Chat:1",
        "chat:1:2",
        "chat:1 ",
        "chat:\n",
        "chat:é",
        "chat:" + "1" * 61,
    ],
)
def test_other_names_are_unknown(name: str) -> None:
    with pytest.raises(UnknownTopic):
        split(name)


def test_the_group_name_is_legal_for_the_channel_layer() -> None:
    assert group_of("chat:12") == "chat.12"


def test_a_handler_is_found_by_its_noun() -> None:
    registry = Registry()
    room = Room()
    registry.register(room)
    found, key = registry.find("chat:7")
    assert found is room
    assert key == "7"
    assert registry.delivery_of("chat:7") is Delivery.LOG
    assert list(registry.handlers()) == [room]
    with pytest.raises(UnknownTopic):
        registry.find("wall:7")


def test_binding_the_same_handler_twice_is_harmless_but_two_for_one_noun_is_a_fault() -> None:
    registry = Registry()
    registry.register(Room())
    registry.register(Room())
    with pytest.raises(ValueError, match="already served by Room"):
        registry.register(Board())


def test_a_call_must_carry_the_noun_of_its_topic() -> None:
    with pytest.raises(ValueError, match=r"must begin with wall\."):
        Registry().register(Misnamed())


async def test_the_defaults_of_a_topic_do_nothing() -> None:
    room = Room()
    await room.left(Caller(1, "c", "s"), "1")
    assert await room.heads(["1"]) == {}
