"""Django registration of the real-time plane (it has no tables)."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Hub, gateway, presence."""

    name = "realtime"
