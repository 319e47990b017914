"""What every page knows: socket address, theme, navigation, time, and the other languages."""

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from kernel import clock
from web import nav
from web.catalogue.compiled import version_of

THEMES = frozenset({"light", "dark"})


def site(request: HttpRequest) -> dict[str, object]:
    """Return the template variables shared by all pages."""
    return {
        **frame(request),
        "signed_in_as": person_of(request),
        "time_zone": getattr(getattr(request, "user", None), "time_zone", ""),
        "navigation": SimpleLazyObject(lambda: nav.items_for(request)),
    }


def frame(request: HttpRequest) -> dict[str, object]:
    """Return those that need neither the session nor the database, for the page of a failure."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    theme = request.COOKIES.get("theme", "")
    return {
        "ws_url": socket_url(request),
        "theme": theme if theme in THEMES else "",
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "languages": [
            (code, translation.get_language_info(code)) for code, _ in settings.LANGUAGES
        ],
        "catalogue_version": version_of(language),
        "server_time": clock.to_millis(clock.now()),
    }


def person_of(request: HttpRequest) -> str | None:
    """Return the id of who is signed in, empty for nobody, None when it is not known.

    Browsers compare it with whom they keep things for (ui/own.ts).
    """
    user = getattr(request, "user", None)
    if user is None:  # refused before anybody was asked for
        return None
    return str(user.pk) if user.is_authenticated else ""


def socket_url(request: HttpRequest) -> str:
    """Return the address of the WebSocket for the host that the page was asked from."""
    try:
        hostname = request.get_host().rsplit(":", 1)[0]
    except DisallowedHost:  # the page that says so is being drawn; it opens no socket
        return ""
    scheme = "wss" if request.is_secure() else "ws"
    url = settings.RT_PUBLIC_URL or f"{scheme}://{hostname}:{settings.RT_PORT}"
    return f"{url.rstrip('/')}/ws/"
