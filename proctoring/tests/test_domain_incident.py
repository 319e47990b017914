"""The life of an incident: opened, taken by one person, decided once."""

from kernel.tests.machines import differences, unnoticed
from proctoring.domain.incident import (
    INCIDENT,
    UNDECIDED,
    IncidentAction,
    IncidentState,
    with_words,
)

S, A = IncidentState, IncidentAction

# Written from the specification, not from the table: everything not listed is illegal.
EXPECTED = {
    (S.OPEN, A.ACKNOWLEDGE): S.ACKNOWLEDGED,  # once: from then on it is one person's
    (S.OPEN, A.NOTE): S.NOTED,
    (S.OPEN, A.DISMISS): S.DISMISSED,
    (S.OPEN, A.ESCALATE): S.ESCALATED,
    (S.ACKNOWLEDGED, A.NOTE): S.NOTED,
    (S.ACKNOWLEDGED, A.DISMISS): S.DISMISSED,
    (S.ACKNOWLEDGED, A.ESCALATE): S.ESCALATED,
}


def test_the_table_is_the_specification() -> None:
    assert differences(INCIDENT, S.OPEN, EXPECTED) == []


def test_every_mutant_of_the_table_is_noticed() -> None:
    assert unnoticed(INCIDENT, S.OPEN, EXPECTED) == []


def test_what_is_decided_stays_decided() -> None:
    assert INCIDENT.ends == {S.NOTED, S.DISMISSED, S.ESCALATED}


def test_words_are_added_below_and_a_repeat_adds_nothing() -> None:
    assert with_words("", "One") == "One"
    assert with_words("One", "Two") == "One\nTwo"
    assert with_words("One\nTwo", "Two") == "One\nTwo"
    assert with_words("One\nTwo", "One") == "One\nTwo\nOne"


def test_what_is_undecided_has_not_come_to_an_end() -> None:
    assert set(IncidentState) - set(INCIDENT.ends) == UNDECIDED
