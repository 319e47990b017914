"""Django registration of scanner."""

from django.apps import AppConfig


class ScannerConfig(AppConfig):
    """See models and services of scanner."""

    name = "scanner"
