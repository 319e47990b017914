"""A list of results as CSV for spreadsheet programs, none of which may run it."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import islice
from typing import Final

from django.utils import timezone, translation

from exams.exports.cells import Cell, cells_of, headings
from exams.selectors.result_rows import ExportRow

# What a spreadsheet program takes for the beginning of a formula, full-width forms included, at
# the start of a cell or behind a character at which some locale begins the next cell; quotes
# between the two are eaten by a program that parts the line elsewhere.
_FORMULA: Final = re.compile(r"(^|[,;|\t\r\n])([\s\"]*)([=+\-@＝＋－＠])")  # noqa: RUF001 meant
_CONTROLS: Final = ("\t", "\r", "\n")
BYTE_ORDER_MARK: Final = "\ufeff"  # without it Excel does not read UTF-8
LINES: Final = 200  # sent at a time


def csv_pieces(
    rows: Iterable[ExportRow], *, language: str, zone: tzinfo | None = None
) -> Iterator[str]:
    """Yield the table with its headings piece by piece; every cell is quoted.

    Language and zone are those of the reader: a response that is streamed is written when the
    request that had them is over, and between two pieces the thread may serve somebody else.
    """
    with translation.override(language):
        head = BYTE_ORDER_MARK + _written([list(headings())])
    yield head
    waiting = iter(rows)
    while True:
        with translation.override(language), timezone.override(zone):
            piece = _written([cells_of(row) for row in islice(waiting, LINES)])
        if not piece:
            return
        yield piece


def _written(lines: list[list[Cell]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(
        [cell_text(cell) for cell in line] for line in lines
    )
    return out.getvalue()


def cell_text(cell: Cell) -> str:
    """Return a cell as it is written: numbers as they are, text so that nothing runs it."""
    if cell is None:
        return ""
    if isinstance(cell, (int, Decimal)):
        return str(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return as_text(cell)


def as_text(cell: str) -> str:
    """Return the cell so that no spreadsheet program runs it, whatever parts its cells.

    Quoting alone does not do: a program that expects semicolons ends the first quoted cell at its
    quote and takes the rest of the line as it stands.

    Source: T23 of the threat model; OWASP ASVS 1.2.10.
    """
    marked = _FORMULA.sub(r"\1\2'\3", cell)
    return f"'{marked}" if marked.startswith(_CONTROLS) else marked
