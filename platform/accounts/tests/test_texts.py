"""Every word of the domain has words for people."""

from accounts.domain.roster import Fault, Outcome
from accounts.domain.sheet import HEADINGS
from accounts.roles import Role
from accounts.texts import COLUMNS, FAULTS, OUTCOMES, ROLES


def test_nothing_is_without_words() -> None:
    assert set(ROLES) == set(Role)
    assert set(FAULTS) == set(Fault)
    assert set(OUTCOMES) == set(Outcome)
    assert set(COLUMNS) == set(HEADINGS) - {"first_name", "last_name"}


def test_texts_about_a_value_are_filled() -> None:
    assert "XY9" in str(FAULTS[Fault.CLASS_UNKNOWN]) % {"value": "XY9"}
    assert all(str(text) % {"value": "x"} for text in FAULTS.values())
