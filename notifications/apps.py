"""Django registration of notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """See models and services of notifications."""

    name = "notifications"
