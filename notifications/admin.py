"""Stock admin pages of notices, for operators: read only."""

from django.contrib import admin

from notifications.models import Delivery, Notice, OptOut


class ReadOnly:
    """No adding, no changing, no deleting: the services keep the rules."""

    def has_add_permission(self, *_: object) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, *_: object) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, *_: object) -> bool:
        """Refuse."""
        return False


@admin.register(Notice)
class NoticeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Notices by state and time."""

    list_display = ("title", "institution", "state", "audience_kind", "send_at")
    list_filter = ("state", "audience_kind")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Deliveries by state."""

    list_display = ("notice", "phone_masked", "state", "reason", "attempt", "error_code")
    list_filter = ("state", "gateway")


@admin.register(OptOut)
class OptOutAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Numbers that opted out, as hashes."""

    list_display = ("phone_hash", "source", "created_at")
