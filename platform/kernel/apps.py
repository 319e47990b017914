"""Django registration of the kernel."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Outbox and audit tables."""

    name = "kernel"
