"""The profile's language and zone win; errors are answered."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

from kernel.errors import DomainError
from web.middleware import DomainErrorMiddleware, ProfileMiddleware, zone_of


def run(locale: str, time_zone: str) -> tuple[str | None, str]:
    seen: list[tuple[str | None, str]] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))
        return HttpResponse()

    request: Any = RequestFactory().get("/")
    request.user = SimpleNamespace(locale=locale, time_zone=time_zone)
    with translation.override("en"):
        ProfileMiddleware(view)(request)
    return seen[0]


@pytest.mark.parametrize(
    ("locale", "zone", "expected"),
    [
        ("fa", "Asia/Tehran", ("fa", "Asia/Tehran")),
        ("", "", ("en", "UTC")),
        ("xx", "Mars/Base", ("en", "UTC")),
        ("en", "../etc/passwd", ("en", "UTC")),
    ],
)
def test_language_and_zone_of_the_profile(
    locale: str, zone: str, expected: tuple[str, str]
) -> None:
    assert run(locale, zone) == expected
    assert timezone.get_current_timezone_name() == "UTC"


def test_visitors_have_neither() -> None:
    request: Any = RequestFactory().get("/")
    request.user = SimpleNamespace()
    assert ProfileMiddleware(lambda request: HttpResponse())(request).status_code == 200


def test_a_bug_is_left_to_django() -> None:
    middleware = DomainErrorMiddleware(lambda request: HttpResponse())
    request = RequestFactory().get("/api/x")
    assert middleware.process_exception(request, RuntimeError()) is None
    refused = middleware.process_exception(request, DomainError())
    assert refused is not None
    assert refused.status_code == 400


@pytest.mark.parametrize("name", ["", "nowhere", "/etc/passwd", "Europe"])
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone_of(name) is None
