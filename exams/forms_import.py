"""Forms of the import: the file, and how it is to be written."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.domain.outline_diff import ImportMode
from exams.texts_exchange import MODES


class ImportForm(forms.Form):
    """Questions or a whole exam, as a file or pasted."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xml,.zip,.gift,.txt,text/plain,text/xml"}),
        help_text=_("GIFT, Moodle XML, QTI or exam XML, up to 5 MB. What it is, is found out."),
    )
    text = forms.CharField(
        label=_("or paste its text here"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "dir": "auto"}),
    )

    def clean(self) -> dict[str, object]:
        """One of the two is needed."""
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not str(cleaned.get("text") or "").strip():
            self.add_error("file", _("Choose a file, or paste its text below."))
        return cleaned

    def data_bytes(self, limit: int) -> bytes:
        """Return what was sent, cut one byte above the limit so that the excess is noticed."""
        sent = self.cleaned_data.get("file")
        if sent:
            content: bytes = sent.read(limit + 1)
            return content
        return str(self.cleaned_data["text"]).encode()

    def file_name(self) -> str:
        """Return what the file is called; empty for pasted text."""
        sent = self.cleaned_data.get("file")
        return str(sent.name) if sent else ""


class CommitForm(forms.Form):
    """How much is written, and what a new exam is called."""

    mode = forms.TypedChoiceField(
        label=_("What is written"),
        choices=[(mode.value, words) for mode, (words, _more) in MODES.items()],
        coerce=ImportMode,
        empty_value=ImportMode.NEW,
        required=False,
        widget=forms.RadioSelect,
    )
    with_header = forms.BooleanField(
        label=_("Take over name, version, pass mark and the like as well"), required=False
    )


class NewExamForm(CommitForm):
    """The same for a file that becomes a new exam."""

    name = forms.CharField(label=_("Name of the exam"), max_length=200)
    version_label = forms.CharField(
        label=_("Version"),
        max_length=255,
        initial="1",
        help_text=_("Tells versions apart, for example 2026 or B."),
    )
