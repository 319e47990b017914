import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from chat import services, topics, wire
from chat.errors import ChatLocked, RoomNotFound
from chat.tests.cast import School, move
from chat.topics import ChatTopic
from kernel.wire import BadMessage, decode
from realtime import threads
from realtime.envelope import Pushed, tag_of
from realtime.topics import Caller, Delivery, Registry, Snapshot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def database_threads() -> Iterator[None]:
    yield
    threads.close_pool()


@pytest.fixture
def pushed() -> Iterator[list[tuple[str, Any, int | None]]]:
    """What was published, in order: (topic, message, seq)."""
    heard: list[tuple[str, Any, int | None]] = []

    def hear(topic: str, message: Any, *, seq: int | None = None) -> None:
        heard.append((topic, message, seq))

    with patch.object(services, "publish", hear):
        yield heard


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(work())  # type: ignore[arg-type] # every coroutine here is one


def caller(who: Any) -> Caller:
    return Caller(user_id=who.pk, connection_id="c", session_key="s")


def subscribe(school: School, who: Any, since: int | None = None, room: Any = None) -> Snapshot:
    key = str(room or school.room_id)
    snapshot: Snapshot = run(lambda: ChatTopic().subscribe(caller(who), key, since))
    return snapshot


def call(name: str, school: School, who: Any, **fields: Any) -> Any:
    call_ = ChatTopic().calls[name]
    message = decode(msgspec.json.encode(fields), call_.schema)
    return run(lambda: call_.run(caller(who), str(school.room_id), message))


def post(school: School, who: Any, body: str = "hi") -> wire.PostDone:
    done: wire.PostDone = call("chat.post", school, who, client_id=str(uuid.uuid4()), body=body)
    return done


def lock(school: School, *students: Any) -> Any:
    sitting = school.sitting(*students)
    move(sitting, state="lobby")
    services.lock_sitting(sitting_id=sitting.pk)
    return sitting


def test_the_topic_is_a_log_named_chat() -> None:
    registry = Registry()
    registry.register(ChatTopic())
    assert registry.delivery_of("chat:1") is Delivery.LOG
    assert [tag_of(event) for event in ChatTopic.events] == [
        "chat.posted", "chat.locked", "chat.unlocked", "chat.changed",
    ]  # fmt: skip


def test_a_subscriber_gets_the_newest_page_then_only_what_followed(school: School) -> None:
    for number in range(60):
        services.post_message(
            room_id=school.room_id,
            sender_id=school.ben.pk,
            client_id=uuid.uuid4(),
            body=str(number),
        )
    first = subscribe(school, school.ana)
    assert isinstance(first.state, wire.RoomState)
    assert (first.head, first.state.reset, first.state.more) == (60, True, True)
    assert [entry.seq for entry in first.state.entries] == list(range(11, 61))
    post(school, school.ana)
    second = subscribe(school, school.ana, since=60)
    assert isinstance(second.state, wire.RoomState)
    assert (second.head, second.state.reset) == (61, False)
    assert [entry.seq for entry in second.state.entries] == [61]


@pytest.mark.parametrize("since", [7, 10**30])
def test_a_position_beyond_the_log_starts_again(school: School, since: int) -> None:
    post(school, school.ana)
    state = subscribe(school, school.ana, since=since).state
    assert isinstance(state, wire.RoomState)
    assert (state.reset, len(state.entries)) == (True, 1)


@pytest.mark.parametrize("key", ["12", "", "x" * 60, "00000000-0000-0000-0000-000000000000"])
def test_there_is_no_such_room(school: School, key: str) -> None:
    with pytest.raises(RoomNotFound):
        run(lambda: ChatTopic().subscribe(caller(school.ana), key, None))


def test_an_outsider_cannot_listen(school: School) -> None:
    with pytest.raises(RoomNotFound):
        subscribe(school, school.olga)


def test_a_candidate_hears_that_it_is_sealed_and_nothing_else(school: School) -> None:
    post(school, school.ben, "the answer is forty-two")
    lock(school, school.ana)
    state = subscribe(school, school.ana).state
    assert isinstance(state, wire.RoomState)
    assert (state.sealed, state.can_post, state.entries) == (True, False, [])
    assert [held.title for held in state.locks] == ["Linear Algebra"]
    assert b"forty-two" not in msgspec.json.encode(state)


