"""How a question may be drawn: the widgets of each kind, the first being the default (pure).

Source: seed 002, Question.widget (names of the form widgets it lists).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from exams.domain.answer import QuestionKind


class Widget(StrEnum):
    """A suggestion to the front end; it never changes what may be answered."""

    CHECKBOX = "CheckboxInput"
    CHECKBOXES = "CheckboxSelectMultiple"
    DATE = "DateInput"
    DATETIME = "DateTimeInput"
    RADIO = "RadioSelect"
    SELECT = "Select"
    SELECT_SEVERAL = "SelectMultiple"
    TEXT_AREA = "Textarea"
    TEXT = "TextInput"
    TIME = "TimeInput"


_TYPED: Final = (Widget.TEXT, Widget.RADIO, Widget.SELECT)

WIDGETS: Final[Mapping[QuestionKind, tuple[Widget, ...]]] = {
    QuestionKind.BOOL: (Widget.RADIO, Widget.CHECKBOX, Widget.SELECT),
    QuestionKind.CHAR: (Widget.TEXT, Widget.TEXT_AREA, Widget.RADIO, Widget.SELECT),
    QuestionKind.CHOICE: (
        Widget.RADIO,
        Widget.CHECKBOXES,
        Widget.SELECT,
        Widget.SELECT_SEVERAL,
    ),
    QuestionKind.DATE: (Widget.DATE, Widget.TEXT, Widget.RADIO, Widget.SELECT),
    QuestionKind.DATETIME: (Widget.DATETIME, Widget.TEXT, Widget.RADIO, Widget.SELECT),
    QuestionKind.DECIMAL: _TYPED,
    QuestionKind.FLOAT: _TYPED,
    QuestionKind.INT: _TYPED,
    QuestionKind.RATING: (Widget.RADIO, Widget.SELECT, Widget.TEXT),
    QuestionKind.TEXT: (Widget.TEXT_AREA, Widget.TEXT),
    QuestionKind.TIME: (Widget.TIME, Widget.TEXT, Widget.RADIO, Widget.SELECT),
    QuestionKind.FILE: (),
    QuestionKind.MATCHING: (),
    QuestionKind.ORDERING: (),
    QuestionKind.INFO: (),
}
_SEVERAL: Final = frozenset({Widget.CHECKBOXES, Widget.SELECT_SEVERAL})
_ONE: Final = frozenset({Widget.RADIO, Widget.SELECT})


def widget_of(kind: QuestionKind, widget: Widget | None, *, multiple: bool) -> Widget | None:
    """Return the widget to draw: the author's if it fits, else the first one that does.

    None for kinds that are drawn in one way only.
    """
    fitting = [one for one in WIDGETS[kind] if fits(kind, one, multiple=multiple)]
    if widget in fitting:
        return widget
    return fitting[0] if fitting else None


def fits(kind: QuestionKind, widget: Widget, *, multiple: bool) -> bool:
    """Whether a question of this kind can be drawn so: one choice by radio, several by boxes."""
    if widget not in WIDGETS[kind]:
        return False
    if kind is not QuestionKind.CHOICE:
        return True
    return widget in (_SEVERAL if multiple else _ONE)
