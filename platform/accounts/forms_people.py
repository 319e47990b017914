"""Forms of an administrator: a person, a role, a class, a class list."""

from typing import TYPE_CHECKING

from babel import Locale
from babel.core import get_global
from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.domain.phone import is_region
from accounts.forms import checked_phone, phone_field
from accounts.roles import Role
from accounts.selectors import ClassCard, InstitutionCard
from accounts.texts import ROLES
from kernel.errors import DomainError

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

# Refusals that belong to one field of a form.
FIELD_ERRORS: "dict[str, tuple[str, Text]]" = {
    "email_taken": ("email", _("Somebody has this e-mail address already.")),
    "registration_taken": (
        "registration_number",
        _("Somebody in this institution has this registration number already."),
    ),
    "phone_invalid": ("phone", _("This is not a phone number.")),
    "class_code_taken": ("code", _("This institution has a class of this code already.")),
    "class_unknown": ("class_id", _("A student needs a class.")),
}


def show_refusal(form: forms.Form, error: DomainError) -> None:
    """Show a refusal at the field it is about.

    Raises:
        DomainError: The same one, when it is about none of the fields.
    """
    field, text = FIELD_ERRORS.get(error.code, ("", ""))
    if field not in form.fields:
        raise error
    form.add_error(field, str(text))


class PersonForm(forms.Form):
    """What the institution keeps of a person."""

    full_name = forms.CharField(label=_("Name"), max_length=200)
    registration_number = forms.CharField(
        label=_("Registration number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr"}),
    )
    phone = phone_field()

    def clean_phone(self) -> str:
        """Return the number as E.164."""
        return checked_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, object]:
        """Require a way to sign in."""
        cleaned = super().clean() or {}
        typed = cleaned.get("email") or cleaned.get("registration_number")
        if not typed and not self.errors:
            text = _("A registration number or an e-mail address is needed.")
            self.add_error("registration_number", text)
        return cleaned


class RoleForm(forms.Form):
    """A role, in the whole institution or in one class."""

    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, ROLES[role]) for role in Role])
    class_id = forms.TypedChoiceField(
        label=_("Class"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: object, classes: list[ClassCard], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # the form's own arguments
        field = self.fields["class_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("The whole institution")),
            *[(each.id, each.name) for each in classes],
        ]


class NewPersonForm(PersonForm, RoleForm):
    """A new person with a first role."""

    field_order = ("full_name", "role", "class_id", "registration_number", "email", "phone")


class ClassForm(forms.Form):
    """A new class."""

    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Short, as in your class lists. It cannot be changed later."),
    )


def region_choices() -> list[tuple[str, str]]:
    """Return the countries that have phone numbers, in the page's language."""
    names = Locale.parse((translation.get_language() or "en").replace("-", "_")).territories
    known = [(code, name) for code, name in names.items() if is_region(code)]
    return sorted(known, key=lambda pair: pair[1])


def region_of(institution: InstitutionCard) -> str:
    """Return the country an institution most likely is in, by its time zone."""
    territory = str(get_global("zone_territories").get(institution.time_zone, ""))
    if is_region(territory):
        return territory
    return "IR" if institution.locale == "fa" else "GB"


class RosterForm(forms.Form):
    """The file of a class list."""

    file = forms.FileField(
        label=_("Class list (CSV)"),
        help_text=_(
            "From any spreadsheet program. Nothing is changed before you have seen what it would do."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    region = forms.ChoiceField(
        label=_("Country of phone numbers without a country code"), choices=region_choices
    )


class RosterOptionsForm(forms.Form):
    """How a class list is to be imported."""

    creates_classes = forms.BooleanField(
        label=_("Create classes that do not exist yet"), required=False
    )
    gives_passwords = forms.BooleanField(
        label=_("Give each new person a first password, on a sheet to print"), required=False
    )