def test_a_candidate_cannot_follow_a_room_in_which_others_go_on_posting(school: School) -> None:
    school.join(school.ana, "grader", school.maths)
    lock(school, school.ana)
    with pytest.raises(ChatLocked):
        run(lambda: ChatTopic().subscribe(caller(school.ana), str(school.staff_room_id), None))


def test_a_post_is_acknowledged_and_pushed_with_its_number(
    school: School, pushed: list[tuple[str, Any, int | None]]
) -> None:
    done = post(school, school.ana, "good morning")
    ((topic, message, seq),) = pushed
    assert (topic, seq, done.seq, done.again) == (f"chat:{school.room_id}", 1, 1, False)
    frame = Pushed.of(topic, message, seq=seq)
    assert frame.t == "chat.posted"
    assert message.entry.body == "good morning"
    assert message.entry.author.name == "Ana Moreno"


def test_a_post_into_a_locked_room_is_refused_and_pushes_nothing(
    school: School, pushed: list[tuple[str, Any, int | None]]
) -> None:
    lock(school, school.ana)
    pushed.clear()
    with pytest.raises(ChatLocked):
        post(school, school.ben)
    assert pushed == []


def test_nothing_pushed_while_the_room_is_locked_carries_text(
    school: School, pushed: list[tuple[str, Any, int | None]]
) -> None:
    seq = post(school, school.ben, "the answer is forty-two").seq
    pushed.clear()
    sitting = lock(school, school.ana)
    services.remove_message(
        room_id=school.room_id, seq=seq, moderator_id=school.ivo.pk, reason="hint"
    )
    move(sitting, state="closed")
    services.release_sitting(sitting_id=sitting.pk, reason="closed")
    names = [tag_of(type(message)) for _, message, _ in pushed]
    assert names == ["chat.locked", "chat.changed", "chat.unlocked"]
    assert [seq for _, _, seq in pushed] == [2, 3, 4]
    assert all(b"forty-two" not in msgspec.json.encode(message) for _, message, _ in pushed)


def test_the_same_message_again_is_pushed_once(
    school: School, pushed: list[tuple[str, Any, int | None]]
) -> None:
    client_id = str(uuid.uuid4())
    first, second = (
        call("chat.post", school, school.ana, client_id=client_id, body="hi") for _ in range(2)
    )
    assert (first.seq, second.seq, second.again) == (1, 1, True)
    assert len(pushed) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "no id"},
        {"client_id": "not a uuid", "body": "x"},
        {"client_id": str(uuid.uuid4()), "body": 4},
        {"client_id": str(uuid.uuid4()), "body": "x", "sender": 1},
    ],
)
def test_a_malformed_post_is_refused(school: School, fields: dict[str, Any]) -> None:
    with pytest.raises(BadMessage):
        call("chat.post", school, school.ana, **fields)


@pytest.mark.parametrize("seq", [-1, 2**70, "3", None])
def test_a_malformed_read_mark_is_refused(school: School, seq: Any) -> None:
    with pytest.raises(BadMessage):
        call("chat.read", school, school.ana, seq=seq)


def test_reading_moves_the_mark(school: School) -> None:
    post(school, school.ben)
    assert call("chat.read", school, school.ana, seq=1).seq == 1
    state = subscribe(school, school.ana).state
    assert isinstance(state, wire.RoomState)
    assert state.read == 1


def test_heads_tell_who_is_behind(school: School) -> None:
    post(school, school.ana)
    keys = [str(school.room_id), str(school.art_room_id)]
    heads = run(lambda: ChatTopic().heads(keys))
    assert heads == {keys[0]: 1, keys[1]: 0}


def test_posting_is_limited_per_socket() -> None:
    rate = ChatTopic().calls["chat.post"].rate
    assert rate == topics.POST_RATE
    assert rate is not None
    assert (rate.per_second, rate.burst) == (1, 5)
