"""Draws docs/states.md from the tables: `python -m exams.states_page`."""

from pathlib import Path
from typing import Any, Final

from exams.domain.imports import IMPORT
from exams.domain.late import LATE
from exams.domain.marking import MARKING
from exams.domain.regrade import REGRADE
from exams.domain.states import ATTEMPT, EXAM, RESULT, SITTING
from exams.domain.timetable import TIMETABLE
from kernel.machine import Machine

PATH: Final = Path(__file__).resolve().parents[1] / "docs/states.md"
_INTRO: Final = """\
# States

Each life is a table (in `exams/domain/`: `states.py`, `late.py`, `marking.py`, `regrade.py`,
`timetable.py`, `imports.py`). A row moves by one conditional UPDATE that names the states it may come
from; a move that is not in the table answers 409 with the current state.
This page is drawn from the tables by `python -m exams.states_page`; a test compares.
"""
_MACHINES: Final[tuple[tuple[str, str, Machine[Any, Any]], ...]] = (
    ("Exam version", "Written, reviewed by a second person, then frozen with its hash.", EXAM),
    (
        "Sitting",
        "The clock moves it. It closes when the last attempt, extended ones included, has ended.",
        SITTING,
    ),
    (
        "Attempt",
        "Candidate, staff and clock move it. Losing the connection is not a state.",
        ATTEMPT,
    ),
    ("Result", "Graded in the background as often as needed, released by a person.", RESULT),
    (
        "Late answer",
        "Held when it came too late; a grader decides, and may decide anew until the release.",
        LATE,
    ),
    (
        "Marking",
        "One answer that a person marks: alone, or two people and a third who reconciles them.",
        MARKING,
    ),
    (
        "Regrade",
        "Proposed by one, approved by another. It changes values of results, never their state.",
        REGRADE,
    ),
    (
        "Timetable",
        "Drafted by one person, approved by another; a newer one of the class replaces it.",
        TIMETABLE,
    ),
    (
        "Import",
        "A file of questions: looked at, then written at once or by a job; what is refused is ready again.",
        IMPORT,
    ),
)


def page() -> str:
    """Return the whole page."""
    parts = [_INTRO]
    for title, text, machine in _MACHINES:
        parts.append(f"## {title}\n\n{text}\n\n```mermaid\n{machine.mermaid()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8")
