"""The result table of a sitting as CSV for spreadsheet programs, none of which may run it (pure)."""

import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from exams import texts
from exams.selectors.results import ResultRow

# What a spreadsheet program takes for the beginning of a formula, full-width forms included, at
# the start of a cell or behind a character at which some locale begins the next cell; quotes
# between the two are eaten by a program that parts the line elsewhere.
_FORMULA: Final = re.compile(r"(^|[,;|\t\r\n])([\s\"]*)([=+\-@＝＋－＠])")  # noqa: RUF001 meant
_CONTROLS: Final = ("\t", "\r", "\n")
BYTE_ORDER_MARK: Final = "\ufeff"  # without it Excel does not read UTF-8


def csv_of(rows: Sequence[ResultRow]) -> str:
    """Return the table with its headings; every cell is quoted and read back as text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(
        [_("Name"), _("Seat"), _("State"), _("Points"), _("of"), _("Percent"), _("Passed")]
    )
    for row in rows:
        state, _tone = texts.ending_word(row.attempt_state, ended_early=row.ended_early)
        figures = (row.points, row.possible, row.score)
        cells = (row.name, row.seat, state, *figures, _passed(row.passed))
        writer.writerow([as_text("" if cell is None else str(cell)) for cell in cells])
    return BYTE_ORDER_MARK + out.getvalue()


def as_text(cell: str) -> str:
    """Return the cell so that no spreadsheet program runs it, whatever parts its cells.

    Quoting alone does not do: a program that expects semicolons ends the first quoted cell at its
    quote and takes the rest of the line as it stands.

    Source: T23 of the threat model; OWASP ASVS 1.2.10.
    """
    marked = _FORMULA.sub(r"\1\2'\3", cell)
    return f"'{marked}" if marked.startswith(_CONTROLS) else marked


def _passed(passed: bool | None) -> str:  # noqa: FBT001 the cell's own value
    if passed is None:
        return ""
    return _("Yes") if passed else _("No")
