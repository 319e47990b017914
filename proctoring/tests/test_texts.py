from collections.abc import Iterator

import pytest
from django.utils.translation import override

from proctoring import texts
from proctoring.domain.command import CommandKind
from proctoring.domain.incident import IncidentState
from proctoring.domain.link import Link
from proctoring.domain.observation import ObservationKind
from web.home import Tone


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def test_everything_that_a_student_may_read_has_words() -> None:
    assert set(texts.OBSERVATIONS) == set(ObservationKind)
    assert set(texts.INCIDENT_STATES) == set(IncidentState)
    assert set(texts.COMMANDS) == set(CommandKind)
    assert set(texts.LINKS) == {(link, back) for link in Link for back in (True, False)}
    assert {tone for _, tone in texts.INCIDENT_STATES.values()} <= set(Tone)


def test_time_given_and_time_taken_are_told_apart() -> None:
    assert texts.command_text("extend", "Ivo", 300) == "5 minutes more from Ivo"
    assert texts.command_text("extend", "Ivo", -300) == "5 minutes less from Ivo"
    assert texts.command_text("pause", "Ivo", 0) == "Paused by Ivo"


def test_an_incident_says_how_much_and_how_often() -> None:
    assert texts.incident_text("focus_lost", 12.4, 3) == "Left the page · 12 seconds · 3 times"
    assert texts.incident_text("second_device", 1, 1) == "Second device"


def test_an_incident_that_nobody_has_says_nothing_of_a_decision() -> None:
    assert texts.decision_text("open", "") == ""
    assert texts.decision_text("acknowledged", "Ivo") == "Ivo looks into it"
    assert texts.decision_text("dismissed", "Ivo") == "Decided by Ivo"


def test_persian_pages_have_persian_digits_in_them() -> None:
    with override("fa"):
        assert "۱۲" in texts.incident_text("focus_lost", 12, 1)
        assert "Ivo" in texts.answered_text("Ivo") != "Ivo answered"
        assert texts.asked_text() != "You asked for help"
