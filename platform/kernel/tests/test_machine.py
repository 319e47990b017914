"""The table: every pair, faults at construction, the diagram."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

import pytest

from kernel.machine import IllegalMove, Machine
from kernel.tests.machines import differences, unnoticed


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    WALLED = "walled"


class Act(StrEnum):
    PULL = "pull"
    PUSH = "push"
    BRICK = "brick"


MOVES: Mapping[tuple[Door, Act], Door] = {
    (Door.OPEN, Act.PULL): Door.SHUT,
    (Door.SHUT, Act.PUSH): Door.OPEN,
    (Door.SHUT, Act.BRICK): Door.WALLED,
}
DOOR = Machine(name="door", start=Door.OPEN, moves=MOVES, ends=frozenset({Door.WALLED}))


def test_every_pair_is_as_the_table_says() -> None:
    assert differences(DOOR, Door.OPEN, MOVES) == []


def test_every_mutant_is_noticed() -> None:
    assert unnoticed(DOOR, Door.OPEN, MOVES) == []


def test_an_illegal_move_is_a_conflict() -> None:
    with pytest.raises(IllegalMove) as refused:
        DOOR.next_state(Door.OPEN, Act.BRICK)
    assert (refused.value.code, refused.value.http_status) == ("illegal_move", 409)
    assert refused.value.data == {"machine": "door", "state": "open", "action": "brick"}


@pytest.mark.parametrize(
    ("moves", "ends", "fault"),
    [
        ({**MOVES, (Door.WALLED, Act.PULL): Door.OPEN}, DOOR.ends, "end states with exits"),
        (MOVES, frozenset[Door](), "states without an exit"),
        (MOVES, frozenset({Door.WALLED, Door.SHUT}), "end states with exits"),
        ({(Door.OPEN, Act.PULL): Door.OPEN}, DOOR.ends, "states never reached"),
        (
            {(Door.OPEN, Act.BRICK): Door.WALLED, (Door.SHUT, Act.PUSH): Door.OPEN},
            DOOR.ends,
            "states never reached",
        ),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_at_import(
    moves: Mapping[tuple[Door, Act], Door], ends: frozenset[Door], fault: str
) -> None:
    with pytest.raises(ValueError, match=f"door: {fault}"):
        replace(DOOR, moves=moves, ends=ends)


def test_the_diagram_shows_every_move_once() -> None:
    assert DOOR.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> shut: pull",
        "    shut --> open: push",
        "    shut --> walled: brick",
        "    walled --> [*]",
    ]
