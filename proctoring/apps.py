"""Django registration of proctoring."""

from django.apps import AppConfig


class ProctoringConfig(AppConfig):
    """See models and services of proctoring."""

    name = "proctoring"
