"""Forms of a timetable: its frame, and one row for each entry."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.selectors import ClassCard
from exams.domain.states import ExamState
from exams.domain.timetable import is_zone
from exams.selectors.exams import ExamView

SPARE_ROWS: Final = 2
DAY: Final = "%Y-%m-%d"
CLOCK: Final = "%H:%M"


def _day(label: Any, *, required: bool = True) -> forms.DateField:  # noqa: ANN401 lazy texts
    widget = forms.DateInput(attrs={"type": "date"}, format=DAY)
    return forms.DateField(label=label, required=required, input_formats=[DAY], widget=widget)


def _clock(label: Any) -> forms.TimeField:  # noqa: ANN401 lazy texts
    widget = forms.TimeInput(attrs={"type": "time"}, format=CLOCK)
    return forms.TimeField(label=label, input_formats=[CLOCK, "%H:%M:%S"], widget=widget)


class NewTimetableForm(forms.Form):
    """For which class a timetable is begun."""

    class_id = forms.TypedChoiceField(
        label=_("Class"), coerce=int, help_text=_("The draft begins with what stands for it now.")
    )
    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("For example the name of the term.")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, classes: Sequence[ClassCard]) -> None:
        super().__init__(data)
        field = self.fields["class_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.id, one.name) for one in classes]


class FrameForm(forms.Form):
    """What holds for all entries."""

    title = forms.CharField(label=_("Title"), max_length=200)
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=50,
        help_text=_("Of every date and time here, for example Asia/Tehran. Readers see their own."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    first = _day(_("First day of the term"), required=False)
    last = _day(_("Last day of the term"), required=False)

    def clean_zone(self) -> str:
        """Return the zone, if there is one of this name."""
        zone: str = self.cleaned_data["zone"].strip()
        if not is_zone(zone):
            raise forms.ValidationError(_("There is no time zone of this name."))
        return zone

    def clean(self) -> dict[str, Any]:
        """A term has both ends, or none."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("first")) != bool(cleaned.get("last")):
            self.add_error("last", _("Give both days of the term, or none."))
        return cleaned


class EntryForm(forms.Form):
    """One exam of the class."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    name = forms.CharField(label=_("Name"), max_length=200)
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    exam = forms.TypedChoiceField(label=_("Exam"), coerce=int, required=False, empty_value=None)
    day = _day(_("Day"))
    starts = _clock(_("From"))
    ends = _clock(_("To"))
    minutes = forms.IntegerField(
        label=_("Working time in minutes"), min_value=1, max_value=1440, required=False
    )
    rooms = forms.CharField(label=_("Rooms"), required=False, max_length=400)
    note = forms.CharField(label=_("Note"), required=False, max_length=500)

    def __init__(self, *args: Any, exams: Sequence[ExamView], **kwargs: Any) -> None:  # noqa: ANN401 the form's own arguments
        super().__init__(*args, **kwargs)
        field = self.fields["exam"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Not known yet")), *((one.id, _named(one)) for one in exams)]

    def clean(self) -> dict[str, Any]:
        """Say what does not fit within the entry."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must come after the start."))
        return cleaned

    def entry(self) -> dict[str, Any]:
        """Return the entry as the document has it; a new one gets an id for good."""
        given = self.cleaned_data
        rooms = [room.strip()[:80] for room in given["rooms"].split(",") if room.strip()]
        return {
            "id": given["key"] or secrets.token_hex(4),
            "name": given["name"].strip(),
            "subject": given["subject"].strip(),
            "exam": given["exam"],
            "date": given["day"].isoformat(),
            "from": given["starts"].strftime(CLOCK),
            "to": given["ends"].strftime(CLOCK),
            "minutes": given["minutes"],
            "rooms": rooms[:20],
            "note": given["note"].strip(),
        }


def _named(exam: ExamView) -> str:
    name = f"{exam.name} ({exam.version_label})"
    return name if exam.state is ExamState.APPROVED else str(_("%s, not approved yet")) % name


EntryFormSet = forms.formset_factory(EntryForm, extra=SPARE_ROWS, can_delete=True, max_num=200)


def frame_as_given(title: str, document: Mapping[str, Any]) -> dict[str, object]:
    """Return what the frame shows of a document."""
    term = document.get("term", {})
    return {
        "title": title,
        "zone": document["zone"],
        "first": term.get("first"),
        "last": term.get("last"),
    }


def rows_as_given(document: Mapping[str, Any]) -> list[dict[str, object]]:
    """Return what the rows show of a document."""
    return [
        {
            "key": one["id"],
            "name": one["name"],
            "subject": one.get("subject", ""),
            "exam": one.get("exam"),
            "day": _read_day(one["date"]),
            "starts": time.fromisoformat(one["from"]),
            "ends": time.fromisoformat(one["to"]),
            "minutes": one.get("minutes"),
            "rooms": ", ".join(one.get("rooms", ())),
            "note": one.get("note", ""),
        }
        for one in document["entries"]
    ]


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None  # an uploaded draft may name a day that there is not


def document_of(frame: FrameForm, rows: Any) -> dict[str, Any]:  # noqa: ANN401 a formset has no useful type
    """Return the document that the forms say, entries by their day and start."""
    given = frame.cleaned_data
    kept = [one for one in rows.forms if one.has_changed() or one.initial]
    entries = [one.entry() for one in kept if not one.cleaned_data.get("DELETE")]
    document = {
        "zone": given["zone"],
        "entries": sorted(entries, key=lambda one: (one["date"], one["from"])),
    }
    if given["first"]:
        document["term"] = {"first": given["first"].isoformat(), "last": given["last"].isoformat()}
    return document
