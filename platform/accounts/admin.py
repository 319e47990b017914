"""The stock admin: institutions are made here by operators; people are only looked at."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import ClassGroup, Institution, Membership, User


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


@admin.register(Institution)
class InstitutionAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # as above
    """Institutions are opened and closed by operators."""

    list_display = (
        "name",
        "code",
        "time_zone",
        "locale",
        "is_active",
    )

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
