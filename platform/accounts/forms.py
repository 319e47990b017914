"""Forms of signing in and of one's own account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import available_timezones

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.domain.phone import to_e164
from accounts.domain.words import clean_code

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

PASSWORD_HELP = _("At least 10 characters, not a common word and not like your name.")
CODE_ATTRIBUTES = {"inputmode": "numeric", "dir": "ltr", "autocomplete": "one-time-code"}


class OurTexts:
    """Gives the fields of an allauth form our labels; its placeholders go, they were the labels.

    Attributes:
        texts: Field → label and help.
        fields: As in any form.
    """

    texts: ClassVar["Mapping[str, tuple[Text, Text]]"] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in self.texts.items():
            field = self.fields[name]
            field.label, field.help_text = label, help_text
            field.widget.attrs.pop("placeholder", None)
            if name == "code":
                field.widget.attrs.update(CODE_ATTRIBUTES)


class LoginForm(OurTexts, account_forms.LoginForm):  # type: ignore[misc] # allauth ships no types
    """Institution code and registration number, or e-mail, with the password."""

    texts: ClassVar = {
        "password": (_("Password"), ""),
        "remember": (_("Stay signed in on this device"), ""),
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        request = kwargs.get("request")
        own = {"institution": _institution_field(), "login": _login_field()}
        self.fields = {
            **own,
            "password": self.fields["password"],
            "remember": self.fields["remember"],
        }
        if isinstance(request, HttpRequest):
            self.fields["institution"].initial = request.GET.get("institution", "")

    def user_credentials(self) -> dict[str, str]:
        """Return what the backend authenticates with."""
        return {name: self.cleaned_data[name] for name in ("institution", "login", "password")}


def _institution_field() -> forms.CharField:
    attributes = {"autocomplete": "organization", "autocapitalize": "none", "dir": "ltr"}
    return forms.CharField(
        label=_("Institution code"),
        required=False,
        max_length=20,
        help_text=_("Not needed with an e-mail address."),
        widget=forms.TextInput(attrs=attributes),
    )


def _login_field() -> forms.CharField:
    attributes = {
        "autocomplete": "username",
        "autocapitalize": "none",
        "spellcheck": "false",
        "dir": "ltr",
    }
    return forms.CharField(
        label=_("Registration number or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs=attributes),
    )


class ChangePasswordForm(OurTexts, account_forms.ChangePasswordForm):  # type: ignore[misc] # as above
    """The current password, then the new one twice."""

    texts: ClassVar = {
        "oldpassword": (_("Current password"), ""),
        "password1": (_("New password"), PASSWORD_HELP),
        "password2": (_("New password again"), ""),
    }


class SetPasswordForm(OurTexts, account_forms.SetPasswordForm):  # type: ignore[misc] # as above
    """A first password of one's own, twice."""

    texts: ClassVar = {
        "password1": (_("New password"), PASSWORD_HELP),
        "password2": (_("New password again"), ""),
    }


class ResetPasswordForm(OurTexts, account_forms.ResetPasswordForm):  # type: ignore[misc] # as above
    """The address a link is sent to."""

    texts: ClassVar = {"email": (_("E-mail"), "")}


class ResetPasswordKeyForm(OurTexts, account_forms.ResetPasswordKeyForm):  # type: ignore[misc] # as above
    """The new password after following the link."""

    texts: ClassVar = SetPasswordForm.texts


class ReauthenticateForm(OurTexts, account_forms.ReauthenticateForm):  # type: ignore[misc] # as above
    """The password again, before something sensitive."""

    texts: ClassVar = {"password": (_("Password"), "")}


class AnyDigits:
    """A code field that takes Persian digits and spaces as well."""

    cleaned_data: dict[str, str]

    def clean_code(self) -> str:
        """Check the code in its plain form."""
        self.cleaned_data["code"] = clean_code(self.cleaned_data["code"]).replace(" ", "")
        return str(super().clean_code())  # type: ignore[misc] # the form's own check


class CodeForm(OurTexts, AnyDigits, mfa_forms.AuthenticateForm):  # type: ignore[misc] # as above
    """The second step of a login: a code of the app, or a recovery code."""

    texts: ClassVar = {"code": (_("Code"), _("From your authenticator app, or a recovery code."))}


class CodeAgainForm(OurTexts, AnyDigits, mfa_forms.ReauthenticateForm):  # type: ignore[misc] # as above
    """A code again, before something sensitive."""

    texts: ClassVar = {"code": (_("Code"), _("From your authenticator app, or a recovery code."))}


class ActivateCodeForm(OurTexts, AnyDigits, totp_forms.ActivateTOTPForm):  # type: ignore[misc] # as above
    """The first code of a new authenticator app."""

    texts: ClassVar = {"code": (_("Code from the app"), "")}


def locale_choices() -> "list[tuple[str, Text]]":
    """Return the languages people choose from; the empty one is the institution's."""
    return [("", _("That of the institution")), *settings.LANGUAGES]


def zone_choices() -> "list[tuple[str, Text]]":
    """Return the time zones people choose from; the empty one is the institution's."""
    zones = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc")
    )
    return [("", _("That of the institution")), ("UTC", "UTC"), *[(zone, zone) for zone in zones]]


def phone_field() -> forms.CharField:
    """Return a field for a phone number; check it with checked_phone."""
    attributes = {"autocomplete": "tel", "inputmode": "tel", "dir": "ltr"}
    return forms.CharField(
        label=_("Mobile phone"),
        required=False,
        max_length=30,
        help_text=_(
            "With the country code, for example +44 7911 123456. Notices about exams go there."
        ),
        widget=forms.TextInput(attrs=attributes),
    )


def checked_phone(typed: str) -> str:
    """Return the number as E.164; empty stays empty.

    Raises:
        ValidationError: This is no phone number.
    """
    if not typed.strip():
        return ""
    number = to_e164(typed)
    if number is None:
        message = _("This is not a phone number. Write it with the country code: +44 7911 123456.")
        raise forms.ValidationError(message)
    return number


class ProfileForm(forms.Form):
    """Language, time zone and phone."""

    locale = forms.ChoiceField(label=_("Language"), required=False, choices=locale_choices)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=zone_choices)
    phone = phone_field()

    def clean_phone(self) -> str:
        """Return the number as E.164."""
        return checked_phone(self.cleaned_data["phone"])
