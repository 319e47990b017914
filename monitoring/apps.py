"""Django registration of monitoring."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """See models and services of monitoring."""

    name = "monitoring"
