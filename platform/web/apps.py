"""Django registration of the shared web parts."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Base templates, middleware, design system and the message catalogues."""

    name = "web"

    def ready(self) -> None:
        """Compile the catalogues that changed since the last start."""
        from web.catalogue.compiled import compile_stale  # noqa: PLC0415 not before the apps are loaded

        compile_stale()
