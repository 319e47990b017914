"""The workbook: no text is ever a formula, numbers are numbers, Persian goes from the right."""

import io
from collections.abc import Sequence
from decimal import Decimal
from zipfile import ZipFile

import openpyxl
import pytest
from django.utils import translation

from exams.domain.analysis import analyse
from exams.domain.point_table import PointTable
from exams.exports.cells import headings
from exams.exports.workbook import ResultBook, write_workbook
from exams.selectors.question_statistics import question_lines
from exams.selectors.result_rows import ExportRow, rows_to_export
from exams.selectors.statistics import ExamStatistics, exam_statistics
from exams.tests.conftest import Cast
from exams.tests.exported import HOSTILE, row
from exams.tests.marked import right_or_wrong, take

EMPTY = ExamStatistics(0, 0, None, {}, analyse(PointTable()).reliability)


def written(book: ResultBook) -> bytes:
    target = io.BytesIO()
    write_workbook(target, book)
    return target.getvalue()


def opened(rows: Sequence[ExportRow]) -> openpyxl.Workbook:
    made = written(ResultBook(rows=rows, lines=[], statistics=EMPTY))
    return openpyxl.load_workbook(io.BytesIO(made))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_a_text_cell_and_never_a_formula(text: str) -> None:
    made = written(ResultBook([row(text, text, room=text)], [], EMPTY))
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).replace("\r", "").strip() == text.replace("\r", "").strip()
    with ZipFile(io.BytesIO(made)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"<f " not in xml


def test_points_are_numbers_and_moments_are_dates() -> None:
    sheet = opened([row(points=Decimal("-1.50"))]).worksheets[0]
    cells = dict(zip(headings(), sheet[2], strict=True))
    assert (cells["Points"].value, cells["Points"].data_type) == (-1.5, "n")
    assert cells["Handed in"].data_type == "d"
    assert cells["Registration number"].data_type == "s"
    assert cells["Released"].value is None


def test_characters_that_no_workbook_holds_are_left_out() -> None:
    assert opened([row("A\x00n\x0ba")]).worksheets[0]["A2"].value == "Ana"


def test_a_persian_workbook_is_read_from_the_right() -> None:
    with translation.override("fa"):
        book = opened([row()])
    assert all(sheet.sheet_view.rightToLeft for sheet in book.worksheets)
    assert not any(sheet.sheet_view.rightToLeft for sheet in opened([row()]).worksheets)


def test_the_sheets_tell_results_points_questions_and_figures(cast: Cast) -> None:
    marked = take(
        cast,
        [("right", "right"), ("right", "wrong"), ("wrong", None)],
        questions=[right_or_wrong("=one", 2), right_or_wrong("two")],
        names={0: "=Ana", 1: "Ben", 2: "Cleo"},
    )
    statistics = exam_statistics(marked.exam_id, [marked.sitting_id])
    made = written(
        ResultBook(
            rows=list(rows_to_export(marked.sitting_id)),
            lines=question_lines(marked.exam_id, statistics, {}),
            statistics=statistics,
        )
    )
    results, points, questions, figures = openpyxl.load_workbook(io.BytesIO(made)).worksheets
    assert [cell.value for cell in results["A"]] == ["Name", "=Ana", "Ben", "Cleo"]
    assert [cell.value for cell in points[1]][2:] == ["Attempt number", "1 · =one", "2 · two"]
    assert [cell.value for cell in points[3]][2:] == [1, 2, 0]
    assert [cell.value for cell in questions["A"]] == ["Question", "=one", "two"]
    assert questions["I2"].value == pytest.approx(2 / 3, abs=1e-4)
    told = {line[0].value: line[1].value for line in figures.iter_rows()}
    assert told["Graded papers"] == 3
    assert told["Mean"] == pytest.approx(55.56)
    assert told["90-100 %"] == 1
