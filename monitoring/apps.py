"""Django registration of monitoring."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Probes, figures and logs; it has no tables."""

    name = "monitoring"
