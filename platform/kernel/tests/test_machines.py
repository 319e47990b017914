"""The check of the machines can fail: what is planted is told, and a blinder check is found out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum

import pytest

from kernel.machine import IllegalMove, Machine
from kernel.tests.machines import differences, disagreements, mutants, unnoticed


class Lamp(StrEnum):
    DARK = "dark"
    LIT = "lit"
    BROKEN = "broken"


class Act(StrEnum):
    PRESS = "press"
    DROP = "drop"


Table = Mapping[tuple[Lamp, Act], Lamp]
Check = Callable[[Machine[Lamp, Act], Lamp, Table], list[str]]
TABLE: Table = {
    (Lamp.DARK, Act.PRESS): Lamp.LIT,
    (Lamp.LIT, Act.PRESS): Lamp.DARK,
    (Lamp.LIT, Act.DROP): Lamp.BROKEN,
}
LAMP = Machine(name="lamp", start=Lamp.DARK, moves=dict(TABLE), ends=frozenset({Lamp.BROKEN}))


def test_a_machine_as_specified_differs_in_nothing() -> None:
    assert differences(LAMP, Lamp.DARK, TABLE) == []


@pytest.mark.parametrize("target", [None, *Lamp])
@pytest.mark.parametrize("pair", [(state, act) for state in Lamp for act in Act])
def test_each_disagreement_is_told_once_and_names_its_pair(
    pair: tuple[Lamp, Act], target: Lamp | None
) -> None:
    def ask(state: Lamp, act: Act) -> Lamp | None:
        return target if (state, act) == pair else TABLE.get((state, act))

    told, wanted = target or "refused", TABLE.get(pair) or "refused"
    planted = [f"{pair[0]} --{pair[1]}--> {told}, expected {wanted}"]
    assert disagreements(ask, TABLE) == (planted if target is not TABLE.get(pair) else [])


class ForgetfulLamp(Machine[Lamp, Act]):
    """Tells where an action leads, but not from where it is allowed."""

    def sources(self, action: Act) -> frozenset[Lamp]:
        return super().sources(action) - {Lamp.LIT}


def test_wrong_sources_starts_ends_and_states_out_of_use_are_told() -> None:
    forgetful = ForgetfulLamp(LAMP.name, LAMP.start, LAMP.moves, LAMP.ends)
    assert differences(forgetful, Lamp.DARK, TABLE) == [
        "sources of press: dark, expected dark, lit",
        "sources of drop: none, expected lit",
    ]
    assert differences(LAMP, Lamp.LIT, TABLE) == ["starts: dark, expected lit"]
    unbreakable = {pair: to for pair, to in TABLE.items() if to is not Lamp.BROKEN}
    lamp = replace(LAMP, moves=unbreakable, ends=frozenset())
    assert differences(lamp, Lamp.DARK, unbreakable) == [
        "ends: none, expected broken",
        "states in use: dark, lit, expected broken, dark, lit",
    ]


def test_every_entry_is_dropped_redirected_and_added_once() -> None:
    found = mutants(LAMP)
    changes = {name.removesuffix(", ends fitted") for name in {**found.built, **found.refused}}
    targets = ["refused", "dark", "lit", "broken"]
    every = {f"{state} --{act}--> {to}" for state in Lamp for act in Act for to in targets}
    kept = {
        f"{state} --{act}--> {TABLE.get((state, act)) or 'refused'}"
        for state in Lamp
        for act in Act
    }
    assert changes == (every - kept) | {"starts lit", "starts broken"}
    assert not found.built.keys() & found.refused.keys()
    assert LAMP.moves == TABLE


def test_what_the_constructor_refuses_is_kept_apart_with_its_reason() -> None:
    found = mutants(LAMP)
    assert found.refused["broken --drop--> dark"].startswith("lamp: end states with exits")
    assert "broken --drop--> dark, ends fitted" in found.built
    assert found.refused["lit --drop--> refused"].startswith("lamp: states never reached")
    assert "lit --drop--> refused, ends fitted" in found.built
    assert found.refused["dark --press--> dark"].startswith("lamp: states never reached")
    assert all(isinstance(mutant, Machine) for mutant in found.built.values())


def test_no_mutant_escapes() -> None:
    assert unnoticed(LAMP, Lamp.DARK, TABLE) == []


def ask_what_is_listed(machine: Machine[Lamp, Act], _start: Lamp, table: Table) -> list[str]:
    """Never asks for a pair that ought to be illegal."""
    return [f"{pair}" for pair, to in table.items() if machine.moves.get(pair) is not to]


def ask_whether_legal(machine: Machine[Lamp, Act], _start: Lamp, table: Table) -> list[str]:
    """Never looks where a move leads."""
    return [f"{pair}" for pair in {**table, **machine.moves} if (pair in machine.moves) != (pair in table)]  # fmt: skip


def ask_from_live_states(machine: Machine[Lamp, Act], start: Lamp, table: Table) -> list[str]:
    """Takes it that nothing leaves an end."""
    live = [pair for pair in machine.moves if pair[0] is not Lamp.BROKEN]
    return [] if {p: machine.moves[p] for p in live} == table and machine.start is start else ["x"]


def ask_until_refused(machine: Machine[Lamp, Act], start: Lamp, table: Table) -> list[str]:
    """Stops at the first refusal, as a check does whose `raises` stands around the loop."""
    for pair in [(state, act) for state in Lamp for act in Act]:
        try:
            told = machine.next_state(*pair)
        except IllegalMove:
            break
        if told is not table.get(pair):
            return [f"{pair}"]
    return [] if machine.start is start else ["start"]


@pytest.mark.parametrize(
    ("check", "escapes"),
    [
        (ask_what_is_listed, "dark --drop--> lit"),
        (ask_what_is_listed, "broken --press--> lit, ends fitted"),
        (ask_whether_legal, "lit --drop--> dark, ends fitted"),
        (ask_from_live_states, "broken --drop--> dark, ends fitted"),
        (ask_until_refused, "lit --press--> lit"),
    ],
)
def test_a_check_that_overlooks_something_is_found_out(check: Check, escapes: str) -> None:
    assert escapes in unnoticed(LAMP, Lamp.DARK, TABLE, check)
