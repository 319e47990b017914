"""Django registration of the shared web parts."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Base templates, middleware, design system and the message catalogues."""

    name = "web"
