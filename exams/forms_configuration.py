"""The form of an exam's configuration, and the file that says the same."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from exams import texts
from exams.domain.configuration import Configuration, Shuffling
from exams.domain.counting import AttemptsCount
from exams.domain.deadline import LateStart
from exams.domain.documents import MAX_BYTES
from exams.domain.marking import AgreementRule
from exams.domain.policy import Camera, ChatLock, Navigation
from exams.texts_grading import AGREEMENT_RULES

MARKING: Final = ("blind", "second_marker", "tolerance_percent", "agreement", "show_criteria")
MINUTE_S: Final = int(timedelta(minutes=1).total_seconds())


def _choice(label: Any, words: Mapping[Any, Any], help_text: Any = "") -> forms.ChoiceField:  # noqa: ANN401 lazy texts
    return forms.ChoiceField(
        label=label, choices=[(one.value, word) for one, word in words.items()], help_text=help_text
    )


class ConfigurationForm(forms.Form):
    """How an exam is to be held and marked."""

    navigation = _choice(
        _("Candidates move"),
        texts.NAVIGATIONS,
        _("An exam whose answers lead on to other sections always goes forward."),
    )
    shuffling = _choice(_("Shuffling"), texts.SHUFFLINGS)
    late_start = _choice(_("Late start"), texts.LATE_STARTS)
    grace_s = forms.IntegerField(
        label=_("Grace for answers on their way, in seconds"), min_value=0, max_value=600
    )
    pause_limit = forms.IntegerField(
        label=_("Longest pause in minutes"),
        min_value=1,
        max_value=240,
        help_text=_("So much of a pause is given back at most."),
    )
    attempts_allowed = forms.IntegerField(
        label=_("Attempts in one sitting"),
        min_value=1,
        max_value=20,
        help_text=_("Who has not passed may begin another one while the sitting is open."),
    )
    attempts_count = _choice(_("Which attempt counts"), texts.ATTEMPTS_COUNTS)
    camera = _choice(_("Camera"), texts.CAMERAS)
    chat_lock = _choice(_("Class chat"), texts.CHAT_LOCKS)
    show_key = forms.BooleanField(
        label=_("Show the right answers with the released result"), required=False
    )
    blind = forms.BooleanField(
        label=_("Mark blind: numbers instead of names until everything is marked"), required=False
    )
    second_marker = forms.BooleanField(
        label=_("Two people mark each answer that needs a person"), required=False
    )
    tolerance_percent = forms.IntegerField(
        label=_("Two marks agree within percent of the points"), min_value=0, max_value=100
    )
    agreement = _choice(_("Two marks that agree"), AGREEMENT_RULES)
    show_criteria = forms.BooleanField(
        label=_("Show points and remarks of each criterion with the released result"),
        required=False,
    )

    def document(self) -> dict[str, Any]:
        """Return what the form says as a complete document."""
        given = dict(self.cleaned_data)
        marking = {name: given.pop(name) for name in MARKING}
        pause_limit_s = given.pop("pause_limit") * MINUTE_S
        return {**given, "pause_limit_s": pause_limit_s, "marking": marking}


def configuration_as_given(configuration: Configuration) -> dict[str, object]:
    """Return what the form shows for a configuration."""
    policy, marking = configuration.policy, configuration.marking
    return {
        "navigation": Navigation(policy.navigation).value,
        "shuffling": Shuffling(configuration.shuffling).value,
        "late_start": LateStart(policy.late_start).value,
        "grace_s": policy.grace_s,
        "pause_limit": max(1, policy.pause_limit_s // MINUTE_S),
        "attempts_allowed": policy.attempts_allowed,
        "attempts_count": AttemptsCount(policy.attempts_count).value,
        "camera": Camera(policy.camera).value,
        "chat_lock": ChatLock(policy.chat_lock).value,
        "show_key": configuration.show_key,
        "blind": marking.blind,
        "second_marker": marking.second_marker,
        "tolerance_percent": marking.tolerance_percent,
        "agreement": AgreementRule(marking.agreement).value,
        "show_criteria": marking.show_criteria,
    }


class DocumentForm(forms.Form):
    """A JSON document, as a file or pasted."""

    file = forms.FileField(
        label=_("JSON file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label=_("Or paste it here"),
        required=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr", "class": "mono"}),
    )

    def clean(self) -> dict[str, Any]:
        """Take the file before the text; one of them is needed."""
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("text", "").strip():
            raise forms.ValidationError(_("Choose a file or paste a document."))
        return cleaned

    def raw(self) -> bytes:
        """Return the bytes, at most one more than are taken."""
        file = self.cleaned_data.get("file")
        if file:
            read: bytes = file.read(MAX_BYTES + 1)
            return read
        text: str = self.cleaned_data["text"]
        return text.encode()
