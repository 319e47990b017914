"""The queue of a slow socket: bounds, order, merging, gaps."""

import json
from typing import Any

import msgspec
from hypothesis import given, strategies as st

from realtime.sendqueue import (
    LOG_FRAMES,
    MAX_BYTES,
    RTC_FRAMES,
    Outcome,
    Outgoing,
    SendQueue,
    state_delta,
)
from realtime.topics import Delivery


def log(number: int, topic: str = "chat:1", size: int = 0) -> Outgoing:
    text = json.dumps({"t": "chat.posted", "top": topic, "seq": number, "d": {"x": "." * size}})
    return Outgoing(text, topic, Delivery.LOG, head=number)


def command(number: int) -> Outgoing:
    text = json.dumps({"t": "command.issued", "top": "attempt:1", "d": number})
    return Outgoing(text, "attempt:1", Delivery.COMMAND)


def rtc(number: int) -> Outgoing:
    return Outgoing(
        json.dumps({"t": "media.x", "top": "media:1", "d": number}), "media:1", Delivery.RTC
    )


def delta(rev: int, **values: int) -> Outgoing:
    raws = {key: msgspec.Raw(str(value).encode()) for key, value in values.items()}
    return state_delta("wall:1", rev, raws)


def drained(queue: SendQueue) -> list[Any]:
    frames: list[Any] = []
    while (text := queue.pop()) is not None:
        parsed = json.loads(text)
        frames += parsed if isinstance(parsed, list) else [parsed]
    return frames


def test_frames_of_a_log_leave_in_order() -> None:
    queue = SendQueue()
    for number in range(1, 6):
        assert queue.push(log(number)) is Outcome.QUEUED
    assert [frame["seq"] for frame in drained(queue)] == [1, 2, 3, 4, 5]
    assert (len(queue), queue.waiting_bytes) == (0, 0)


def test_batches_that_are_arrays_already_are_flattened() -> None:
    queue = SendQueue()
    queue.push(Outgoing('[{"t":"a"},{"t":"b"}]', "chat:1", Delivery.LOG))
    queue.push(Outgoing('{"t":"c"}', "chat:1", Delivery.LOG))
    assert json.loads(queue.pop() or "") == [{"t": "a"}, {"t": "b"}, {"t": "c"}]


def test_commands_and_control_frames_overtake_the_log() -> None:
    queue = SendQueue()
    queue.push(log(1))
    queue.push(command(7))
    queue.push(Outgoing('{"t":"ack"}'))
    assert [frame["t"] for frame in drained(queue)] == ["command.issued", "ack", "chat.posted"]


def test_an_overfull_log_becomes_one_gap_with_the_head_and_takes_no_more() -> None:
    queue = SendQueue()
    for number in range(1, LOG_FRAMES + 1):
        queue.push(log(number))
    assert queue.push(log(LOG_FRAMES + 1)) is Outcome.GAP
    assert queue.push(log(LOG_FRAMES + 2)) is Outcome.GAP
    assert drained(queue) == [{"t": "gap", "top": "chat:1", "head": LOG_FRAMES + 1}]
    assert queue.push(log(LOG_FRAMES + 3)) is Outcome.QUEUED


def test_a_log_of_large_frames_overflows_by_size() -> None:
    queue = SendQueue()
    outcomes = [queue.push(log(number, size=100_000)) for number in range(1, 8)]
    assert outcomes[:5] == [Outcome.QUEUED] * 5
    assert outcomes[5] is Outcome.GAP


def test_the_gap_of_one_room_leaves_other_topics_and_commands_alone() -> None:
    queue = SendQueue()
    queue.push(command(1))
    queue.push(log(1, topic="chat:2"))
    for number in range(1, LOG_FRAMES + 2):
        queue.push(log(number))
    kinds = [(frame["t"], frame.get("top")) for frame in drained(queue)]
    assert kinds == [
        ("command.issued", "attempt:1"),
        ("chat.posted", "chat:2"),
        ("gap", "chat:1"),
    ]


def test_waiting_state_keeps_only_the_latest_value_per_key() -> None:
    queue = SendQueue()
    queue.push(delta(1, ana=1, ben=1))
    queue.push(log(1))
    for rev in range(2, 500):
        assert queue.push(delta(rev, ana=rev)) is Outcome.QUEUED
    first, second = drained(queue)
    assert first == {
        "t": "wall.changed",
        "top": "wall:1",
        "rev": 499,
        "d": {"ana": 499, "ben": 1},
    }
    assert second["t"] == "chat.posted"


def test_signalling_overflows_after_its_bound() -> None:
    queue = SendQueue()
    for number in range(RTC_FRAMES):
        assert queue.push(rtc(number)) is Outcome.QUEUED
    assert queue.push(rtc(RTC_FRAMES)) is Outcome.GAP
    assert drained(queue) == [{"t": "gap", "top": "media:1", "head": 0}]


def test_commands_are_never_dropped_but_too_many_bytes_close_the_socket() -> None:
    queue = SendQueue()
    big = Outgoing("x" * (MAX_BYTES // 4), "attempt:1", Delivery.COMMAND)
    assert [queue.push(big) for _ in range(5)] == [Outcome.QUEUED] * 4 + [Outcome.OVERFULL]


def test_a_topic_that_was_left_is_forgotten() -> None:
    queue = SendQueue()
    queue.push(log(1))
    queue.push(log(1, topic="chat:2"))
    queue.push(delta(1, ana=1))
    queue.forget("chat:1")
    queue.forget("wall:1")
    assert [frame["top"] for frame in drained(queue)] == ["chat:2"]
    assert queue.waiting_bytes == 0


_frames = st.one_of(
    st.builds(log, st.integers(1, 10_000), st.sampled_from(["chat:1", "chat:2"]), st.just(3000)),
    st.builds(command, st.integers(1, 100)),
    st.builds(rtc, st.integers(1, 100)),
    st.builds(lambda rev: delta(rev, ana=rev), st.integers(1, 100)),
)


@given(st.lists(st.one_of(_frames, st.none()), max_size=600))
def test_bounds_hold_and_no_command_is_lost_whatever_comes(script: list[Outgoing | None]) -> None:
    """None in the script means: the socket took one batch."""
    queue, sent, wanted = SendQueue(), [], []
    for frame in script:
        if frame is None:
            text = queue.pop()
            sent += [] if text is None else _listed(text)
            continue
        outcome = queue.push(frame)
        if frame.delivery is Delivery.COMMAND and outcome is not Outcome.OVERFULL:
            wanted.append(json.loads(frame.text)["d"])
        assert (queue.waiting_bytes > MAX_BYTES) == (outcome is Outcome.OVERFULL)
    sent += drained(queue)
    assert [f["d"] for f in sent if f["t"] == "command.issued"] == wanted
    assert queue.waiting_bytes == 0


def _listed(text: str) -> list[Any]:
    parsed = json.loads(text)
    return parsed if isinstance(parsed, list) else [parsed]
