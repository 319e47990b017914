"""Errors are JSON for scripts and our pages for people, with an id and without a stack trace."""

import json
from html import unescape
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import path
from redis.exceptions import ConnectionError as RedisConnectionError

from kernel.errors import DomainError
from kernel.machine import IllegalMove
from web import answers
from web.answers import wants_json


class Teapot(DomainError):
    """A refusal of this test only."""

    code = "file_too_large"
    http_status = 413


def fail(request: HttpRequest, how: str) -> HttpResponse:
    raised: dict[str, Exception] = {
        "missing": Http404("secret path"),
        "denied": PermissionDenied("secret reason"),
        "suspicious": SuspiciousOperation("secret host"),
        "bug": RuntimeError("secret value"),
        "no database": OperationalError("secret host"),
        "no redis": RedisConnectionError("secret host"),
        "refused": Teapot(limit_bytes=5),
        "moved": IllegalMove("attempt", "submitted", "pause"),
    }
    raise raised[how]


class Urls:
    urlpatterns = [path("api/<str:how>", fail), path("page/<str:how>", fail)]  # noqa: RUF012 as Django wants it
    handler400, handler403 = "web.answers.bad_request", "web.answers.forbidden"
    handler404, handler500 = "web.answers.not_found", "web.answers.server_error"


pytestmark = pytest.mark.django_db
CASES = [
    ("missing", 404, "not_found"),
    ("denied", 403, "forbidden"),
    ("suspicious", 400, "bad_request"),
    ("bug", 500, "server_error"),
    ("no database", 503, "unavailable"),
    ("no redis", 503, "unavailable"),
    ("refused", 413, "file_too_large"),
    ("moved", 409, "illegal_move"),
]


@pytest.fixture
def browser(settings: Any) -> Client:
    """A browser on a site whose every page fails in a way of its own."""
    real = import_module(settings.ROOT_URLCONF)
    routes = type("Routes", (), {"urlpatterns": [*Urls.urlpatterns, *real.urlpatterns]})
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(routes, name, getattr(Urls, name))
    settings.ROOT_URLCONF = routes
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("how", "status", "code"), CASES)
def test_a_script_gets_code_detail_and_data(
    browser: Client, how: str, status: int, code: str
) -> None:
    response = browser.get(f"/api/{how}")
    body = json.loads(response.content)
    assert (response.status_code, body["code"], set(body)) == (
        status,
        code,
        {"code", "detail", "data"},
    )
    assert body["detail"]
    assert response["X-Request-ID"]


@pytest.mark.parametrize(("how", "status", "code"), CASES)
def test_a_person_gets_our_page_and_no_secret(
    browser: Client, how: str, status: int, code: str
) -> None:
    response = browser.get(f"/page/{how}", headers={"accept": "text/html,*/*"})
    page = unescape(response.content.decode())
    assert response.status_code == status
    assert 'class="topbar"' in page
    assert "secret" not in page
    assert "Traceback" not in page
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_data_of_a_refusal_reaches_the_script(browser: Client) -> None:
    assert json.loads(browser.get("/api/refused").content)["data"] == {"limit_bytes": 5}


def test_the_detail_is_in_the_language_of_the_reader(browser: Client) -> None:
    browser.cookies["django_language"] = "fa"
    english = json.loads(Client(raise_request_exception=False).get("/api/missing").content)[
        "detail"
    ]
    assert json.loads(browser.get("/api/missing").content)["detail"] != english


def test_a_request_id_is_quoted_on_the_page(browser: Client) -> None:
    response = browser.get("/page/bug", headers={"accept": "text/html"})
    assert response["X-Request-ID"] in response.content.decode()


@pytest.mark.parametrize(
    ("address", "accept", "json_wanted"),
    [
        ("/api/x", "text/html", True),
        ("/x", "application/json", True),
        ("/x", "application/json, text/html", False),
        ("/x", "text/html", False),
        ("/x", "*/*", False),
    ],
)
def test_who_wants_json(address: str, accept: str, *, json_wanted: bool) -> None:
    assert wants_json(RequestFactory().get(address, headers={"accept": accept})) is json_wanted


@override_settings(ROOT_URLCONF="invigil.urls")
def test_a_form_without_its_token_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert response.status_code == 403
    assert "open for too long" in response.content.decode()


def test_too_many_tries_say_when_to_come_back() -> None:
    request = RequestFactory().get("/api/x")
    response = answers.too_many(request)
    assert (response.status_code, response["Retry-After"]) == (429, "60")


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (RuntimeError("secret"), 500, "Our mistake"),
        (OperationalError("secret"), 503, "Try again in a moment"),
    ],
)
def test_a_failed_database_still_gets_a_page(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int, words: str
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise failure

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", broken)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    response = client.get("/account/", headers={"accept": "text/html"})
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert "secret" not in page
    assert ("Retry-After" in response) is (status == 503)
