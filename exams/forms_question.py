"""The form of one question: the fields that its kind has, and its choices."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from exams import texts
from exams.domain.answer import NUMBER_KINDS, TEXT_KINDS, QuestionKind
from exams.domain.draft import WHOLE_KINDS, DraftFinding, QuestionDraft, findings_of
from exams.forms_draft import draft_of, initial_of, row_of

MAX_ROWS: Final = 100
SPARE_ROWS: Final = 2
FIRST_ROWS: Final = 4

# Kinds whose right answers are rows of the form.
KEYED: Final = frozenset(
    {QuestionKind.CHOICE, QuestionKind.CHAR}
    | WHOLE_KINDS
    | NUMBER_KINDS
    | {QuestionKind.DATE, QuestionKind.TIME, QuestionKind.DATETIME}
)
_ONLY_FOR: Final[Mapping[str, frozenset[QuestionKind]]] = {
    "shuffle_choices": frozenset({QuestionKind.CHOICE}),
    "several": frozenset({QuestionKind.CHOICE}),
    "min_answers": frozenset({QuestionKind.CHOICE}),
    "max_answers": frozenset({QuestionKind.CHOICE}),
    "truth": frozenset({QuestionKind.BOOL}),
    "min_value": NUMBER_KINDS,
    "max_value": NUMBER_KINDS,
    "min_length": TEXT_KINDS,
    "max_length": TEXT_KINDS,
    "text_regex": frozenset({QuestionKind.CHAR}),
    "accept": frozenset({QuestionKind.FILE}),
    "points": frozenset(QuestionKind) - {QuestionKind.INFO},
    "required": frozenset(QuestionKind) - {QuestionKind.INFO},
}


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "dir": "auto"})


class QuestionForm(forms.Form):
    """Everything about a question but its rows; fields of other kinds are taken out."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("For authors; candidates never see it.")
    )
    prompt = forms.CharField(
        label=_("Question"), widget=_area(5), help_text=_("What candidates read.")
    )
    format = forms.ChoiceField(
        label=_("Written as"),
        choices=[(one.value, name) for one, name in texts.FORMATS.items()],
        help_text=_(
            "How the question and its choices are read: with marks for bold and lists, or as they stand."
        ),
    )
    points = forms.DecimalField(
        label=_("Points"),
        min_value=0,
        max_digits=7,
        decimal_places=2,
        initial=1,
        help_text=_("For a fully right answer; one that is right in part gets a part of them."),
    )
    required = forms.BooleanField(
        label=_("An answer is required"),
        required=False,
        help_text=_(
            "Left out, it is marked as a missing answer; candidates can hand in all the same."
        ),
    )
    truth = forms.ChoiceField(
        label=_("The statement is"),
        required=False,
        choices=[("true", _("true")), ("false", _("false")), ("", _("not graded"))],
        help_text=_("The right answer. Candidates never see it."),
    )
    several = forms.BooleanField(
        label=_("Several may be chosen"),
        required=False,
        help_text=_("Otherwise a second choice replaces the first."),
    )
    shuffle_choices = forms.BooleanField(
        label=_("Shuffle the choices for each candidate"),
        required=False,
        initial=True,
        help_text=_("Leave it off where the order means something."),
    )
    min_answers = forms.IntegerField(
        label=_("Choose at least"),
        min_value=0,
        required=False,
        initial=1,
        help_text=_("An answer with fewer is not valid."),
    )
    max_answers = forms.IntegerField(
        label=_("Choose at most"),
        min_value=1,
        required=False,
        help_text=_("Empty sets no limit when several may be chosen."),
    )
    min_value = forms.DecimalField(
        label=_("Smallest allowed"),
        required=False,
        max_digits=24,
        decimal_places=10,
        help_text=_("Empty sets no limit."),
    )
    max_value = forms.DecimalField(
        label=_("Largest allowed"),
        required=False,
        max_digits=24,
        decimal_places=10,
        help_text=_("Empty sets no limit."),
    )
    min_length = forms.IntegerField(
        label=_("At least so many characters"),
        min_value=0,
        required=False,
        help_text=_("Empty sets no limit."),
    )
    max_length = forms.IntegerField(
        label=_("At most so many characters"),
        min_value=1,
        required=False,
        help_text=_("Empty sets no limit."),
    )
    text_regex = forms.CharField(
        label=_("Pattern the answer must match"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
        help_text=_("RE2 syntax, for example [A-Z]{2}[0-9]+"),
    )
    accept = forms.CharField(
        label=_("File endings"),
        required=False,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
        help_text=_("For example .pdf .png; empty takes every allowed kind."),
    )
    help_text = forms.CharField(
        label=_("Hint for candidates"),
        required=False,
        widget=_area(2),
        help_text=_("Shown below the question during the exam."),
    )
    rejoinder = forms.CharField(
        label=_("Explanation after the release"),
        required=False,
        widget=_area(2),
        help_text=_("Shown with the released result only."),
    )

    def __init__(self, kind: QuestionKind, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        self.kind = kind
        for name, kinds in _ONLY_FOR.items():
            if kind not in kinds:
                del self.fields[name]


class ChoiceForm(forms.Form):
    """One row: an option, a pair, or a right value. A row without text is no row."""

    text = forms.CharField(
        label=_("Text"), required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    match = forms.CharField(
        label=_("belongs to"), required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    fraction = forms.DecimalField(
        label=_("Share of the points in %"),
        required=False,
        min_value=-100,
        max_value=100,
        max_digits=9,
        decimal_places=5,
    )
    tolerance = forms.DecimalField(
        label=_("± tolerance"), required=False, min_value=0, max_digits=24, decimal_places=10
    )
    rejoinder = forms.CharField(
        label=_("Feedback"), required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )

    def __init__(self, *args: object, kind: QuestionKind, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        unused = {
            "match": kind is not QuestionKind.MATCHING,
            "fraction": kind in WHOLE_KINDS,
            "tolerance": kind not in NUMBER_KINDS - {QuestionKind.RATING},
            "rejoinder": kind in WHOLE_KINDS,
        }
        for name in (name for name, gone in unused.items() if gone):
            del self.fields[name]

    def is_blank(self) -> bool:
        """Whether the author left the row empty."""
        data = self.cleaned_data
        return not (data.get("text") or data.get("match"))


class QuestionEditor:
    """The form and its rows together."""

    def __init__(
        self,
        kind: QuestionKind,
        data: Mapping[str, Any] | None = None,
        draft: QuestionDraft | None = None,
    ) -> None:
        self.kind = kind
        self.stored = draft
        self.form = QuestionForm(kind, data, initial=initial_of(draft) if draft else None)
        self.rows = self._rows(data, draft) if kind in KEYED else None
        self.draft: QuestionDraft | None = None

    def _rows(self, data: Mapping[str, Any] | None, draft: QuestionDraft | None) -> Any:  # noqa: ANN401 a formset class made here
        first = [row_of(one) | {"choice": one} for one in draft.choices] if draft else []
        made = forms.formset_factory(
            ChoiceForm,
            extra=SPARE_ROWS if first else FIRST_ROWS,
            max_num=MAX_ROWS,
            absolute_max=MAX_ROWS,
        )
        return made(data, initial=first, prefix="choices", form_kwargs={"kind": self.kind})

    def is_valid(self) -> bool:
        """Whether the draft can be stored; every finding stands at its field afterwards."""
        rows_fine = self.rows is None or self.rows.is_valid()
        if not (self.form.is_valid() and rows_fine):
            return False
        rows = [row for row in self.rows or () if not row.is_blank()]
        given = [(row.cleaned_data, row.initial.get("choice")) for row in rows]
        self.draft = draft_of(self.kind, self.form.cleaned_data, given, self.stored)
        findings = findings_of(self.draft)
        for finding in findings:
            self._show(finding, rows)
        return not findings

    def _show(self, finding: DraftFinding, rows: list[ChoiceForm]) -> None:
        text = str(texts.DRAFT_FAULTS[finding.fault]) % {"detail": finding.detail}
        name, _dot, rest = finding.field.partition(".")
        if name == "choices" and rest:
            index, _dot, field = rest.partition(".")
            row = rows[int(index)]
            row.add_error(field if field in row.fields else None, text)
        else:
            self.form.add_error(name if name in self.form.fields else None, text)
