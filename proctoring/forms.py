"""Forms of the pages about who watches."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.selectors import UserCard


class AssignForm(forms.Form):
    """One more invigilator of a sitting."""

    invigilator_id = forms.TypedChoiceField(
        label=_("Invigilator"),
        coerce=int,
        error_messages={
            "invalid_choice": _("Choose somebody who invigilates for this class."),
            "required": _("Choose somebody."),
        },
    )

    def __init__(self, *args: object, people: Sequence[UserCard], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        field = self.fields["invigilator_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose somebody")), *((one.id, one.name) for one in people)]
