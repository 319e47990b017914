"""Refusals become answers, people get their own language and time zone, answers carry an id."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from kernel.errors import DomainError
from web.answers import refuse

GetResponse = Callable[[HttpRequest], HttpResponse]


class DomainErrorMiddleware:
    """Answers refusals with their stable code and status; bugs pass through to the log."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and name its id in the answer, so that a user can quote it."""
        response = self.get_response(request)
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        if request_id:
            response["X-Request-ID"] = str(request_id)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError; leave anything else to Django."""
        return refuse(request, error) if isinstance(error, DomainError) else None


class ProfileMiddleware:
    """The language and time zone of the person's profile win over the browser's and the cookie's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate both for this request, and let go of the zone afterwards."""
        locale = getattr(request.user, "locale", "")
        if locale in dict(settings.LANGUAGES):
            translation.activate(locale)
            request.LANGUAGE_CODE = translation.get_language() or locale
        zone = zone_of(getattr(request.user, "time_zone", ""))
        if zone is None:
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of this name; None when it is empty or unknown."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
