"""The table for spreadsheets: every cell comes back as text, in the words of the page."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import example, given, strategies as st

from exams.domain.states import AttemptState, ResultState
from exams.selectors.results import ResultRow
from exams.views.result_table import as_text, csv_of

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
EVIL = st.text(alphabet="=+-@;,|\t\r\n\"' aس＝", max_size=12)


def row(name: str, seat: str = "", *, passed: bool | None = True) -> ResultRow:
    return ResultRow(
        attempt_id=1,
        student_id=1,
        name=name,
        seat=seat,
        attempt_state=AttemptState.SUBMITTED,
        ended_early=False,
        result_state=ResultState.GRADED,
        points=Decimal("2.00"),
        possible=Decimal("5.00"),
        score=Decimal("40.00"),
        passed=passed,
        needs_person=False,
        answered=1,
        total=2,
        late_answers=0,
        open_late=0,
        released_at=None,
    )


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline=""), delimiter=delimiter))


@given(EVIL, EVIL)
@example("x;=HYPERLINK(1)", "")
@example("a", "x;=HYPERLINK(1)")
@example("a", "\n=1")
def test_each_cell_is_read_back_as_text_whatever_parts_the_cells(name: str, seat: str) -> None:
    text = csv_of([row(name, seat)])
    for delimiter in ",;\t|":
        for cells in read(text, delimiter):
            assert not [cell for cell in cells if cell.lstrip().startswith(SIGNS)]
    ((_head), (first, second, *_rest)) = read(text)
    assert (first.replace("'", ""), second.replace("'", "")) == (
        name.replace("'", ""),
        seat.replace("'", ""),
    )
    assert not first.startswith(("\t", "\r"))


@given(EVIL)
def test_every_cell_is_quoted(name: str) -> None:
    assert re.fullmatch(r'(?:"(?:[^"]|"")*"(?:,|\r\n))+', csv_of([row(name)])[1:])


@pytest.mark.parametrize("plain", ["Ana", "Anne-Marie", "a=b", "O'Neill", "سارا"])
def test_an_ordinary_name_stays_as_it_is(plain: str) -> None:
    assert as_text(plain) == plain


def test_states_and_passing_are_words_of_the_page() -> None:
    with translation.override("en"):
        _head, *rows = read(csv_of([row("Ana"), row("Ben", passed=False), row("C", passed=None)]))
    assert rows[0] == ["Ana", "", "Handed in", "2.00", "5.00", "40.00", "Yes"]
    assert [cells[-1] for cells in rows] == ["Yes", "No", ""]
    with translation.override("fa"):
        _head, cells = read(csv_of([row("Ana")]))
    assert "Handed in" not in cells
    assert "Yes" not in cells
