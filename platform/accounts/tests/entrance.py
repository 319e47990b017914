"""Signing in over HTTP as a person does, and what the page answers."""

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client

from accounts.tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def post_login(
    client: Client, login: str, password: str = PASSWORD, institution: str = ""
) -> HttpResponse:
    typed = {"login": login, "password": password, "institution": institution}
    return client.post(LOGIN, typed)  # type: ignore[return-value] # a test response is one


def refusal(response: HttpResponse) -> str:
    assert response.status_code == 200
    found = re.search(
        r'role="alert">.*?<span>(?!✕)(.*?)</span></div>', response.content.decode(), re.DOTALL
    )
    assert found, response.content.decode()
    return unescape(found[1])
