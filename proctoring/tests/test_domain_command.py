"""The delivery of a command, and planted mutants of its table that these tests must kill."""

from collections.abc import Mapping

import pytest

from kernel.machine import IllegalMove, Machine
from proctoring.domain.command import DELIVERY, DeliveryAction, DeliveryState

S, A = DeliveryState, DeliveryAction
Table = Mapping[tuple[DeliveryState, DeliveryAction], DeliveryState]


def faults_of(machine: Machine[DeliveryState, DeliveryAction]) -> list[str]:
    """Return what a delivery machine does wrong, whatever its table."""
    faults = [fault for pair, target in machine.moves.items() for fault in _faults(*pair, target)]
    if machine.start is not S.SENT:
        faults.append("does not start as sent")
    if machine.moves.get((S.SENT, A.DELIVER)) is not S.DELIVERED:
        faults.append("a sent command cannot be delivered")
    if any(machine.moves.get((s, A.APPLY)) is not S.APPLIED for s in (S.SENT, S.DELIVERED)):
        faults.append("apply does not apply")
    return faults


def _faults(state: DeliveryState, action: DeliveryAction, target: DeliveryState) -> list[str]:
    faults = []
    if state is S.APPLIED:
        faults.append("an applied command moves")
    if target is S.SENT:
        faults.append("goes back to sent")
    if action is A.DELIVER and target is not S.DELIVERED:
        faults.append("deliver does more than deliver")
    return faults


def test_the_table_has_no_fault() -> None:
    assert faults_of(DELIVERY) == []


MUTANTS: dict[str, Table] = {
    "deliver skips": {**DELIVERY.moves, (S.SENT, A.DELIVER): S.APPLIED},
    "apply only delivers": {**DELIVERY.moves, (S.SENT, A.APPLY): S.DELIVERED},
    "delivered goes back": {**DELIVERY.moves, (S.DELIVERED, A.DELIVER): S.SENT},
    "delivered is a dead end": {k: v for k, v in DELIVERY.moves.items() if k[0] is not S.DELIVERED},
    "no delivery at all": {k: v for k, v in DELIVERY.moves.items() if k[1] is not A.DELIVER},
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_killed(name: str) -> None:
    moves = MUTANTS[name]
    ends = frozenset(set(moves.values()) - {state for state, _ in moves})
    try:
        mutant = Machine(name="mutant", start=S.SENT, moves=moves, ends=ends)
    except ValueError:
        return  # a table with a state that nothing reaches is refused before any test
    assert faults_of(mutant)


def test_an_applied_command_refuses_every_report() -> None:
    for action in A:
        with pytest.raises(IllegalMove):
            DELIVERY.next_state(S.APPLIED, action)
