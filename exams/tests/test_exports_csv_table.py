"""The list for spreadsheets: every text comes back as text, every number as a number."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import example, given, strategies as st

from exams.exports.cells import headings
from exams.exports.csv_table import LINES, as_text, cell_text, csv_pieces
from exams.selectors.result_rows import ExportRow
from exams.tests.exported import HOSTILE, row

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
EVIL = st.text(alphabet="=+-@;,|\t\r\n\"' aس＝", max_size=12)


def csv_of(rows: list[ExportRow], language: str = "en") -> str:
    return "".join(csv_pieces(rows, language=language))


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
    ((_head), (first, _number, third, *_rest)) = read(text)
    assert (first.replace("'", ""), third.replace("'", "")) == (
        name.replace("'", ""),
        seat.replace("'", ""),
    )
    assert not first.startswith(("\t", "\r"))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_begins_a_formula(text: str) -> None:
    for delimiter in ",;\t|":
        for cells in read(csv_of([row(text, registration_number=text)]), delimiter):
            assert not [cell for cell in cells if cell.lstrip().startswith(SIGNS)]


@given(EVIL)
def test_every_cell_is_quoted(name: str) -> None:
    assert re.fullmatch(r'(?:"(?:[^"]|"")*"(?:,|\r\n))+', csv_of([row(name)])[1:])


@pytest.mark.parametrize("plain", ["Ana", "Anne-Marie", "a=b", "O'Neill", "سارا"])
def test_an_ordinary_name_stays_as_it_is(plain: str) -> None:
    assert as_text(plain) == plain


def test_a_negative_number_stays_a_number_and_a_text_like_it_does_not() -> None:
    assert cell_text(Decimal("-1.50")) == "-1.50"
    assert cell_text(-3) == "-3"
    assert cell_text("-1.50") == "'-1.50"


def test_states_and_passing_are_words_of_the_reader() -> None:
    _head, *rows = read(csv_of([row("Ana"), row("Ben", passed=False), row("C", passed=None)]))
    assert rows[0] == [
        *("Ana", "1001", "", "", "Handed in", "Graded", "2026-03-04 09:05"),
        *("1", "2", "2.00", "5.00", "40.00", "Yes", "", "1", ""),
    ]
    assert [cells[-4] for cells in rows] == ["Yes", "No", ""]
    _head, cells = read(csv_of([row("Ana")], language="fa"))
    assert "Handed in" not in cells
    assert "Yes" not in cells


def test_a_long_list_comes_in_pieces_and_keeps_the_language_of_the_thread() -> None:
    pieces = csv_pieces([row(str(at)) for at in range(LINES + 1)], language="fa")
    with translation.override("en"):
        parts = []
        for piece in pieces:
            assert translation.get_language() == "en"
            parts.append(piece)
    assert len(parts) == 3
    assert len(read("".join(parts))) == LINES + 2


def test_the_list_of_an_empty_sitting_has_its_headings() -> None:
    assert read(csv_of([])) == [headings()]
