"""The columns of a list of results."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from exams.domain.states import AttemptState, ResultState
from exams.exports.cells import (
    cells_of,
    counts_word,
    headings,
    passed_word,
    result_word,
    state_word,
    wall_time,
)
from exams.tests.exported import row


def test_each_heading_has_its_cell() -> None:
    assert len(headings()) == len(cells_of(row())) == len(set(headings()))


def test_an_instant_is_what_the_clock_on_the_wall_shows() -> None:
    with timezone.override(ZoneInfo("Asia/Tehran")):
        assert wall_time(datetime(2026, 3, 4, 9, 0, tzinfo=UTC)) == datetime(2026, 3, 4, 12, 30)  # noqa: DTZ001 meant
    assert wall_time(None) is None


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"result_state": None}, ""),
        ({"needs_person": True}, "Needs a person"),
        ({"result_state": ResultState.RELEASED}, "Released"),
    ],
)
def test_a_result_says_how_far_it_is(changes: dict[str, Any], word: str) -> None:
    assert result_word(row(**changes)) == word


def test_an_attempt_that_was_cut_says_so() -> None:
    assert state_word(row(attempt_state=AttemptState.EXPIRED)) == "Time ran out"
    cut = row(attempt_state=AttemptState.EXPIRED, ended_early=True)
    assert state_word(cut) == "Ended for everybody"


def test_what_is_open_is_neither_yes_nor_no() -> None:
    assert [passed_word(one) for one in (True, False, None)] == ["Yes", "No", ""]


def test_whether_an_attempt_counts_is_said_where_there_were_several() -> None:
    assert [counts_word(one) for one in (True, False, None)] == ["Yes", "No", ""]
    cells = dict(zip(headings(), cells_of(row(number=2, counts=True)), strict=True))
    assert (cells["Attempt number"], cells["Counts"]) == (2, "Yes")
