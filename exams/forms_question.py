"""The form of one question: the fields that its kind has. Its rows: exams/forms_choice.py."""

from collections.abc import Mapping
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from exams import texts
from exams.domain.answer import NUMBER_KINDS, TEXT_KINDS, QuestionKind
from exams.domain.draft import WHOLE_KINDS, WITHOUT_TEXT_BESIDE
from exams.domain.widgets import WIDGETS

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
    "text_regex": TEXT_KINDS,
    "all_or_nothing": KEYED - {QuestionKind.RATING},
    "text_response": frozenset(QuestionKind) - WITHOUT_TEXT_BESIDE,
    "text_response_label": frozenset(QuestionKind) - WITHOUT_TEXT_BESIDE,
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
        label=_("Question"),
        widget=_area(5),
        help_text=_(
            "What candidates read. In Markdown a formula stands between dollar signs: $x^2$."
        ),
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
    all_or_nothing = forms.BooleanField(
        label=_("All or nothing"),
        required=False,
        help_text=_("No part of the points for an answer that is right in part only."),
    )
    widget = forms.ChoiceField(
        label=_("Drawn as"),
        required=False,
        help_text=_("A suggestion to the exam room; it never changes what may be answered."),
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
    text_response = forms.BooleanField(
        label=_("A text may be added to the answer"),
        required=False,
        help_text=_("Kept and shown to graders; it earns no points by itself."),
    )
    text_response_label = forms.CharField(
        label=_("Words above that text"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"dir": "auto"}),
        help_text=_("For example “Why?” Also for the texts of single choices."),
    )
    xml_id = forms.CharField(
        label=_("Name for exchange"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
        help_text=_("The question's name in XML files, once per exam; empty makes one on export."),
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
        self._offer_widgets(kind)

    def _offer_widgets(self, kind: QuestionKind) -> None:
        """Offer the widgets of the kind; a kind that is drawn in one way only has no field."""
        if len(WIDGETS[kind]) < 2:
            del self.fields["widget"]
            return
        first = texts.WIDGETS[WIDGETS[kind][0]]
        usual = _("as usual: %(widget)s") % {"widget": first}
        named = [(one.value, texts.WIDGETS[one]) for one in WIDGETS[kind]]
        self.fields["widget"].choices = [("", usual), *named]  # type: ignore[attr-defined] # a choice field


def shown_in(values: Mapping[str, object]) -> dict[str, object]:
    """Return posted values of the form, to be shown again as they are."""
    return {name: values.get(name) for name in QuestionForm.base_fields}
