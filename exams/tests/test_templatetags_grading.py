"""Words of marking and regrading in templates."""

from datetime import timedelta

import pytest

from exams.domain.corrections import Correction, Remedy
from exams.domain.marking import MarkingState
from exams.domain.regrade import RegradeState
from exams.templatetags import grading


def test_states_are_chips_with_words() -> None:
    assert all("chip" in grading.regrade_chip(state) for state in RegradeState)
    assert all("chip" in grading.marking_chip(state) for state in MarkingState)
    assert "Now fails" in grading.crossing_chip("now_fails")
    assert grading.crossing_chip("none") == ""


def test_a_correction_is_told_in_words() -> None:
    assert grading.remedy_text(Correction(remedy=Remedy.VOID)) == "It counts for nobody"
    assert grading.remedy_text(None) == "As it was approved"
    assert all(grading.remedy_told(remedy) for remedy in Remedy)
    assert grading.mark_act("agreed") == "two marks agreed"
    assert grading.mark_act("unheard") == "unheard"


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second"), (119, "119 seconds"), (120, "2 minutes")]
)
def test_lateness_is_written_in_seconds_then_minutes(seconds: int, words: str) -> None:
    assert grading.late_by(timedelta(seconds=seconds)) == words
