"""The table: every pair, faults at construction, the diagram; and planted mutants that must die."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import pytest

from kernel.machine import IllegalMove, Machine


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


def check_table(door: Machine[Door, Act]) -> None:
    """All a door must do, pair by pair; fails for every mutant below."""
    for state in Door:
        for act in Act:
            if (state, act) in MOVES:
                assert door.next_state(state, act) is MOVES[state, act]
            else:
                with pytest.raises(IllegalMove) as refused:
                    door.next_state(state, act)
                assert refused.value.data == {
                    "machine": "door",
                    "state": state.value,
                    "action": act.value,
                }
    assert door.start is Door.OPEN
    assert door.ends == {Door.WALLED}
    assert {act: door.sources(act) for act in Act} == {
        Act.PULL: {Door.OPEN},
        Act.PUSH: {Door.SHUT},
        Act.BRICK: {Door.SHUT},
    }


def test_every_pair_is_as_the_table_says() -> None:
    check_table(DOOR)


def test_an_illegal_move_is_a_conflict() -> None:
    with pytest.raises(IllegalMove) as refused:
        DOOR.next_state(Door.OPEN, Act.BRICK)
    assert (refused.value.code, refused.value.http_status) == ("illegal_move", 409)


def door_with(
    moves: Mapping[tuple[Door, Act], Door],
    ends: frozenset[Door] = DOOR.ends,
    start: Door = Door.OPEN,
) -> Machine[Door, Act]:
    return Machine(name="door", start=start, moves=moves, ends=ends)


MUTANTS: dict[str, Callable[[], Machine[Door, Act]]] = {
    "a move more": lambda: door_with({**MOVES, (Door.OPEN, Act.BRICK): Door.WALLED}),
    "a move to another state": lambda: door_with({**MOVES, (Door.SHUT, Act.PUSH): Door.WALLED}),
    "a move that stays": lambda: door_with({**MOVES, (Door.OPEN, Act.PUSH): Door.OPEN}),
    "another start": lambda: door_with(MOVES, start=Door.SHUT),
    "an end with an exit": lambda: door_with({**MOVES, (Door.WALLED, Act.PULL): Door.OPEN}),
    "an end that is not one": lambda: door_with(MOVES, ends=frozenset()),
    "an end more": lambda: door_with(MOVES, ends=frozenset({Door.WALLED, Door.SHUT})),
    "a move less": lambda: door_with({k: v for k, v in MOVES.items() if k[1] is not Act.PUSH}),
    "an end out of reach": lambda: door_with(
        {k: v for k, v in MOVES.items() if k[1] is not Act.BRICK}
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_mutant_dies(name: str) -> None:
    with pytest.raises((AssertionError, ValueError, IllegalMove, pytest.fail.Exception)):
        check_table(MUTANTS[name]())


@pytest.mark.parametrize(
    ("moves", "ends", "fault"),
    [
        ({**MOVES, (Door.WALLED, Act.PULL): Door.OPEN}, DOOR.ends, "end states with exits"),
        (MOVES, frozenset[Door](), "states without an exit"),
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
        door_with(moves, ends)


def test_the_diagram_shows_every_move_once() -> None:
    assert DOOR.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> shut: pull",
        "    shut --> open: push",
        "    shut --> walled: brick",
        "    walled --> [*]",
    ]
