"""The composer's form: what a person may enter, and the draft it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from notifications.domain.notice import Audience, AudienceKind
from notifications.errors import AudienceRefused
from notifications.refusals import Refusal, field_of, text_of
from notifications.selectors import NoticeCard
from notifications.services.notices import NoticeDraft

NOW, AT, BEFORE = "now", "at", "before"
LEADS: Final[Sequence[tuple[str, str | Promise]]] = (
    ("10080", _("7 days before")),
    ("1440", _("1 day before")),
    ("120", _("2 hours before")),
    ("30", _("30 minutes before")),
)

Choices = Sequence[tuple[str | Promise, Sequence[tuple[str, str | Promise]]]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the form is filled in.

    Attributes:
        audiences: Grouped choices; keys as `key_of` makes them.
        zone: Of the person who writes: the zone of the time field.
    """

    institution_id: int
    audiences: Choices
    zone: ZoneInfo


class NoticeForm(forms.Form):
    """Title, audience, time and texts of a notice."""

    title = forms.CharField(
        label=_("Title"), max_length=120, help_text=_("Only you and your colleagues see it.")
    )
    audience = forms.ChoiceField(label=_("Recipients"))
    when = forms.ChoiceField(
        label=_("When"),
        widget=forms.RadioSelect,
        choices=[
            (BEFORE, _("Before the sitting starts")),
            (AT, _("At a date and time")),
            (NOW, _("At once")),
        ],
        initial=AT,
    )
    lead = forms.ChoiceField(label=_("How long before"), choices=LEADS, initial="1440")
    send_at = forms.DateTimeField(
        label=_("Date and time"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "dir": "ltr"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    wakes = forms.BooleanField(
        label=_("Send at night as well"),
        required=False,
        help_text=_("Otherwise nobody gets it between 22:00 and 07:00 of their own time."),
    )
    text_en = forms.CharField(
        label=_("Text (English)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "lang": "en"}),
    )
    text_fa = forms.CharField(
        label=_("Text (Persian)"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "rtl", "lang": "fa"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        desk: Desk,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.desk = desk
        audience = self.fields["audience"]
        assert isinstance(audience, forms.ChoiceField)
        audience.choices = [("", _("Choose…")), *desk.audiences]

    def clean_send_at(self) -> datetime | None:
        """Read the time in the writer's own zone, whatever the server's is."""
        value: datetime | None = self.cleaned_data["send_at"]
        return value.replace(tzinfo=self.desk.zone) if value is not None else None

    def clean(self) -> dict[str, Any]:
        """A date and time is needed when that is what was chosen."""
        cleaned = super().clean() or {}
        is_missing = cleaned.get("when") == AT and cleaned.get("send_at") is None
        if is_missing and "send_at" not in self.errors:
            self.add_error("send_at", _("Choose a date and time."))
        return cleaned

    def draft(self) -> NoticeDraft:
        """Return what was entered. Needs: a valid form."""
        data = self.cleaned_data
        minutes = int(data["lead"] or 0)
        return NoticeDraft(
            title=data["title"],
            audience=audience_from(data["audience"], self.desk.institution_id),
            text_en=data["text_en"],
            text_fa=data["text_fa"],
            send_at=data["send_at"] if data["when"] == AT else None,
            lead=timedelta(minutes=minutes) if data["when"] == BEFORE else None,
            wakes=data["wakes"],
        )

    def blame(self, error: Refusal) -> None:
        """Show a refusal of the services at the field that caused it."""
        self.add_error(field_of(error), text_of(error))


def lead_text(lead: timedelta | None) -> str:
    """Return a lead as the form calls it; empty for none."""
    minutes = str(int(lead.total_seconds() // 60)) if lead is not None else ""
    return str(dict(LEADS).get(minutes, ""))


def initial_of(card: NoticeCard, zone: ZoneInfo) -> dict[str, Any]:
    """Return the form's values for an existing draft."""
    when = BEFORE if card.lead is not None else (AT if card.send_at else NOW)
    return {
        "title": card.title,
        "audience": key_of(card.audience),
        "when": when,
        "lead": str(int(card.lead.total_seconds() // 60)) if card.lead is not None else "",
        "send_at": card.send_at.astimezone(zone).replace(tzinfo=None) if card.send_at else None,
        "wakes": card.wakes,
        "text_en": card.text_en,
        "text_fa": card.text_fa,
    }


def key_of(audience: Audience) -> str:
    """Return an audience as the value of a choice."""
    match audience.kind:
        case AudienceKind.SITTING:
            return f"sitting:{audience.sitting_id}"
        case AudienceKind.CLASS:
            return f"class:{audience.class_id}:{audience.role}"
        case AudienceKind.ROLE:
            return f"role:{audience.role}"
        case AudienceKind.PERSON:
            return f"person:{audience.person_id}"


def audience_from(key: str, institution_id: int) -> Audience:
    """Return the audience of a choice's value.

    Raises:
        AudienceRefused: It is no such value.
    """
    kind, _colon, rest = key.partition(":")
    try:
        match kind:
            case "sitting":
                return Audience(AudienceKind.SITTING, institution_id, sitting_id=int(rest))
            case "class":
                number, _colon, role = rest.partition(":")
                return Audience(
                    AudienceKind.CLASS, institution_id, class_id=int(number), role=Role(role)
                )
            case "role":
                return Audience(AudienceKind.ROLE, institution_id, role=Role(rest))
            case _:
                pass
    except ValueError:
        pass
    raise AudienceRefused(reason="unknown")
