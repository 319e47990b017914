"""Stock admin pages of the scanner, for operators: read only."""

from django.contrib import admin

from scanner.models import ScanReport, Upload


class ReadOnly:
    """No adding, no changing, no deleting: verdicts are the engine's."""

    def has_add_permission(self, *_: object) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, *_: object) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, *_: object) -> bool:
        """Refuse."""
        return False


@admin.register(Upload)
class UploadAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Uploads by verdict."""

    list_display = ("name", "purpose", "state", "reason", "size", "mime", "received_at")
    list_filter = ("state", "purpose")


@admin.register(ScanReport)
class ScanReportAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Checks, newest first."""

    list_display = ("upload", "number", "engine", "outcome", "detail", "finished_at")
    list_filter = ("outcome", "engine")
