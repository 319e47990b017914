"""The form of the time ledger: how much, for whom, and why."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from exams.services.grants import EVERYBODY, Scope

ALL: Final = "all"


class GrantForm(forms.Form):
    """Time for everybody in a sitting, for one room, or for one candidate."""

    to = forms.ChoiceField(
        label=_("For whom"), help_text=_("Who is registered later gets the time of the room too.")
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=-240,
        max_value=240,
        help_text=_("A number below zero takes time away, but never the last minute."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Every candidate reads it.")
    )
    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        rooms: Sequence[str],
        candidates: Mapping[int, str],
    ) -> None:
        super().__init__(data, initial={"to": ALL, "request_id": uuid4()})
        self._scopes: dict[str, Scope] = {ALL: EVERYBODY}
        self._scopes |= {f"room:{room}": Scope(room=room) for room in rooms}
        self._scopes |= {f"attempt:{pk}": Scope(attempt_id=pk) for pk in candidates}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (ALL, _("Everybody")),
            (_("A room"), [(f"room:{room}", room) for room in rooms]),
            (_("One candidate"), [(f"attempt:{pk}", name) for pk, name in candidates.items()]),
        ]

    def clean_minutes(self) -> int:
        """Return the minutes; none at all is not a grant."""
        minutes: int = self.cleaned_data["minutes"]
        if not minutes:
            raise forms.ValidationError(_("Give at least one minute."))
        return minutes

    @property
    def scope(self) -> Scope:
        """Whom it is for."""
        return self._scopes[self.cleaned_data["to"]]

    @property
    def request(self) -> UUID | None:
        """The page's own id of this request."""
        request: UUID | None = self.cleaned_data["request_id"]
        return request
