"""Results and statistics of a sitting as a workbook: numbers are numbers, texts are never formulas.

Rows are written as they come (openpyxl's write-only mode keeps them in a file, not in memory);
10,000 candidates of twenty questions take about 4 s of one thread.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO, Final

from django.utils.translation import get_language_bidi, gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell as SheetCell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from exams.domain.statistics import rounded
from exams.exports.cells import Cell, cells_of, headings
from exams.exports.figures import reliability_lines, score_lines
from exams.selectors.question_statistics import QuestionLine
from exams.selectors.result_rows import ExportRow
from exams.selectors.statistics import ExamStatistics
from exams.texts import KINDS
from exams.texts_statistics import DOUBTS

_WIDE: Final = 32
_NARROW: Final = 12
_MOMENT: Final = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class ResultBook:
    """What the workbook tells. `rows` is read twice: for the list and for the points."""

    rows: Sequence[ExportRow]
    lines: Sequence[QuestionLine]
    statistics: ExamStatistics


def write_workbook(target: IO[bytes], book: ResultBook) -> None:
    """Write four sheets: results, points of each question, questions, statistics."""
    workbook = Workbook(write_only=True)
    sheets = (
        (_("Results"), headings(), map(cells_of, book.rows)),
        (_("Points by question"), _point_headings(book.lines), _point_rows(book)),
        (_("Questions"), _question_headings(), map(_question_row, book.lines)),
        (_("Statistics"), [_("Figure"), _("Value")], _statistic_rows(book.statistics)),
    )
    for title, head, rows in sheets:
        _write_sheet(workbook, title, head, rows)
    workbook.save(target)


def _write_sheet(
    workbook: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    sheet: WriteOnlyWorksheet = workbook.create_sheet(title[:31])
    sheet.sheet_view.rightToLeft = get_language_bidi()
    sheet.freeze_panes = "B2"
    for place in range(1, len(head) + 1):
        letter = get_column_letter(place)
        width = _WIDE if place == 1 else _NARROW
        sheet.column_dimensions[letter].width = width  # type: ignore[attr-defined]  # not in the stubs
    sheet.append([_heading(sheet, one) for one in head])
    for row in rows:
        sheet.append([_cell(sheet, one) for one in row])


def _heading(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = text_cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Cell) -> SheetCell | int | Decimal | None:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = _MOMENT
        return cell
    return text_cell(sheet, value) if isinstance(value, str) else value


def text_cell(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    """Return a cell that holds the text as text, also where it begins like a formula.

    Characters that no workbook can hold are left out.
    """
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula otherwise
    return cell


def _point_headings(lines: Sequence[QuestionLine]) -> list[str]:
    return [
        *headings()[:2],
        _("Attempt number"),
        *(f"{line.number} · {line.question.name}" for line in lines),
    ]


def _point_rows(book: ResultBook) -> Iterator[list[Cell]]:
    ids = [line.question.id for line in book.lines]
    for row in book.rows:
        yield [row.name, row.registration_number, row.number, *(row.marks.get(one) for one in ids)]


def _question_headings() -> list[str]:
    return [
        *(_("Question"), _("Number"), _("Section"), _("Kind"), _("Points"), _("Asked")),
        *(_("Unanswered"), _("All points"), _("Facility"), _("Discrimination")),
        *(_("Upper − lower"), _("Discriminative efficiency"), _("Alpha without it")),  # noqa: RUF001 a true minus
        _("To look at"),
    ]


def _question_row(line: QuestionLine) -> list[Cell]:
    figures = line.figures
    return [
        *(line.question.name, line.number, line.pool, str(KINDS[line.question.kind][0])),
        *(rounded(figures.possible, 2), figures.asked, figures.omitted, figures.full),
        *(_figure(figures.facility), _figure(figures.discrimination)),
        *(_figure(figures.upper_lower), _figure(figures.efficiency)),
        _figure(figures.alpha_without),
        "; ".join(str(DOUBTS[doubt][0]) for doubt in line.doubts),
    ]


def _figure(value: Fraction | float | None) -> Decimal | None:
    return None if value is None else rounded(Fraction(value), 4)


def _statistic_rows(statistics: ExamStatistics) -> Iterator[list[Cell]]:
    yield [_("Graded papers"), statistics.counted]
    yield [_("Papers that still wait"), statistics.waiting]
    for name, value in (*score_lines(statistics.scores), *reliability_lines(statistics)):
        yield [name, value]
    if statistics.scores is not None:
        for one in statistics.scores.bins:
            yield [f"{one.low}-{one.high} %", one.count]
