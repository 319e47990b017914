"""What the tests of all state machines share: the table against its specification, and mutants.

The expected table of a test is written from the specification. Everything it does not name is
illegal. It is held against the machine by `differences`, against the code that moves rows by
`disagreements`, and `unnoticed` shows that the first of them overlooks no change of an entry.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from kernel.errors import DomainError
from kernel.machine import IllegalMove, Machine

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


def disagreements(
    ask: Callable[[S, A], S | None],
    expected: Mapping[tuple[S, A], S],
    actions: Container[A] | None = None,
) -> list[str]:
    """Ask for every state and action where it leads; return what differs from `expected`.

    Args:
        ask: Gives the state that the action leads to; None when it is refused.
        actions: Those to ask for, where others are done by other code; all if None.
    """
    return [
        f"{state} --{action}--> {_shown(told)}, expected {_shown(wanted)}"
        for state, action in _pairs(expected)
        if actions is None or action in actions
        if (told := ask(state, action)) != (wanted := expected.get((state, action)))
    ]


def differences(machine: Machine[S, A], start: S, expected: Mapping[tuple[S, A], S]) -> list[str]:
    """Return how the machine differs from the specification: moves, sources, start, ends."""

    def ask(state: S, action: A) -> S | None:
        try:
            return machine.next_state(state, action)
        except IllegalMove:
            return None

    found = disagreements(ask, expected)
    for action in {action: None for _, action in _pairs(expected)}:
        sources = {state for state, act in expected if act is action}
        found += _unequal(f"sources of {action}", machine.sources(action), sources)
    states = set(type(start))
    found += _unequal("starts", {machine.start}, {start})
    found += _unequal("ends", machine.ends, states - {state for state, _ in expected})
    return found + _unequal("states in use", {start, *expected.values()}, states)


def moves_of_row(rows: QuerySet[Any], act: Callable[[A], object]) -> Callable[[S, A], S | None]:
    """Put the question to the code that moves a row, each time from a row as it was.

    Args:
        rows: The one row, whose `state` is set beforehand.
        act: Takes the action; refuses by a DomainError or by returning False.
    """

    def ask(state: S, action: A) -> S | None:
        with transaction.atomic():
            rows.update(state=state)
            try:
                is_refused = act(action) is False
            except DomainError:
                is_refused = True
            reached = type(state)(rows.values_list("state", flat=True).get())
            transaction.set_rollback(True)
        assert not is_refused or reached is state, f"{action} was refused and done all the same"
        return None if is_refused else reached

    return ask


@dataclass(frozen=True, slots=True)
class Mutants(Generic[S, A]):
    """Every machine that differs from another one in one entry of its table, or in its start.

    Where the change makes other states the ends, it is made twice: with the ends as they are
    written, and with the ends that fit, as by somebody who mends what the constructor says.

    Attributes:
        built: Change → the machine with it.
        refused: Change → why the constructor refuses it. These are dead: no test has to see them.
    """

    built: dict[str, Machine[S, A]]
    refused: dict[str, str]


def mutants(machine: Machine[S, A]) -> Mutants[S, A]:
    """Change, one at a time, each entry (dropped, redirected, added) and the start."""
    found: Mutants[S, A] = Mutants({}, {})
    for change, start, moves in _changes(machine):
        fitting = frozenset({start, *moves.values()} - {state for state, _ in moves})
        for name, ends in ((f"{change}, ends fitted", fitting), (change, machine.ends)):
            if name != change and ends == machine.ends:
                continue
            try:
                found.built[name] = Machine(machine.name, start, moves, ends)
            except ValueError as refusal:
                found.refused[name] = str(refusal)
    return found


def unnoticed(
    machine: Machine[S, A],
    start: S,
    expected: Mapping[tuple[S, A], S],
    check: Callable[[Machine[S, A], S, Mapping[tuple[S, A], S]], list[str]] = differences,
) -> list[str]:
    """Return the changes that `check` does not tell from the specification; all must be noticed."""
    built = mutants(machine).built
    return [change for change, mutant in built.items() if not check(mutant, start, expected)]


def _changes(
    machine: Machine[S, A],
) -> Iterator[tuple[str, S, Mapping[tuple[S, A], S]]]:
    for state in type(machine.start):
        if state is not machine.start:
            yield f"starts {state}", state, machine.moves
    for state, action in _pairs(machine.moves):
        others = {pair: to for pair, to in machine.moves.items() if pair != (state, action)}
        now = machine.moves.get((state, action))
        if now is not None:
            yield f"{state} --{action}--> {_shown(None)}", machine.start, others
        for target in type(machine.start):
            if target is not now:
                changed = {**others, (state, action): target}
                yield f"{state} --{action}--> {target}", machine.start, changed


def _pairs(table: Mapping[tuple[S, A], S]) -> Iterator[tuple[S, A]]:
    some_state, some_action = next(iter(table))
    yield from ((state, action) for state in type(some_state) for action in type(some_action))


def _unequal(what: str, told: set[S] | frozenset[S], wanted: set[S]) -> list[str]:
    told_text, wanted_text = (", ".join(sorted(each)) or "none" for each in (told, wanted))
    return [] if told == wanted else [f"{what}: {told_text}, expected {wanted_text}"]


def _shown(state: S | None) -> str:
    return "refused" if state is None else state.value
