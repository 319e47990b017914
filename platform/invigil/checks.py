"""Deploy gates: a wrong setting stops the start of web and sockets, with its mend.

They are Django system checks too, so `manage.py check --deploy` tells the same beforehand.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

INSECURE_KEY_PREFIX = "insecure-"


def register() -> None:
    """Register the gates with Django."""
    checks.register(check_secret_key, checks.Tags.security, deploy=True)
    checks.register(check_allowed_hosts, checks.Tags.security, deploy=True)
    checks.register(check_proxy, checks.Tags.security, deploy=True)


def refuse_unsafe_settings() -> None:
    """Stop the start of a serving process whose settings would not protect anybody.

    Raises:
        ImproperlyConfigured: What is wrong, and the mend.
    """
    if settings.TESTING:
        return
    wrong = [*check_secret_key(None), *check_allowed_hosts(None), *check_proxy(None)]
    if wrong:
        raise ImproperlyConfigured(" ".join(f"{one.msg} {one.hint}" for one in wrong))


def check_secret_key(
    app_configs: Sequence[Any] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Refuse the development key outside of debug mode."""
    del app_configs, kwargs
    if not settings.DEBUG and settings.SECRET_KEY.startswith(INSECURE_KEY_PREFIX):
        return [
            checks.Error(
                "DJANGO_SECRET_KEY is not set.",
                hint="Set DJANGO_SECRET_KEY, or DJANGO_SECRET_KEY_FILE to a file that holds it.",
                id="invigil.E001",
            )
        ]
    return []


def check_allowed_hosts(
    app_configs: Sequence[Any] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Refuse the wildcard host: the Origin check of the sockets relies on the list."""
    del app_configs, kwargs
    if "*" in settings.ALLOWED_HOSTS:
        return [
            checks.Error(
                "DJANGO_ALLOWED_HOSTS holds the wildcard.",
                hint="Name each host of this site; sockets refuse other origins by this list.",
                id="invigil.E002",
            )
        ]
    return []


def check_proxy(app_configs: Sequence[Any] | None, **kwargs: object) -> list[checks.CheckMessage]:
    """Refuse a proxy that is trusted to speak HTTPS while the site believes it speaks HTTP.

    Cookies would travel unprotected, and sockets would refuse the pages of the very site.
    """
    del app_configs, kwargs
    if settings.BEHIND_PROXY and not settings.HTTPS:
        return [
            checks.Error(
                "INVIGIL_BEHIND_PROXY is set without INVIGIL_HTTPS.",
                hint="Set INVIGIL_HTTPS=1 and SITE_URL=https://… to what people type.",
                id="invigil.E003",
            )
        ]
    return []
