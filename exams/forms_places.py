"""Forms that give questions another place: a section, a bank."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _


class PlaceForm(forms.Form):
    """Another section of the same exam, at its end."""

    pool = forms.TypedChoiceField(label=_("Section"), coerce=int)

    def __init__(self, pools: Iterable[tuple[int, str]], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        self.fields["pool"].choices = list(pools)  # type: ignore[attr-defined] # a choice field


class ToBankForm(forms.Form):
    """One of the institution's banks."""

    bank = forms.TypedChoiceField(label=_("Question bank"), coerce=int)

    def __init__(self, banks: Iterable[tuple[int, str]], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        self.fields["bank"].choices = list(banks)  # type: ignore[attr-defined] # a choice field
