"""The life of an incident, and planted mutants of its table that these tests must kill."""

import pytest

from kernel.machine import Machine
from proctoring.domain.incident import INCIDENT, IncidentAction, IncidentState

S, A = IncidentState, IncidentAction
ENDS = {A.NOTE: S.NOTED, A.DISMISS: S.DISMISSED, A.ESCALATE: S.ESCALATED}


def faults_of(machine: Machine[IncidentState, IncidentAction]) -> list[str]:
    """Return what an incident machine does wrong, whatever its table."""
    faults = []
    for state in (S.OPEN, S.ACKNOWLEDGED):
        for action, end in ENDS.items():
            if machine.moves.get((state, action)) is not end:
                faults.append(f"{action} in {state} does not end as {end}")
    if machine.moves.get((S.OPEN, A.ACKNOWLEDGE)) is not S.ACKNOWLEDGED:
        faults.append("nobody can take it")
    if (S.ACKNOWLEDGED, A.ACKNOWLEDGE) in machine.moves:
        faults.append("it can be taken twice")
    faults += [f"{state} moves again" for state, _ in machine.moves if state in ENDS.values()]
    return faults


def test_the_table_has_no_fault() -> None:
    assert faults_of(INCIDENT) == []


MUTANTS = {
    "dismiss notes": {**INCIDENT.moves, (S.OPEN, A.DISMISS): S.NOTED},
    "a decided one opens again": {**INCIDENT.moves, (S.DISMISSED, A.ESCALATE): S.ESCALATED},
    "taken by two": {**INCIDENT.moves, (S.ACKNOWLEDGED, A.ACKNOWLEDGE): S.ACKNOWLEDGED},
    "no escalation once taken": {
        k: v for k, v in INCIDENT.moves.items() if k != (S.ACKNOWLEDGED, A.ESCALATE)
    },
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_killed(name: str) -> None:
    moves = MUTANTS[name]
    ends = frozenset(set(moves.values()) - {state for state, _ in moves})
    try:
        mutant = Machine(name="mutant", start=S.OPEN, moves=moves, ends=ends)
    except ValueError:
        return  # a table with a state that nothing reaches is refused before any test
    assert faults_of(mutant)
