"""What every page knows."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from web.context import person_of, site, socket_url


@pytest.mark.parametrize(
    ("host", "secure", "url"),
    [
        ("localhost:8000", False, "ws://localhost:8001/ws/"),
        ("exam.example", True, "wss://exam.example:8001/ws/"),
    ],
)
def test_the_socket_is_on_the_host_of_the_page(
    settings: Any, host: str, url: str, *, secure: bool
) -> None:
    settings.ALLOWED_HOSTS, settings.RT_PORT, settings.RT_PUBLIC_URL = ["*"], 8001, ""
    request = RequestFactory().get("/", secure=secure, headers={"host": host})
    assert socket_url(request) == url


def test_a_public_address_of_the_socket_wins(settings: Any) -> None:
    settings.RT_PUBLIC_URL = "wss://rt.example/"
    assert socket_url(RequestFactory().get("/")) == "wss://rt.example/ws/"


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), ("", "")]
)
def test_only_a_known_theme_is_taken_from_the_cookie(cookie: str, theme: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert site(request)["theme"] == theme


def test_the_theme_of_the_cookie_is_drawn_by_the_server(client: Client, db: None) -> None:
    client.cookies["theme"] = "dark"
    page = client.get("/accounts/login/").content.decode()
    assert '<html lang="en" dir="ltr" data-theme="dark">' in page
    client.cookies["django_language"] = "fa"
    assert 'lang="fa" dir="rtl"' in client.get("/accounts/login/").content.decode()


def test_a_foreign_host_is_refused_with_a_page_and_not_with_a_mistake(client: Client) -> None:
    response = client.get(
        "/accounts/login/", headers={"host": "evil.example", "accept": "text/html"}
    )
    assert response.status_code == 400
    assert b"<h1" in response.content


def test_a_page_knows_who_is_signed_in_or_that_nobody_is_or_neither() -> None:
    request = RequestFactory().get("/")
    assert person_of(request) is None
    request.user = AnonymousUser()
    assert person_of(request) == ""
    request.user = get_user_model()(pk=7)
    assert person_of(request) == "7"
