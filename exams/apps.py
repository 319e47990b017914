"""Django registration of exams."""

from django.apps import AppConfig


class ExamsConfig(AppConfig):
    """See models and services of exams."""

    name = "exams"
