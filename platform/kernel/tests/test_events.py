"""The bus: exact types, binding order, failures that reach the emitter."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from kernel.events import Bus, Event


@dataclass(frozen=True, slots=True)
class RoomLocked(Event):
    room_id: int


@dataclass(frozen=True, slots=True)
class RoomSealed(RoomLocked):
    by: int = 0


def test_handlers_run_at_once_in_the_order_of_binding() -> None:
    bus, heard = Bus(), list[object]()
    bus.bind(RoomLocked, lambda event: heard.append(("first", event.room_id)))
    bus.bind(RoomLocked, lambda event: heard.append(("second", event.room_id)))
    bus.emit(RoomLocked(7))
    assert heard == [("first", 7), ("second", 7)]


def test_binding_the_same_pair_twice_has_no_effect() -> None:
    bus, heard = Bus(), list[object]()

    def handler(event: RoomLocked) -> None:
        heard.append(event)

    bus.bind(RoomLocked, handler)
    bus.bind(RoomLocked, handler)
    bus.emit(RoomLocked(7))
    assert len(heard) == 1
    assert bus.handlers_of(RoomLocked) == (handler,)


def test_only_the_exact_type_is_heard_and_nobody_listening_is_fine() -> None:
    bus, heard = Bus(), list[object]()
    bus.bind(RoomLocked, heard.append)
    bus.emit(RoomSealed(7))
    assert heard == []
    assert bus.handlers_of(RoomSealed) == ()


def test_a_failing_handler_stops_the_rest_and_reaches_the_emitter() -> None:
    bus, heard = Bus(), list[object]()

    def fail(event: RoomLocked) -> None:
        raise RuntimeError("no")

    bus.bind(RoomLocked, fail)
    bus.bind(RoomLocked, heard.append)
    with pytest.raises(RuntimeError):
        bus.emit(RoomLocked(7))
    assert heard == []


def test_events_cannot_be_changed_on_their_way() -> None:
    event = RoomLocked(7)
    with pytest.raises(FrozenInstanceError):
        event.room_id = 8  # type: ignore[misc] # the point of the test
