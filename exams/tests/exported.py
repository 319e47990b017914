"""Rows for the tests of exports."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from exams.domain.states import AttemptState, ResultState
from exams.selectors.result_rows import ExportRow

# What must stay text: formulas in every spelling, markup of the typesetter, of pages, of shells.
HOSTILE: Final = (
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    '#read("/etc/passwd")',
    "#panic() *bold* $x$ <label> @ref // no",
    ']) #eval("1") #([',
    "<script>alert(1)</script>",
    "\\u{202e} \" ' ` {{ 7*7 }}",
)


def row(name: str = "Ana", seat: str = "", **changes: Any) -> ExportRow:
    fields: dict[str, Any] = {
        "attempt_id": 1,
        "name": name,
        "registration_number": "1001",
        "seat": seat,
        "room": "",
        "attempt_state": AttemptState.SUBMITTED,
        "ended_early": False,
        "result_state": ResultState.GRADED,
        "needs_person": False,
        "submitted_at": datetime(2026, 3, 4, 9, 5, tzinfo=UTC),
        "answered": 1,
        "asked": 2,
        "points": Decimal("2.00"),
        "possible": Decimal("5.00"),
        "score": Decimal("40.00"),
        "passed": True,
        "released_at": None,
        "number": 1,
        "counts": None,
        "marks": {},
    }
    return ExportRow(**{**fields, **changes})
