"""The columns of a list of results, whatever the file: headings, and one cell for each."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from exams import texts
from exams.selectors.result_rows import ExportRow

Cell = str | int | Decimal | datetime | None
Column = tuple[str | Promise, Callable[[ExportRow], Cell]]


def state_word(row: ExportRow) -> str:
    """Return how the attempt ended."""
    return str(texts.ending_word(row.attempt_state, ended_early=row.ended_early)[0])


def result_word(row: ExportRow) -> str:
    """Return how far the result is."""
    if row.result_state is None:
        return ""
    return str(
        texts.NEEDS_PERSON[0] if row.needs_person else texts.RESULT_STATES[row.result_state][0]
    )


def passed_word(passed: bool | None) -> str:  # noqa: FBT001 the cell's own value
    """Return whether it is passed; nothing while that is open."""
    if passed is None:
        return ""
    return _("Yes") if passed else _("No")


def counts_word(counts: bool | None) -> str:  # noqa: FBT001 the cell's own value
    """Return whether an attempt counts; who had one only needs no word for it."""
    return passed_word(counts)


def wall_time(instant: datetime | None) -> datetime | None:
    """Return an instant as the clock on the reader's wall shows it, without its zone."""
    return None if instant is None else timezone.localtime(instant).replace(tzinfo=None)


COLUMNS: Final[tuple[Column, ...]] = (
    (gettext_lazy("Name"), lambda row: row.name),
    (gettext_lazy("Registration number"), lambda row: row.registration_number),
    (gettext_lazy("Seat"), lambda row: row.seat),
    (gettext_lazy("Room"), lambda row: row.room),
    (gettext_lazy("State"), state_word),
    (gettext_lazy("Result"), result_word),
    (gettext_lazy("Handed in"), lambda row: wall_time(row.submitted_at)),
    (gettext_lazy("Answered"), lambda row: row.answered),
    (gettext_lazy("Questions"), lambda row: row.asked),
    (gettext_lazy("Points"), lambda row: row.points),
    (gettext_lazy("of"), lambda row: row.possible),
    (gettext_lazy("Percent"), lambda row: row.score),
    (gettext_lazy("Passed"), lambda row: passed_word(row.passed)),
    (gettext_lazy("Released"), lambda row: wall_time(row.released_at)),
    (gettext_lazy("Attempt number"), lambda row: row.number),
    (gettext_lazy("Counts"), lambda row: counts_word(row.counts)),
)


def headings() -> list[str]:
    """Return the headings in the language of the reader."""
    return [str(heading) for heading, _cell in COLUMNS]


def cells_of(row: ExportRow) -> list[Cell]:
    """Return one line of the list."""
    return [cell(row) for _heading, cell in COLUMNS]
