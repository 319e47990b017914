"""Django registration of chat."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """See models and services of chat."""

    name = "chat"
