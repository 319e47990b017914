"""Whose a request of the exam room is, asked without Django's chain of middlewares.

The same questions by Django's own parts: a host that is served, HTTPS where it is asked for, a CSRF
token, a session that signs an active person in. A no is never an answer here: the request then goes
to Django, which says what is wrong.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from exams.views.steps import Caller, browser_of
from realtime.identity import open_session

REMEMBERED_SECONDS: Final = 20.0
MOST: Final = 20_000  # of one process; about 1 kB each

# All that decides: what is remembered holds for the very same values only.
DECIDING: Final = (
    "HTTP_HOST",
    "HTTP_COOKIE",
    "HTTP_X_CSRFTOKEN",
    "HTTP_ORIGIN",
    "HTTP_REFERER",
    "CONTENT_TYPE",
    "wsgi.url_scheme",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
)


class Admission:
    """Who was let in by this process, each for a moment.

    Args:
        clock: Seconds that only rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[Any, ...], tuple[float, Caller]] = {}

    def caller_of(self, headers: Mapping[str, Any], attempt_id: int) -> Caller | None:
        """Return who asks, from which browser; None when Django has to look at it.

        Args:
            headers: The environment of the request, as WSGI has it.
            attempt_id: Which attempt it is about; that it is theirs is for the service to see to.
        """
        stamp = (attempt_id, *(headers.get(name) for name in DECIDING))
        until, caller = self._known.get(stamp, (0.0, None))
        if caller is not None and self._clock() <= until:
            return caller
        caller = admit(headers, attempt_id)
        if caller is None:
            self._known.pop(stamp, None)
            return None
        if len(self._known) >= MOST:
            self._known.clear()  # rare, and costs everybody a question
        self._known[stamp] = (self._clock() + REMEMBERED_SECONDS, caller)
        return caller


def admit(headers: Mapping[str, Any], attempt_id: int) -> Caller | None:
    """Return who is signed in and may post; None when anything at all speaks against it.

    Two queries.
    """
    if headers.get("CONTENT_TYPE", "").partition(";")[0] != "application/json":
        return None
    request = WSGIRequest(dict(headers))
    if not (_is_served(request) and _is_no_forgery(request)):
        return None
    session = open_session(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    if session is None:
        return None
    browser = browser_of(request.COOKIES, session.content, attempt_id)
    return None if browser is None else Caller(session.identity.user_id, browser)


def _is_served(request: HttpRequest) -> bool:
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _is_no_forgery(request: HttpRequest) -> bool:
    check = CsrfViewMiddleware(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is None


def _nothing(request: HttpRequest) -> HttpResponse:
    del request
    return HttpResponse()
