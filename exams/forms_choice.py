"""The form of one row of a question: an option, a pair, a right value, or one of two truths."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.domain.answer import NUMBER_KINDS, QuestionKind
from exams.domain.draft import WHOLE_KINDS, WITHOUT_TEXT_BESIDE

MAX_ROWS: Final = 100
PREFIX: Final = "choices"
LABELLED: Final = frozenset(QuestionKind) - WHOLE_KINDS - {QuestionKind.CHOICE}
_FIRST_SEEN: Final = ("text", "match", "fraction", "tolerance", "rejoinder")
_HIDDEN: Final = ("ORDER", "DELETE")

# What the first cell of a row holds where it is not the words of an option.
_FIRST_CELL: Final = {
    QuestionKind.CHAR: _("Right answer"),
    QuestionKind.INT: _("Right number"),
    QuestionKind.DECIMAL: _("Right number"),
    QuestionKind.FLOAT: _("Right number"),
    QuestionKind.RATING: _("Step"),
    QuestionKind.DATE: _("Right day, like 2026-11-30"),
    QuestionKind.TIME: _("Right time, like 09:30"),
    QuestionKind.DATETIME: _("Right day and time, like 2026-11-30 09:30"),
}

# The pools to which a choice may lead: id and name; None where nothing can lead anywhere.
Later = Sequence[tuple[int, str]] | None


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"dir": "auto"})


class ChoiceForm(forms.Form):
    """One row. A row without text is no row, unless it is one of the two truths."""

    text = forms.CharField(label=_("Text"), required=False, widget=_line())
    match = forms.CharField(label=_("belongs to"), required=False, widget=_line())
    fraction = forms.DecimalField(
        label=_("Share in %"),
        required=False,
        min_value=-100,
        max_value=100,
        max_digits=9,
        decimal_places=5,
    )
    tolerance = forms.DecimalField(
        label=_("± tolerance"), required=False, min_value=0, max_digits=24, decimal_places=10
    )
    rejoinder = forms.CharField(label=_("Feedback"), required=False, widget=_line())
    label = forms.CharField(
        label=_("Shown as an option with these words"),
        required=False,
        max_length=255,
        widget=_line(),
        help_text=_("Only where candidates pick; empty is never shown."),
    )
    value = forms.CharField(
        label=_("Value for evaluation"),
        required=False,
        max_length=255,
        widget=_line(),
        help_text=_("Kept in exports beside the words; never graded."),
    )
    text_response = forms.BooleanField(
        label=_("Who chooses this may add a text"), required=False, help_text=_("As in “Other: …”.")
    )
    next_question_pool = forms.TypedChoiceField(
        label=_("Who gives this goes on with"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("After the rest of this section. The last such answer decides."),
    )
    end_question_pool = forms.BooleanField(
        label=_("Ends the section at once"),
        required=False,
        help_text=_("What is left of this section is not asked."),
    )
    end_exam = forms.BooleanField(
        label=_("Ends the exam"),
        required=False,
        help_text=_("Nothing more is asked after this section."),
    )
    xml_id = forms.CharField(
        label=_("Name for exchange"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
        help_text=_("Of this row in XML files; empty makes one on export."),
    )
    ORDER = forms.IntegerField(required=False, widget=forms.HiddenInput)
    DELETE = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: object, kind: QuestionKind, later: Later = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        for name in _unused(kind, later):
            del self.fields[name]
        if "next_question_pool" in self.fields:
            choices = [("", _("what the section says")), *((pk, name) for pk, name in later or ())]
            self.fields["next_question_pool"].choices = choices  # type: ignore[attr-defined] # a choice field
        if "text" in self.fields and kind in _FIRST_CELL:
            self.fields["text"].label = _FIRST_CELL[kind]
        self.kind = kind

    def is_blank(self) -> bool:
        """Whether the author left the row empty or took it out."""
        data = self.cleaned_data
        return bool(data.get("DELETE")) or not (data.get("text") or data.get("match"))

    @property
    def is_removed(self) -> bool:
        """Whether the row was taken out and only waits for the question to be saved."""
        return self["DELETE"].value() in {"on", "true", "True", True}

    @property
    def number(self) -> str:
        """Its number in the names of its fields; it stays when the row moves."""
        return str(self.prefix or "").rpartition("-")[2]

    @property
    def place(self) -> int:
        """Where it stands among the rows; those without a place come last."""
        value = str(self["ORDER"].value() or "")
        return int(value[:6]) if value.isdecimal() else MAX_ROWS * 10

    def first_seen(self) -> Iterator[forms.BoundField]:
        """Yield the cells of the row itself."""
        return (self[name] for name in _FIRST_SEEN if name in self.fields)

    def further(self) -> list[forms.BoundField]:
        """Return what stands behind "More"."""
        return [self[name] for name in self.fields if name not in {*_FIRST_SEEN, *_HIDDEN}]

    @property
    def leads(self) -> bool:
        """Whether an answer of this row can lead somewhere; else only its name stands behind."""
        return "end_exam" in self.fields

    @property
    def is_special(self) -> bool:
        """Whether something behind "More" is set or wrong, so that it must be seen."""
        return any(
            cell.value() not in {None, "", False} or (self.is_bound and cell.errors)
            for cell in self.further()
        )


def _unused(kind: QuestionKind, later: Later) -> Iterator[str]:
    """Yield the fields that have no meaning for a row of this kind."""
    whole, truth = kind in WHOLE_KINDS, kind is QuestionKind.BOOL
    unused = {
        "text": truth,
        "match": kind is not QuestionKind.MATCHING,
        "fraction": whole or truth,
        "tolerance": kind not in NUMBER_KINDS - {QuestionKind.RATING},
        "rejoinder": whole,
        "label": kind not in LABELLED or truth,
        "value": kind is not QuestionKind.CHOICE,
        "text_response": kind in WITHOUT_TEXT_BESIDE,
        "next_question_pool": whole or not later,
        "end_question_pool": whole or later is None,
        "end_exam": whole or later is None,
    }
    return (name for name, gone in unused.items() if gone)


def rearranged(data: Mapping[str, Any], act: str) -> dict[str, Any]:
    """Return the posted values after a button of a row: nothing is checked, nothing stored.

    Args:
        data: What the browser sent.
        act: `add`, `remove:3`, `up:3`, `down:3`; the number names the row by its place in `data`.
    """
    values = {name: data.get(name) for name in data}
    verb, _colon, number = act.partition(":")
    total = _total(values)
    if verb == "add" and total < MAX_ROWS:
        values[f"{PREFIX}-TOTAL_FORMS"] = str(total + 1)
    row = int(number[:4]) if number.isdecimal() else -1
    if not 0 <= row < total:
        return values
    if verb == "remove":
        values[f"{PREFIX}-{row}-DELETE"] = "on"
    order = [one for one in _in_order(values, total) if not values.get(f"{PREFIX}-{one}-DELETE")]
    if verb in {"up", "down"} and row in order:
        at = order.index(row)
        to = max(0, min(len(order) - 1, at + (1 if verb == "down" else -1)))
        order.insert(to, order.pop(at))
    for place, one in enumerate(order, start=1):
        values[f"{PREFIX}-{one}-ORDER"] = str(place)
    return values


def rows_in(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the raw cells of every row in posted values, to be shown again as they are."""
    return [
        {name: values.get(f"{PREFIX}-{row}-{name}") for name in ChoiceForm.base_fields}
        for row in range(_total(values))
    ]


def _total(values: Mapping[str, Any]) -> int:
    total = str(values.get(f"{PREFIX}-TOTAL_FORMS") or "")
    return min(int(total[:4]), MAX_ROWS) if total.isdecimal() else 0


def _in_order(values: Mapping[str, Any], total: int) -> list[int]:
    def place(row: int) -> tuple[int, int]:
        order = str(values.get(f"{PREFIX}-{row}-ORDER") or "")
        return (int(order[:6]) if order.isdecimal() else MAX_ROWS * 10, row)

    return sorted(range(total), key=place)
