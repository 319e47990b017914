"""The stock admin: institutions are made here by operators; people are only looked at."""

from typing import ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from accounts.domain.words import clean_code
from accounts.forms import zone_choices
from accounts.models import ClassGroup, Institution, Membership, User
from accounts.services.institutions import change_institution
from accounts.services.people import create_institution


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs only
    """Writes go through the services, which check and record them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse."""
        del request, obj
        return False


class InstitutionForm(forms.ModelForm):  # type: ignore[type-arg] # generic in the stubs only
    """Takes only what the site can work with."""

    time_zone = forms.ChoiceField(choices=lambda: zone_choices()[1:], initial="UTC")
    locale = forms.ChoiceField(choices=settings.LANGUAGES)

    class Meta:
        model = Institution
        fields: ClassVar = ["code", "name", "time_zone", "locale", "is_active"]

    def clean_code(self) -> str:
        """Return the code as it is kept: lower case, digits 0 to 9."""
        return clean_code(self.cleaned_data["code"]).lower()


@admin.register(Institution)
class InstitutionAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # as above
    """Institutions are opened and closed by operators, with the services' rules and record."""

    form = InstitutionForm
    list_display = (
        "name",
        "code",
        "time_zone",
        "locale",
        "is_active",
    )

    def get_exclude(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        """Leave out what a new institution always is."""
        del request
        return () if obj else ("is_active",)

    def save_model(
        self,
        request: HttpRequest,
        obj: Institution,
        form: InstitutionForm,
        change: bool,  # noqa: FBT001 Django's signature
    ) -> None:
        """Let the service write it."""
        facts = {name: form.cleaned_data[name] for name in ("code", "name", "time_zone", "locale")}
        actor_id = int(request.user.pk or 0)
        if change:
            change_institution(
                institution_id=obj.pk, is_active=obj.is_active, actor_id=actor_id, **facts
            )
        else:
            obj.pk = create_institution(actor_id=actor_id, **facts).id

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: an institution is closed, its history stays."""
        del request, obj
        return False


@admin.register(User)
class UserAdmin(LookOnly):
    """People of all institutions."""

    list_display = (
        "full_name",
        "email",
        "registration_number",
        "institution",
        "is_active",
    )
    search_fields = (
        "full_name",
        "email",
        "registration_number",
    )
    exclude = (
        "password",
        "session_epoch",
    )


@admin.register(ClassGroup)
class ClassGroupAdmin(LookOnly):
    """Classes of all institutions."""

    list_display = (
        "name",
        "code",
        "institution",
        "is_active",
    )


@admin.register(Membership)
class MembershipAdmin(LookOnly):
    """Roles of all people."""

    list_display = (
        "user",
        "role",
        "institution",
        "class_group",
        "suspended_at",
    )
    list_select_related = (
        "user",
        "institution",
        "class_group",
    )
