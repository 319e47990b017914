"""Every word of the domain has words for people."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.domain.roster import Fault, Outcome
from accounts.domain.sheet import HEADINGS, SHOWN
from accounts.roles import Role
from accounts.texts import COLUMN_NOTES, COLUMNS, FAULTS, OUTCOMES, ROLES, wait_text


def test_nothing_is_without_words() -> None:
    assert set(ROLES) == set(Role)
    assert set(FAULTS) == set(Fault)
    assert set(OUTCOMES) == set(Outcome)
    assert set(COLUMNS) == set(HEADINGS) - {"first_name", "last_name"}
    assert set(COLUMN_NOTES) == set(SHOWN) == set(COLUMNS)


def test_texts_about_a_value_are_filled() -> None:
    assert "XY9" in str(FAULTS[Fault.CLASS_UNKNOWN]) % {"value": "XY9"}
    assert all(str(text) % {"value": "x"} for text in FAULTS.values())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "1 minute"),
        (61, "2 minutes"),
        (90 * 60, "90 minutes"),
        (90 * 60 + 1, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_a_wait_is_never_said_too_short(seconds: int, words: str) -> None:
    assert wait_text(timedelta(seconds=seconds)) == words


def test_a_wait_is_said_in_persian() -> None:
    with translation.override("fa"):
        assert wait_text(timedelta(minutes=14)).startswith("۱۴ ")
