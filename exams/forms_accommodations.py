"""The form of an accommodation: what somebody gets, on which days, and what invigilators do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.selectors import UserCard
from exams import texts
from exams.domain.accommodation import (
    MAX_BREAK,
    MAX_BREAKS,
    MAX_PERCENT,
    MAX_TIME,
    Adjustment,
    Exemption,
    Validity,
    exemptions_of,
)
from exams.selectors.accommodations import AccommodationView
from exams.services.accommodations import AccommodationPlan

MINUTE: Final = timedelta(minutes=1)


def _day(label: Any, help_text: Any, *, required: bool = True) -> forms.DateField:  # noqa: ANN401 lazy texts
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _count(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:  # noqa: ANN401 lazy texts
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, initial=0, help_text=help_text
    )


class AccommodationForm(forms.Form):
    """What a person gets in every exam."""

    extra_percent = _count(
        _("More time in percent"), MAX_PERCENT, _("Of the working time: 25 makes 75 minutes of 60.")
    )
    extra_minutes = _count(
        _("More time in minutes"), MAX_TIME // MINUTE, _("On top of the percentage, in every exam.")
    )
    breaks = _count(
        _("Breaks"), MAX_BREAKS, _("An invigilator pauses the attempt; the clock stands still.")
    )
    break_minutes = _count(_("Minutes of each break"), MAX_BREAK // MINUTE)
    exemptions = forms.MultipleChoiceField(
        label=_("Exemptions"),
        choices=[(one.value, format_lazy("{}. {}", *texts.EXEMPTIONS[one])) for one in Exemption],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    valid_from = _day(_("From"), _("The first day, in the institution's calendar."))
    valid_to = _day(_("To"), _("The last day. Empty for no end."), required=False)
    note = forms.CharField(
        label=_("Note for invigilators"),
        max_length=500,
        required=False,
        help_text=_("What to do, for example where to seat. Never a diagnosis."),
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """Say in words what does not fit."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if bool(cleaned["breaks"]) != bool(cleaned["break_minutes"]):
            self.add_error("break_minutes", _("Breaks have a number and a length, or neither."))
        elif self.plan().adjustment.is_empty:
            raise forms.ValidationError(_("This gives nothing yet."))
        if not Validity(cleaned["valid_from"], cleaned["valid_to"]).is_in_order:
            self.add_error("valid_to", _("The last day must not come before the first."))
        return cleaned

    def plan(self) -> AccommodationPlan:
        """Return what the service takes."""
        given = self.cleaned_data
        return AccommodationPlan(
            Adjustment(
                extra_percent=given["extra_percent"],
                extra_time=given["extra_minutes"] * MINUTE,
                breaks=given["breaks"],
                break_length=given["break_minutes"] * MINUTE,
                exemptions=exemptions_of(given["exemptions"]),
            ),
            Validity(given["valid_from"], given["valid_to"]),
            given["note"],
        )


class NewAccommodationForm(AccommodationForm):
    """The same for a person who is yet to be chosen."""

    student_id = forms.TypedChoiceField(
        label=_("Student"), coerce=int, help_text=_("Students who have no accommodation yet.")
    )
    field_order = ("student_id",)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        students: Sequence[UserCard],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        field = self.fields["student_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "—"), *((one.id, one.name) for one in students)]


class ChangedAccommodationForm(AccommodationForm):
    """The same in place of what stands."""

    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=500,
        help_text=_("Kept with what stood until now."),
    )


def accommodation_as_given(view: AccommodationView) -> dict[str, object]:
    """Return what the form shows for an accommodation."""
    given = view.adjustment
    return {
        "extra_percent": given.extra_percent,
        "extra_minutes": given.extra_time // MINUTE,
        "breaks": given.breaks,
        "break_minutes": given.break_length // MINUTE,
        "exemptions": [one.value for one in given.exemptions],
        "valid_from": view.validity.first,
        "valid_to": view.validity.last,
        "note": view.note,
    }
