"""One topic in one process: windows, order, latest values, versions."""

import asyncio
import json
from itertools import pairwise

from realtime.rooms import EVENT_WINDOW_S, STATE_WINDOW_S, Room, Window
from realtime.tests.support import Recorder, until
from realtime.topics import Delivery


def room(delivery: Delivery, topic: str = "chat:1") -> tuple[Room, Recorder]:
    made, member = Room(topic, delivery), Recorder()
    made.members.add(member)
    return made, member


def event(number: int) -> str:
    return json.dumps({"t": "chat.posted", "top": "chat:1", "seq": number})


async def test_an_idle_topic_sends_at_once() -> None:
    made, member = room(Delivery.LOG)
    made.take_event(event(1), 1)
    assert [e["seq"] for e in member.events] == [1]


async def test_a_burst_leaves_as_one_frame_shared_by_all_members() -> None:
    made, member = room(Delivery.LOG)
    other = Recorder()
    made.members.add(other)
    for number in range(1, 101):
        made.take_event(event(number), number)
    await until(lambda: len(member.events) == 100)
    assert [e["seq"] for e in member.events] == list(range(1, 101))
    assert len(member.frames) == 2
    assert member.frames[1] is other.frames[1]
    assert (member.frames[1].head, made.seen_head) == (100, 100)


async def test_a_windows_flushes_are_never_closer_than_its_length() -> None:
    loop, flushed = asyncio.get_running_loop(), []
    window = Window(0.03, lambda: flushed.append(loop.time()))
    while len(flushed) < 4:
        window.touch()
        await asyncio.sleep(0.001)
    gaps = [later - earlier for earlier, later in pairwise(flushed)]
    assert min(gaps) >= 0.029


async def test_a_state_topic_sends_the_latest_values_at_most_four_times_a_second() -> None:
    made, member = room(Delivery.STATE, "wall:1")
    for number in range(1000):
        made.take_value(str(number % 10), str(number), 0)
    await asyncio.sleep(STATE_WINDOW_S + EVENT_WINDOW_S)
    first, second = member.events
    assert first == {"t": "wall.changed", "top": "wall:1", "rev": 1, "d": {"0": 0}}
    assert second["rev"] == 2
    assert second["d"] == {str(key): 990 + key for key in range(10)}


async def test_a_lower_version_never_replaces_a_higher_one() -> None:
    made, member = room(Delivery.STATE, "wall:1")
    made.take_value("7", '"new"', 5)
    made.take_value("7", '"old"', 4)
    made.take_value("8", '"first"', 1)
    await asyncio.sleep(STATE_WINDOW_S + EVENT_WINDOW_S)
    assert [e["d"] for e in member.events] == [{"7": "new"}, {"8": "first"}]


async def test_events_of_a_state_topic_are_kept_as_a_log() -> None:
    made, member = room(Delivery.STATE, "wall:1")
    made.take_event('{"t":"incident.raised","top":"wall:1"}', None)
    assert member.frames[0].delivery is Delivery.LOG


async def test_a_closed_room_sends_nothing_any_more() -> None:
    made, member = room(Delivery.LOG)
    made.take_event(event(1), 1)
    made.take_event(event(2), 2)
    made.close()
    await asyncio.sleep(EVENT_WINDOW_S * 3)
    assert [e["seq"] for e in member.events] == [1]
