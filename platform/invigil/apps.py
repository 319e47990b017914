"""Django registration of the composition root: binds events, topics and ports at start."""

from django.apps import AppConfig


class InvigilConfig(AppConfig):
    """Owns the wiring and the demo."""

    name = "invigil"

    def ready(self) -> None:
        """Bind everything once the apps are loaded."""
        from invigil import checks, wiring  # noqa: PLC0415 models must be loaded first

        checks.register()
        wiring.bind()
