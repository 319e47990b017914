"""Forms of authors: an exam's header, a section, a bank, a review."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _


class ExamForm(forms.Form):
    """The header of an exam version."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_(
            "What staff look for in lists; candidates see it where a sitting has no title."
        ),
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=200,
        required=False,
        help_text=_("For example Linear Algebra. Candidates see it beside the title."),
    )
    version_label = forms.CharField(
        label=_("Version"),
        max_length=255,
        initial="1",
        help_text=_(
            "Tells versions apart, for example 2026 or B. An approved version never changes."
        ),
    )
    passing_score = forms.DecimalField(
        label=_("Pass mark in percent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=50,
        help_text=_("Of all points of the exam. Who has this much or more has passed."),
    )


class PoolForm(forms.Form):
    """A section of an exam."""

    name = forms.CharField(
        label=_("Name of the section"),
        max_length=255,
        help_text=_("For authors; candidates see the questions in one row."),
    )
    randomize_questions = forms.BooleanField(
        label=_("Shuffle the questions for each candidate"),
        required=False,
        help_text=_("Everybody gets an order of their own; a reload does not change it."),
    )
    number_to_answer = forms.IntegerField(
        label=_("Ask only so many of them"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Empty asks all. A section that draws must shuffle."),
    )

    next_question_pool = forms.TypedChoiceField(
        label=_("Goes on with"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("For everybody, unless an answer leads elsewhere. Only later sections."),
    )
    xml_id = forms.CharField(
        label=_("Name for exchange"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
        help_text=_("The section's name in XML files; empty makes one on export."),
    )

    def __init__(
        self, *args: object, later: Sequence[tuple[int, str]] = (), **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        choices = [("", _("the section after it")), *later]
        self.fields["next_question_pool"].choices = choices  # type: ignore[attr-defined] # a choice field
        if not later:
            del self.fields["next_question_pool"]

    def clean(self) -> dict[str, object]:
        """A draw without shuffling would always take the same questions."""
        cleaned = super().clean() or {}
        if cleaned.get("number_to_answer") and not cleaned.get("randomize_questions"):
            self.add_error("randomize_questions", _("A section that draws must shuffle."))
        return cleaned


class BankForm(forms.Form):
    """A new bank."""

    name = forms.CharField(
        label=_("Name of the bank"),
        max_length=200,
        help_text=_("A bank keeps questions of one topic for several exams."),
    )


class VersionForm(forms.Form):
    """A new version of an exam."""

    version_label = forms.CharField(
        label=_("Name of the new version"),
        max_length=40,
        help_text=_("The new version is a draft with the same questions; this one stays as it is."),
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
